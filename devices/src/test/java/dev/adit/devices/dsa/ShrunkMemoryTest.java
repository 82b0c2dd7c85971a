package dev.adit.devices.dsa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.Dma;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client may cut the file behind its memory short while operations run on it. */
class ShrunkMemoryTest {
  private static final int SIZE = 1 << 20;

  @Test
  void operationsOnAFileCutShortEndInAnErrorAndTheNextOneWorks(@TempDir Path directory)
      throws IOException {
    Path file = directory.resolve("memory");
    try (Arena arena = Arena.ofShared();
        FileChannel channel =
            FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
      MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE, arena);
      memory.fill((byte) 1);
      Execution execution = new Execution(new OneSegment(memory));
      // Enough rounds that compiled code runs before the file shrinks, and after.
      for (int round = 0; round < 3000; round++) {
        runAll(execution, Status.SUCCESS, 0);
      }
      channel.truncate(SIZE / 2);
      for (int round = 0; round < 100; round++) {
        runAll(execution, Status.HARDWARE, SIZE / 2);
        runAll(execution, Status.SUCCESS, 0);
      }
    }
  }

  private static void runAll(Execution execution, int expected, long at) {
    for (Opcode opcode :
        new Opcode[] {
          Opcode.MEMORY_MOVE,
          Opcode.FILL,
          Opcode.COMPARE,
          Opcode.COMPARE_PATTERN,
          Opcode.DUALCAST,
          Opcode.CRC,
          Opcode.COPY_CRC,
          Opcode.DIF_INSERT,
          Opcode.CREATE_DELTA
        }) {
      DescriptorBuilder d = DescriptorBuilder.of(opcode).from(at).size(4096);
      if (opcode != Opcode.CRC) {
        d.to(at + 16 * 4096);
      }
      if (opcode == Opcode.DUALCAST) {
        d.set64(Descriptor.DESTINATION_2, at + 32 * 4096);
      } else if (opcode == Opcode.CREATE_DELTA) {
        d.set64(Descriptor.DELTA_ADDRESS, at + 32 * 4096).set32(Descriptor.DELTA_MAX_SIZE, 80);
      }
      int status = run(execution, d);
      if (status != expected) {
        assertThat(status).as(opcode.text()).isEqualTo(expected);
      }
    }
  }

  private static int run(Execution execution, DescriptorBuilder d) {
    execution.view().begin();
    try {
      return execution.run(d.segment(), 0, Bench.ALL, Dma.NO_PASID, false);
    } finally {
      execution.view().end();
    }
  }

  /** Bus addresses are offsets of one segment. */
  private static final class OneSegment implements Dma.View {
    private final MemorySegment memory;
    private long offset;

    OneSegment(MemorySegment memory) {
      this.memory = memory;
    }

    @Override
    public void begin() {}

    @Override
    public void end() {}

    @Override
    public long resolve(int pasid, long address, long length, Dma.Access access) {
      offset = address;
      return address < 0 || address >= SIZE ? 0 : Math.min(length, SIZE - address);
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
      long run = resolve(pasid, address, length, Dma.Access.READ);
      MemorySegment.copy(memory, address, into, at, run);
      return run;
    }

    @Override
    public long write(int pasid, long address, MemorySegment from, long at, long length) {
      long run = resolve(pasid, address, length, Dma.Access.WRITE);
      MemorySegment.copy(from, at, memory, address, run);
      return run;
    }

    @Override
    public void close() {}
  }
}
