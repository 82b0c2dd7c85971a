package dev.adit.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.adit.vfiouser.example.SumDevice;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.posix.OpenFiles;
import dev.adit.vfiouser.posix.Sockets;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sockets come and go. */
class ServerTest extends ServerTestCase {
  @Test
  void aSecondClientIsToldThatTheDeviceIsBusy() {
    try (VfioUserClient first = connect()) {
      assertThatThrownBy(this::connect)
          .isInstanceOfSatisfying(
              VfioUserException.class, e -> assertThat(e.errno()).isEqualTo(Libc.EBUSY));
      assertThat(first.info().regions()).isEqualTo(9);
      assertThat(events).contains(ServerEvents.Kind.REFUSED);
    }
  }

  @Test
  void theDeviceKeepsItsStateWhenClientsChange() {
    for (int i = 0; i < 20; i++) {
      try (VfioUserClient client = connect();
          SharedMemory memory = SharedMemory.allocate(4096);
          Eventfd eventfd = new Eventfd()) {
        assertThat(client.read(0, 0, 4)).isEqualTo(i);
        client.write(0, 0, 4, i + 1);
        client.map(0, memory, 0, 4096, true);
        client.assign(Irq.MSIX, 0, List.of(eventfd));
      }
    }
  }

  @Test
  void theSocketHasThePermissionsAskedForAndGoesWithTheServer() throws IOException {
    Path other = folder.resolve("other");
    ServerOptions open = options().withPermissions(PosixFilePermissions.fromString("rw-rw----"));
    try (var second = VfioUserServer.serve(loops, other, open, SumDevice::new)) {
      assertThat(second.path()).isEqualTo(other);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(other)))
          .isEqualTo("rw-rw----");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rw-------");
    }
    assertThat(other).doesNotExist();
  }

  @Test
  void aDeadSocketIsReplacedAndALivingOneOrAFileIsNot() throws IOException {
    Path stale = folder.resolve("stale");
    int fd = Sockets.socket();
    Libc.check("bind", Sockets.bind(fd, stale));
    OpenFiles.close(fd);
    VfioUserServer.serve(loops, stale, options(), SumDevice::new).close();
    assertThatThrownBy(() -> VfioUserServer.serve(loops, path, options(), SumDevice::new))
        .isInstanceOf(VfioUserException.class);
    Path file = Files.writeString(folder.resolve("file"), "precious");
    assertThatThrownBy(() -> VfioUserServer.serve(loops, file, options(), SumDevice::new))
        .isInstanceOf(VfioUserException.class);
    assertThat(file).hasContent("precious");
    assertThatThrownBy(
            () ->
                VfioUserServer.serve(
                    loops, Path.of("/" + "x".repeat(200)), options(), SumDevice::new))
        .isInstanceOf(IllegalArgumentException.class);
    connect().close();
  }

  @Test
  void closingTheServerEndsItsClient() {
    VfioUserClient client = connect();
    server.close();
    assertThatThrownBy(() -> client.read(0, 0, 4))
        .isInstanceOfSatisfying(
            VfioUserException.class, e -> assertThat(e.errno()).isEqualTo(Libc.ECONNRESET));
    client.close();
    assertThat(device.detached.getCount()).isZero();
    server.close(); // again, and nothing happens
  }

  @Test
  void aCrowdOfSilentConnectionsIsBounded() {
    List<RawClient> crowd = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      crowd.add(new RawClient(path));
    }
    eventually(() -> events.contains(ServerEvents.Kind.REFUSED));
    crowd.forEach(RawClient::close);
    eventually(
        () -> {
          try (RawClient client = new RawClient(path)) {
            return client.version("{}").errno() == 0;
          } catch (AssertionError full) {
            return false;
          }
        });
  }

  @Test
  void thousandsOfDevicesAreServedByTwoThreads() {
    int devices = (int) Math.min(3000, filesAllowed() / 5);
    List<VfioUserServer> servers = new ArrayList<>();
    List<VfioUserClient> clients = new ArrayList<>();
    EventLoops two = EventLoops.start(2, EventLoops.Idle.BLOCK);
    for (int i = 0; i < devices; i++) {
      Path at = folder.resolve("d" + i);
      servers.add(VfioUserServer.serve(two, at, options(), SumDevice::new));
      clients.add(VfioUserClient.connect(loops, at, Duration.ofSeconds(60)));
    }
    for (int i = 0; i < devices; i++) {
      clients.get(i).write(0, 0, 8, i);
    }
    for (int i = 0; i < devices; i++) {
      assertThat(clients.get(i).read(0, 0, 8)).isEqualTo(i);
    }
    clients.forEach(VfioUserClient::close);
    servers.forEach(VfioUserServer::close);
    two.close();
  }

  private static long filesAllowed() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : 1024;
  }

  @Test
  void aSpinningLoopServesFewAndMany() {
    EventLoops spinning = EventLoops.start(1, EventLoops.Idle.SPIN);
    List<VfioUserServer> servers = new ArrayList<>();
    List<VfioUserClient> clients = new ArrayList<>();
    for (int i = 0; i < 10; i++) { // it polls few one by one, and looks at many otherwise
      Path at = folder.resolve("spin" + i);
      servers.add(VfioUserServer.serve(spinning, at, options(), SumDevice::new));
      clients.add(VfioUserClient.connect(loops, at, Duration.ofSeconds(60)));
      allAnswer(clients);
    }
    while (!clients.isEmpty()) {
      clients.remove(clients.size() / 2).close();
      allAnswer(clients);
    }
    servers.forEach(VfioUserServer::close);
    spinning.close();
  }

  private static void allAnswer(List<VfioUserClient> clients) {
    for (int i = 0; i < clients.size(); i++) {
      clients.get(i).post(0, 0, 8, 1000 + i);
      assertThat(clients.get(i).read(0, 0, 8)).isEqualTo(1000 + i);
    }
  }
}
