package dev.adit.bench;

import dev.adit.devices.dsa.DsaDevice;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.EnginePolicy;
import dev.adit.devices.dsa.spec.Command;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Register.Wqcfg;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One dedicated work queue with one engine, from the portal to the completion record: with the
 * engine on the caller's thread and on one of its own.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DsaBenchmark {
  private static final int WINDOW = 64;
  private static final int SIZE = 64 << 10;
  private static final long RECORDS = 0x1000;
  private static final long SOURCE = 0x10_0000;
  private static final long TARGET = 0x20_0000;
  private static final int RECORD_FLAGS = Flags.RECORD_ADDRESS_VALID | Flags.REQUEST_RECORD;
  private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

  /** On whose thread the engine runs. */
  @Param({"CALLER", "THREADS"})
  EnginePolicy.Mode engine = EnginePolicy.Mode.CALLER;

  private final FlatDma dma = new FlatDma(4 << 20);
  private final MemorySegment descriptors = Arena.ofAuto().allocate(64L * WINDOW, 64);
  private final MemorySegment move = Arena.ofAuto().allocate(64, 64);

  @SuppressWarnings("NullAway.Init") // made by enable(), once JMH has set the parameter
  private DsaDevice device;

  /** The device, enabled as a driver does. */
  @Setup(Level.Trial)
  public void enable() {
    DsaProfile profile = DsaProfile.physical().withSizes(1, 128, 1, 1);
    EnginePolicy policy =
        engine == EnginePolicy.Mode.CALLER ? EnginePolicy.caller() : EnginePolicy.threads();
    device = new DsaDevice(profile, policy, dma, (to, with, id, pasid) -> {}, 0x100);
    device.config().write(4, 2, 6);
    device.write(0, 0x400, 4, 128);
    device.write(0, 0x408, 4, Wqcfg.PRIORITY.set(Wqcfg.DEDICATED.mask(), 10));
    device.write(0, 0x40C, 4, 21);
    device.write(0, 0x300, 8, 1);
    device.write(0, 0x320, 8, 1);
    command(Command.ENABLE_DEVICE);
    command(Command.ENABLE_WQ);
    for (int i = 0; i < WINDOW; i++) {
      descriptor(descriptors, 64L * i, Opcode.NOOP, RECORDS + 32L * i);
    }
    descriptor(move, 0, Opcode.MEMORY_MOVE, RECORDS);
    move.set(ValueLayout.JAVA_LONG, Descriptor.SOURCE, SOURCE);
    move.set(ValueLayout.JAVA_LONG, Descriptor.DESTINATION, TARGET);
    move.set(ValueLayout.JAVA_INT, Descriptor.SIZE, SIZE);
  }

  private void command(Command command) {
    device.write(0, 0xA0, 4, (long) command.code() << 20);
    long status = device.read(0, 0xA8, 4);
    if (status != 0) {
      throw new IllegalStateException(command + ": " + status);
    }
  }

  private static void descriptor(MemorySegment to, long at, Opcode opcode, long record) {
    to.set(ValueLayout.JAVA_INT, at + Descriptor.FLAGS, opcode.code() << 24 | RECORD_FLAGS);
    to.set(ValueLayout.JAVA_LONG, at + Descriptor.RECORD_ADDRESS, record);
  }

  /** Ends the engine. */
  @TearDown(Level.Trial)
  public void close() {
    device.close();
  }

  private long await(long record) {
    long word = (long) WORD.getAcquire(dma.memory, record);
    while (word == 0) {
      Thread.onSpinWait();
      word = (long) WORD.getAcquire(dma.memory, record);
    }
    return word;
  }

  /** No-op descriptors, each with a completion record that is looked at. */
  @Benchmark
  @OperationsPerInvocation(WINDOW)
  public long noop() {
    long sum = 0;
    for (int i = 0; i < WINDOW; i++) {
      dma.memory.set(ValueLayout.JAVA_LONG, RECORDS + 32L * i, 0);
      device.post(1, descriptors, 64L * i);
    }
    for (int i = 0; i < WINDOW; i++) {
      sum += await(RECORDS + 32L * i);
    }
    return sum;
  }

  /** The same as eight trapped writes for each descriptor. */
  @Benchmark
  @OperationsPerInvocation(WINDOW)
  public long noopInPieces() {
    long sum = 0;
    for (int i = 0; i < WINDOW; i++) {
      dma.memory.set(ValueLayout.JAVA_LONG, RECORDS + 32L * i, 0);
      for (long at = 0; at < Descriptor.BYTES; at += 8) {
        long piece = descriptors.get(ValueLayout.JAVA_LONG, 64L * i + at);
        device.write(2, 0x1000 + 64L * i + at, 8, piece);
      }
    }
    for (int i = 0; i < WINDOW; i++) {
      sum += await(RECORDS + 32L * i);
    }
    return sum;
  }

  /** A Memory Move of 64 KiB. */
  @Benchmark
  public long move() {
    dma.memory.set(ValueLayout.JAVA_LONG, RECORDS, 0);
    device.post(1, move, 0);
    return await(RECORDS);
  }

  /** The floor of {@link #move}. */
  @Benchmark
  public MemorySegment bareCopy() {
    MemorySegment.copy(dma.memory, SOURCE, dma.memory, TARGET, SIZE);
    return dma.memory;
  }
}
