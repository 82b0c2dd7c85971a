package dev.adit.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.vfiouser.DmaSpace.Access;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.posix.OpenFiles;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Accesses to a client's memory, whatever stands behind it. */
class DmaViewTest extends ServerTestCase {
  private static final int PAGE = 4096;

  @Test
  void aBufferMaySpanScatteredPagesOfAllKinds() {
    long seed = Long.getLong("adit.seed", 1);
    Random random = new Random(seed);
    int pages = 64;
    MemorySegment model = Arena.ofAuto().allocate((long) pages * PAGE);
    MemorySegment buffer = Arena.ofAuto().allocate((long) pages * PAGE);
    try (VfioUserClient client = connect();
        SharedMemory sealed = SharedMemory.allocate((long) pages * PAGE);
        SharedMemory plain = unsealed((long) pages * PAGE);
        DmaView view = server.dma().view()) {
      MemorySegment messages = Arena.ofAuto().allocate((long) pages * PAGE);
      for (int i = 0; i < pages; i++) {
        int shuffled = (i * 37 + 11) % pages;
        switch (i % 3) {
          case 0 -> client.map((long) i * PAGE, sealed, (long) shuffled * PAGE, PAGE, true);
          case 1 -> client.map((long) i * PAGE, plain, (long) shuffled * PAGE, PAGE, true);
          default ->
              client.mapMessages((long) i * PAGE, messages.asSlice((long) i * PAGE, PAGE), true);
        }
      }
      for (int step = 0; step < 200; step++) {
        int length = 1 + random.nextInt(6 * PAGE);
        int address = random.nextInt(pages * PAGE - length);
        MemorySegment piece = buffer.asSlice(0, length);
        if (random.nextBoolean()) {
          byte[] data = new byte[length];
          random.nextBytes(data);
          MemorySegment.copy(data, 0, model, ValueLayout.JAVA_BYTE, address, length);
          view.begin();
          assertThat(view.write(address, MemorySegment.ofArray(data), 0, length))
              .as("seed %d", seed)
              .isEqualTo(length);
          view.end();
        } else {
          view.begin();
          assertThat(view.read(address, buffer, 0, length)).as("seed %d", seed).isEqualTo(length);
          view.end();
          assertThat(piece.mismatch(model.asSlice(address, length)))
              .as("seed %d", seed)
              .isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void pagesThatGoOnInTheirFileAreOneRun() {
    try (VfioUserClient client = connect();
        SharedMemory memory = SharedMemory.allocate(16 * PAGE);
        DmaView view = server.dma().view()) {
      for (int i = 0; i < 8; i++) {
        client.map((long) i * PAGE, memory, (long) i * PAGE, PAGE, i != 5);
      }
      client.map(8 * PAGE, memory, 9 * PAGE, PAGE, true);
      view.begin();
      assertThat(view.resolve(100, 1 << 20, Access.READ)).isEqualTo(8 * PAGE - 100);
      assertThat(view.offset()).isEqualTo(100);
      assertThat(view.resolve(100, 5000, Access.READ)).isEqualTo(5000);
      assertThat(view.resolve(100, 1 << 20, Access.WRITE)).isEqualTo(5 * PAGE - 100);
      assertThat(view.resolve(8 * PAGE, 1 << 20, Access.READ)).isEqualTo(PAGE);
      assertThat(view.offset()).isEqualTo(9 * PAGE);
      view.end();
    }
  }

  @Test
  void accessStopsWhereNothingIsMappedOrPermitted() {
    MemorySegment buffer = Arena.ofAuto().allocate(4 * PAGE);
    try (VfioUserClient client = connect();
        SharedMemory memory = SharedMemory.allocate(4 * PAGE);
        DmaView view = server.dma().view()) {
      client.map(0, memory, 0, PAGE, true);
      client.map(PAGE, memory, PAGE, PAGE, false);
      view.begin();
      assertThat(view.read(100, buffer, 0, 4 * PAGE - 100)).isEqualTo(2 * PAGE - 100);
      assertThat(view.write(100, buffer, 0, 4 * PAGE - 100)).isEqualTo(PAGE - 100);
      assertThat(view.read(-8, buffer, 0, 16)).isZero();
      assertThat(view.resolve(Long.MIN_VALUE, 1, Access.READ)).isZero();
      view.end();
    }
  }

  @Test
  void anAccessThatWrapsAroundStops() {
    MemorySegment buffer = Arena.ofAuto().allocate(PAGE);
    try (VfioUserClient client = connect();
        SharedMemory memory = SharedMemory.allocate(PAGE);
        DmaView view = server.dma().view()) {
      client.map(-PAGE, memory, 0, PAGE, true);
      view.begin();
      assertThat(view.read(-16, buffer, 0, 64)).isEqualTo(16);
      view.end();
    }
  }

  @Test
  void policiesDecideAboutFilesThatMayShrink() {
    server.close();
    server = VfioUserServer.serve(loops, path, options().withFiles(FilePolicy.REFUSE), b -> device);
    try (VfioUserClient client = connect();
        SharedMemory memory = unsealed(PAGE)) {
      assertThatThrownBy(() -> client.map(0, memory, 0, PAGE, true))
          .isInstanceOfSatisfying(
              VfioUserException.class, e -> assertThat(e.errno()).isEqualTo(Libc.EINVAL));
    }
    server.close();
    server = VfioUserServer.serve(loops, path, options().withFiles(FilePolicy.TRUST), b -> device);
    try (VfioUserClient client = connect();
        SharedMemory memory = unsealed(PAGE);
        DmaView view = server.dma().view()) {
      client.map(0, memory, 0, PAGE, true);
      view.begin();
      assertThat(view.resolve(0, 8, Access.WRITE)).isEqualTo(8);
      assertThat(view.segment()).isNotNull();
      view.end();
    }
  }

  @Test
  void aFileThatGrewIsMappedAgain() {
    int fd = OpenFiles.memory("grows");
    OpenFiles.truncate(fd, PAGE);
    OpenFiles.fcntl(fd, OpenFiles.F_ADD_SEALS, OpenFiles.F_SEAL_SHRINK);
    MemorySegment bytes = Arena.ofAuto().allocateFrom("grown");
    try (VfioUserClient client = connect();
        DmaView view = server.dma().view()) {
      client.map(0, fd, 0, PAGE, true);
      OpenFiles.truncate(fd, 4 * PAGE);
      client.map(PAGE, fd, 3 * PAGE, PAGE, true);
      view.begin();
      assertThat(view.write(PAGE, bytes, 0, 6)).isEqualTo(6);
      view.end();
      MemorySegment back = Arena.ofAuto().allocate(6);
      assertThat(OpenFiles.read(fd, back, 6, 3 * PAGE)).isEqualTo(6);
      assertThat(back.getString(0)).isEqualTo("grown");
      client.unmap(0, PAGE);
      view.begin();
      assertThat(view.read(PAGE, back, 0, 6)).isEqualTo(6);
      view.end();
    }
    OpenFiles.close(fd);
  }

  @Test
  void memoryIsNeverGoneWhileAnEngineCopies() throws InterruptedException {
    AtomicBoolean stop = new AtomicBoolean();
    MemorySegment buffer = Arena.ofAuto().allocate(1 << 16);
    Thread engine =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (DmaView view = server.dma().view()) {
                    while (!stop.get()) {
                      view.begin();
                      view.write(0, buffer, 0, 1 << 16);
                      view.end();
                    }
                  }
                });
    try (VfioUserClient client = connect();
        SharedMemory memory = SharedMemory.allocate(1 << 16)) {
      for (int i = 0; i < 2000; i++) {
        client.map(0, memory, 0, 1 << 16, true);
        client.unmap(0, 1 << 16);
      }
    } finally {
      stop.set(true);
      engine.join();
    }
  }

  @Test
  void noAccessAllocates() {
    MemorySegment buffer = Arena.ofAuto().allocate(8 * PAGE);
    try (VfioUserClient client = connect();
        SharedMemory memory = SharedMemory.allocate(16 * PAGE);
        SharedMemory plain = unsealed(PAGE);
        DmaView view = server.dma().view()) {
      for (int i = 0; i < 8; i++) {
        client.map((long) i * PAGE, memory, i * 2L * PAGE, PAGE, true);
      }
      client.map(8 * PAGE, plain, 0, PAGE, true);
      var threads =
          (com.sun.management.ThreadMXBean)
              java.lang.management.ManagementFactory.getThreadMXBean();
      for (int kind = 0; kind < 3; kind++) {
        long allocated = Long.MAX_VALUE;
        for (int block = 0; block < 3000 && allocated > 1000; block++) { // until compiled
          long before = threads.getCurrentThreadAllocatedBytes();
          rounds(kind, view, buffer);
          allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).as("bytes in 2000 accesses of kind %d", kind).isLessThan(1000);
      }
    }
  }

  private static void rounds(int kind, DmaView view, MemorySegment buffer) {
    for (int i = 0; i < 2000; i++) {
      view.begin();
      switch (kind) {
        case 0 -> view.read(50, buffer, 0, 6 * PAGE);
        case 1 -> view.write(8 * PAGE, buffer, 0, 64);
        default -> view.resolve(3 * PAGE, 64, Access.WRITE);
      }
      view.end();
    }
  }

  @Override
  ServerOptions options() {
    return super.options().withDmaTimeout(Duration.ofSeconds(10));
  }
}
