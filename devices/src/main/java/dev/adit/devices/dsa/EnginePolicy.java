package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Opcode;
import java.lang.foreign.MemorySegment;

/**
 * How a device's engines get to run, and how eagerly it looks at portals that are mapped into a
 * guest.
 *
 * @param mode on whose thread descriptors are executed
 * @param spinNanos how long an engine, or the watcher of mapped portals, keeps looking after its
 *     last find before it sleeps
 * @param minSleepNanos the watcher's shortest sleep
 * @param maxSleepNanos its longest, which bounds the latency after a pause; the longer, the less it
 *     costs to watch many devices that are idle
 * @param share how queues share an engine
 */
public record EnginePolicy(
    Mode mode, long spinNanos, long minSleepNanos, long maxSleepNanos, Share share) {
  /** How queues of a group share its engines. */
  public enum Share {
    /** In turns, each of as many descriptors as the queue's priority says. */
    DESCRIPTORS,
    /** By the time that descriptors take, weighed by priority: where queues have several owners. */
    TIME
  }

  /** On whose thread. */
  public enum Mode {
    /** Each engine on a platform thread of its own. */
    THREADS,
    /** On the thread that submits, before the submission returns. */
    CALLER,
    /** On the thread that calls {@link DsaDevice#runEngines}. */
    MANUAL
  }

  /** What may slip in between two pieces of a longer descriptor, in bytes. */
  private static final long SHORT = 1 << 20;

  /**
   * {@return whether a descriptor may be carried out in the middle of another one's: one operation
   * of at most 1 MiB. Not a batch, and not a drain, which would wait for the other one}
   */
  public static boolean isShort(MemorySegment descriptor, long at) {
    int opcode = Descriptor.opcode(descriptor, at);
    return opcode != Opcode.BATCH.code()
        && opcode != Opcode.DRAIN.code()
        && Descriptor.size(descriptor, at) <= SHORT;
  }

  /** {@return engines on threads that sleep after 20 microseconds without work} */
  public static EnginePolicy threads() {
    return new EnginePolicy(Mode.THREADS, 20_000, 50_000, 8_000_000, Share.DESCRIPTORS);
  }

  /** {@return engines on the submitting thread} */
  public static EnginePolicy caller() {
    return new EnginePolicy(Mode.CALLER, 0, 50_000, 8_000_000, Share.DESCRIPTORS);
  }

  /** {@return engines that run when told} */
  public static EnginePolicy manual() {
    return new EnginePolicy(Mode.MANUAL, 0, 50_000, 8_000_000, Share.DESCRIPTORS);
  }

  /** {@return this policy with queues sharing engines in another way} */
  public EnginePolicy withShare(Share other) {
    return new EnginePolicy(mode, spinNanos, minSleepNanos, maxSleepNanos, other);
  }
}
