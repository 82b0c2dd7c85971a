package dev.adit.bench;

import dev.adit.devices.Dma;
import dev.adit.devices.dsa.Execution;
import dev.adit.devices.dsa.Limits;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one engine takes for one descriptor: check, execution and section, without queue and record.
 * {@code bareCopy} and {@code bareCrc} are what the JDK itself takes for the same bytes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class OperationsBenchmark {
  private static final long SPACE = 64 << 20;

  @Param("65536")
  int size;

  /** Bytes that lie in one piece; 4096 is a guest with a vIOMMU. */
  @Param({"67108864", "4096"})
  int run;

  private final Limits limits = new Limits(-1, -1, 1L << 31, 1 << 10, true, true, true);
  private final CRC32C crc = new CRC32C();
  private MemorySegment memory = MemorySegment.NULL;
  private byte[] array = {};
  private Execution execution = new Execution(new FlatView(memory, 1));
  private MemorySegment descriptors = MemorySegment.NULL;

  /** Makes one descriptor of each kind; the operands lie 8 MiB apart. */
  @Setup
  public void prepare() {
    Arena arena = Arena.ofAuto();
    memory = arena.allocate(SPACE, 4096);
    descriptors = arena.allocate(256 * Descriptor.BYTES, 64);
    array = new byte[size];
    execution = new Execution(new FlatView(memory, run));
    for (Opcode opcode : Opcode.values()) {
      long at = at(opcode);
      int flags = Flags.RECORD_ADDRESS_VALID | Flags.REQUEST_RECORD;
      set(at + Descriptor.FLAGS, flags | opcode.code() << 24);
      if (opcode != Opcode.NOOP) {
        set(at + Descriptor.SIZE, size);
        set(at + Descriptor.SOURCE, opcode == Opcode.FILL ? 0 : 8 << 20);
        set(at + Descriptor.DESTINATION, opcode == Opcode.COMPARE_PATTERN ? 0 : 16 << 20);
      }
    }
    set(at(Opcode.CRC) + Descriptor.DESTINATION, 0);
    set(at(Opcode.DUALCAST) + Descriptor.DESTINATION_2, 24 << 20);
    set(at(Opcode.CREATE_DELTA) + Descriptor.DELTA_ADDRESS, 24 << 20);
    set(at(Opcode.CREATE_DELTA) + Descriptor.DELTA_MAX_SIZE, 80);
    set(at(Opcode.DIF_CHECK) + Descriptor.DESTINATION, 0);
  }

  private void set(long at, int value) {
    descriptors.set(ValueLayout.JAVA_INT, at, value);
  }

  private static long at(Opcode opcode) {
    return (long) opcode.code() * Descriptor.BYTES;
  }

  private int execute(Opcode opcode) {
    execution.view().begin();
    int status = execution.run(descriptors, at(opcode), limits, Dma.NO_PASID, false);
    execution.view().end();
    if (status != Status.SUCCESS) {
      throw new IllegalStateException(opcode.text() + ": " + Status.text(status));
    }
    return status;
  }

  /** The floor of every copy. */
  @Benchmark
  public void bareCopy() {
    MemorySegment.copy(memory, 8 << 20, memory, 16 << 20, size);
  }

  /** The floor of a CRC over bytes that are already in an array. */
  @Benchmark
  public long bareCrc() {
    crc.reset();
    crc.update(array, 0, size);
    return crc.getValue();
  }

  /** A descriptor that does nothing. */
  @Benchmark
  public int noop() {
    return execute(Opcode.NOOP);
  }

  /** Memory Move. */
  @Benchmark
  public int move() {
    return execute(Opcode.MEMORY_MOVE);
  }

  /** Fill. */
  @Benchmark
  public int fill() {
    return execute(Opcode.FILL);
  }

  /** Compare of equal memory. */
  @Benchmark
  public int compare() {
    return execute(Opcode.COMPARE);
  }

  /** Compare Pattern that matches. */
  @Benchmark
  public int comparePattern() {
    return execute(Opcode.COMPARE_PATTERN);
  }

  /** Create Delta Record of equal memory. */
  @Benchmark
  public int createDelta() {
    return execute(Opcode.CREATE_DELTA);
  }

  /** Dualcast. */
  @Benchmark
  public int dualcast() {
    return execute(Opcode.DUALCAST);
  }

  /** CRC Generation. */
  @Benchmark
  public int crc() {
    return execute(Opcode.CRC);
  }

  /** Copy with CRC Generation. */
  @Benchmark
  public int copyCrc() {
    return execute(Opcode.COPY_CRC);
  }

  /** DIF Insert. */
  @Benchmark
  public int difInsert() {
    return execute(Opcode.DIF_INSERT);
  }

  /** Bus addresses are offsets of one segment, in pieces of a fixed length. */
  private static final class FlatView implements Dma.View {
    private final MemorySegment memory;
    private final long piece;
    private long offset;

    FlatView(MemorySegment memory, long piece) {
      this.memory = memory;
      this.piece = piece;
    }

    @Override
    public void begin() {}

    @Override
    public void end() {}

    @Override
    public long resolve(int pasid, long address, long length, Dma.Access access) {
      if (address < 0 || address >= memory.byteSize()) {
        return 0;
      }
      offset = address;
      return Math.min(length, piece - (address & (piece - 1)));
    }

    @Override
    public @Nullable MemorySegment segment() {
      return memory;
    }

    @Override
    public long offset() {
      return offset;
    }

    @Override
    public long read(int pasid, long address, MemorySegment into, long at, long length) {
      long done = 0;
      while (done < length) {
        long run = resolve(pasid, address + done, length - done, Dma.Access.READ);
        if (run == 0) {
          break;
        }
        MemorySegment.copy(memory, offset, into, at + done, run);
        done += run;
      }
      return done;
    }

    @Override
    public long write(int pasid, long address, MemorySegment from, long at, long length) {
      long done = 0;
      while (done < length) {
        long run = resolve(pasid, address + done, length - done, Dma.Access.WRITE);
        if (run == 0) {
          break;
        }
        MemorySegment.copy(from, at + done, memory, offset, run);
        done += run;
      }
      return done;
    }

    @Override
    public void close() {}
  }
}
