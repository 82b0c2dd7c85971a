package dev.adit.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.vfiouser.example.SumDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example device, driven through a socket. */
class SumDeviceTest {
  @TempDir Path folder;
  private EventLoops loops;
  private VfioUserServer server;
  private VfioUserClient client;

  @BeforeEach
  void serve() {
    loops = EventLoops.start(2, EventLoops.Idle.BLOCK);
    Path path = folder.resolve("sum");
    server = VfioUserServer.serve(loops, path, ServerOptions.defaults(), SumDevice::new);
    client = VfioUserClient.connect(loops, path, Duration.ofSeconds(10));
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    loops.close();
  }

  @Test
  void sumsSharedMemoryAndFiresTheInterrupt() {
    try (SharedMemory memory = SharedMemory.allocate(8192);
        Eventfd eventfd = new Eventfd()) {
      memory.segment().fill((byte) 3);
      client.map(0x10000, memory, 4096, 4096, true);
      client.assign(Irq.MSIX, 0, List.of(eventfd));
      client.write(0, 0, 8, 0x10010);
      client.write(0, 8, 4, 100);
      assertThat(client.read(0, 16, 8)).isEqualTo(300);
      assertThat(client.read(0, 24, 4)).isEqualTo(100);
      assertThat(eventfd.await(10_000)).isEqualTo(1);
    }
  }

  @Test
  void sumsMemoryThatIsReachedByMessages() {
    MemorySegment memory = Arena.ofAuto().allocate(4096);
    memory.fill((byte) 2);
    client.mapMessages(0x10000, memory, false);
    client.write(0, 0, 8, 0x10000);
    client.write(0, 8, 4, 1000);
    assertThat(client.read(0, 16, 8)).isEqualTo(2000);
  }

  @Test
  void readsNothingWhereNothingIsMapped() {
    client.write(0, 0, 8, 0x10000);
    client.write(0, 8, 4, 100);
    assertThat(client.read(0, 24, 4)).isZero();
  }
}
