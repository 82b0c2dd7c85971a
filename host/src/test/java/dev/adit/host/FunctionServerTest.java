package dev.adit.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.PciFunction;
import dev.adit.devices.bench.BenchFunction;
import dev.adit.devices.dsa.DsaDevice;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.EnginePolicy;
import dev.adit.vfiouser.ClientRegion;
import dev.adit.vfiouser.EventLoops;
import dev.adit.vfiouser.Eventfd;
import dev.adit.vfiouser.Irq;
import dev.adit.vfiouser.Region;
import dev.adit.vfiouser.ServerOptions;
import dev.adit.vfiouser.SharedMemory;
import dev.adit.vfiouser.VfioUserClient;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A function on a socket, driven by a client over the wire. */
final class FunctionServerTest {
  private static final int RAISE = 0x100;
  private static final int DMA_ADDRESS = 0x120;
  private static final int DMA_LENGTH = 0x128;
  private static final int DMA_WRITE = 0x130;
  private static final int PENDING = 0xc00;

  @TempDir private Path folder;
  private EventLoops loops;

  @BeforeEach
  void start() {
    loops = EventLoops.start(1, EventLoops.Idle.BLOCK);
  }

  @AfterEach
  void stop() {
    loops.close();
  }

  @Test
  void regionsAndInterruptsAreThoseOfTheFunction() {
    try (var server = serveBench();
        var client = connect(server)) {
      assertThat(client.info().pci()).isTrue();
      assertThat(client.region(0).size()).isEqualTo(4096);
      assertThat(client.region(1).size()).isZero();
      assertThat(client.region(Region.CONFIG).size()).isEqualTo(4096);
      assertThat(client.irq(Irq.MSIX).count()).isEqualTo(4);
      assertThat(client.irq(Irq.MSIX).noresize()).isTrue();
      assertThat(client.read(Region.CONFIG, 0, 4)).isEqualTo(0xad171234L);
    }
  }

  @Test
  void anAccessOfAnySizeAndAlignmentIsSplitIntoNaturalOnes() {
    try (var server = serveBench();
        var client = connect(server)) {
      MemorySegment written = MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
      client.write(0, 3, written);
      MemorySegment read = MemorySegment.ofArray(new byte[11]);
      client.read(0, 3, read);
      assertThat(read.toArray(ValueLayout.JAVA_BYTE))
          .isEqualTo(written.toArray(ValueLayout.JAVA_BYTE));
      assertThat(client.read(0, 8, 4)).isEqualTo(0x09080706L);
    }
  }

  @Test
  void aVectorReachesItsEventfdAndIsPendingWithoutOne() {
    try (var server = serveBench();
        var client = connect(server);
        Eventfd eventfd = new Eventfd()) {
      client.write(0, RAISE, 4, 1);
      assertThat(client.read(0, PENDING, 8)).isEqualTo(1);

      client.assign(Irq.MSIX, 0, List.of(eventfd));
      assertThat(eventfd.await(5000)).isEqualTo(1);
      assertThat(client.read(0, PENDING, 8)).isZero();

      client.write(0, RAISE, 4, 3);
      assertThat(eventfd.await(5000)).isEqualTo(3);
    }
  }

  @Test
  void dmaReachesTheMemoryOfTheClientAndNothingElse() {
    try (var server = serveBench();
        var client = connect(server);
        SharedMemory memory = SharedMemory.allocate(8192)) {
      memory.segment().fill((byte) 0x5a);
      client.map(0x10000, memory, 0, 4096, true);
      client.write(0, DMA_LENGTH, 4, 64);
      client.write(0, DMA_ADDRESS, 8, 0x10000);
      client.write(0, DMA_WRITE, 4, 1);
      assertThat(memory.segment().get(ValueLayout.JAVA_LONG, 0)).isZero();

      client.write(0, DMA_ADDRESS, 8, 0x11000 - 32);
      client.write(0, DMA_WRITE, 4, 1);
      assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 4096)).isEqualTo((byte) 0x5a);
    }
  }

  @Test
  void aResetOverTheWireResetsTheFunction() {
    try (var server = serveBench();
        var client = connect(server)) {
      client.write(0, 0, 4, 77);
      client.reset();
      assertThat(client.read(0, 0, 4)).isZero();
    }
  }

  @Test
  void portalPagesThatMayBeMappedAreOfferedAsOneArea() {
    DsaProfile profile = DsaProfile.physical().with(DsaProfile.Option.MAPPABLE_PORTALS);
    try (var server =
            FunctionServer.serve(
                loops,
                folder.resolve("s"),
                ServerOptions.defaults(),
                dma -> new DsaDevice(profile, EnginePolicy.threads(), dma, (a, d, r, p) -> {}, 0));
        var client = connect(server);
        ClientRegion portals = client.region(2)) {
      assertThat(portals.areas()).containsExactly(new Region.Area(0, profile.portalBytes()));
      assertThat(portals.map(portals.areas().getFirst()).byteSize())
          .isEqualTo(profile.portalBytes());
      assertThat(client.region(0).areas()).isEmpty();
    }
  }

  @Test
  void everythingOpenedIsClosedAgain() throws IOException {
    try (var server = serveBench();
        var client = connect(server)) {
      client.read(0, 0, 4);
      assertThat(server.path()).exists();
    }
    long before = openFiles();
    for (int i = 0; i < 20; i++) {
      try (var server = serveBench();
          var client = connect(server)) {
        client.read(0, 0, 4);
      }
    }
    assertThat(openFiles()).isEqualTo(before);
    assertThat(folder).isEmptyDirectory();
  }

  private FunctionServer<PciFunction> serveBench() {
    return FunctionServer.serve(
        loops, folder.resolve("s"), ServerOptions.defaults(), BenchFunction::new);
  }

  private VfioUserClient connect(FunctionServer<?> server) {
    return VfioUserClient.connect(loops, server.path(), Duration.ofMinutes(2));
  }

  private static long openFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }
}
