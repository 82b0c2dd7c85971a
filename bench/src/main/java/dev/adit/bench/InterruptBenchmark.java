package dev.adit.bench;

import dev.adit.devices.dsa.spec.ImsEntry;
import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.remap.VtdConfig;
import dev.adit.interrupts.remap.VtdUnit;
import dev.adit.interrupts.spec.Irte;
import dev.adit.interrupts.spec.PostedDescriptor;
import dev.adit.interrupts.spec.RemappableMessage;
import dev.adit.interrupts.spec.VtdFields;
import dev.adit.interrupts.spec.VtdRegister;
import dev.adit.interrupts.store.ImsArray;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * From a store's entry that fires to the bit in the posted-interrupt descriptor: 65,536 IMS
 * entries, as many remapping table entries with requester ID validation, all checks on.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class InterruptBenchmark {
  private static final int ENTRIES = 1 << 16;
  private static final int REQUESTER = 0x6A00;

  /** The platform all threads share. */
  @State(Scope.Benchmark)
  public static class Platform {
    /** How many descriptors, that is virtual processors, the entries are spread over. */
    @Param({"1024", "65536"})
    int descriptors;

    final ImsArray store;
    final VtdUnit unit;
    private final GuestMemory memory;
    private final long posted = (long) ENTRIES * Irte.BYTES;

    /** Memory, unit and store. */
    public Platform() {
      long bytes = posted + (long) ENTRIES * PostedDescriptor.BYTES;
      memory = GuestMemory.of(0, Arena.ofAuto().allocate(bytes, 4096));
      unit = new VtdUnit(VtdConfig.hardware(), memory, new Processors());
      store = new ImsArray(ImsEntry.FORMAT, ENTRIES, unit, REQUESTER);
    }

    /** Programs everything. */
    @Setup
    public void program() {
      for (int i = 0; i < ENTRIES; i++) {
        long descriptor = posted + (long) (i % descriptors) * PostedDescriptor.BYTES;
        memory.setLong(
            descriptor + PostedDescriptor.CONTROL, PostedDescriptor.control(i % descriptors, 0xF2));
        Irte irte =
            Irte.posted(descriptor, (i / descriptors + 32) & 0xFF, false).from(REQUESTER, 0);
        memory.setLong((long) i * Irte.BYTES, irte.lo());
        memory.setLong((long) i * Irte.BYTES + 8, irte.hi());
        RemappableMessage message = RemappableMessage.of(i);
        store.write(i * 16L, 8, message.address());
        store.write(i * 16L + 8, 8, Integer.toUnsignedLong(message.data()));
      }
      unit.write(VtdRegister.IRTA.offset(), 8, VtdFields.EIME.mask() | 15);
      unit.write(VtdRegister.GCMD.offset(), 4, VtdFields.SIRTP.mask());
      unit.write(VtdRegister.GCMD.offset(), 4, VtdFields.IRE.mask());
      for (int i = 0; i < ENTRIES; i++) {
        var way = new Outcome(unit.remap(RemappableMessage.of(i).address(), 0, REQUESTER, -1));
        if (!way.arrived() || way.index() != i) {
          throw new IllegalStateException("entry " + i + ": " + way);
        }
      }
    }
  }

  /** Notified now and then, and then not interested. */
  private static final class Processors implements InterruptBus {
    @Override
    public void deliver(int destination, int vector, int attributes) {
      // A processor would set a bit of its own.
    }
  }

  /** Where a thread is in its random walk over all entries. */
  @State(Scope.Thread)
  public static class Walk {
    private final int[] order = new int[ENTRIES];
    private int at;

    /** Shuffles. */
    @Setup
    public void shuffle() {
      var random = new SplittableRandom(Thread.currentThread().threadId());
      for (int i = 0; i < ENTRIES; i++) {
        int j = random.nextInt(i + 1);
        order[i] = order[j];
        order[j] = i;
      }
    }

    int next() {
      at = (at + 1) & (ENTRIES - 1);
      return order[at];
    }
  }

  /** An entry of the thread's own, always the same. */
  @State(Scope.Thread)
  public static class Mine {
    final int entry = (int) Thread.currentThread().threadId() * 67 % ENTRIES;
  }

  /** One entry, over and over. */
  @Benchmark
  public void hot(Platform platform, Mine mine) {
    platform.store.fire(mine.entry);
  }

  /** All entries in random order. */
  @Benchmark
  public void cold(Platform platform, Walk walk) {
    platform.store.fire(walk.next());
  }

  /** All entries in random order from two threads. */
  @Benchmark
  @Threads(2)
  public void coldTwoThreads(Platform platform, Walk walk) {
    platform.store.fire(walk.next());
  }

  /** One entry each from two threads. */
  @Benchmark
  @Threads(2)
  public void hotTwoThreads(Platform platform, Mine mine) {
    platform.store.fire(mine.entry);
  }

  /** The remapping part alone, in random order; the outcome proves that the way was gone. */
  @Benchmark
  public long remapCold(Platform platform, Walk walk) {
    return platform.unit.remap(
        RemappableMessage.of(walk.next()).address(), 0, REQUESTER, MessageStore.NO_PASID);
  }
}
