package dev.adit.vfiouser;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.posix.OpenFiles;
import dev.adit.vfiouser.posix.Sockets;
import dev.adit.vfiouser.wire.Inbox;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a service manager hears at its socket. */
final class ServiceManagerTest {
  @TempDir private Path folder;

  @Test
  void whatIsToldArrivesAsOneDatagramEach() {
    Path path = folder.resolve("notify");
    int fd = Libc.check("socket", Sockets.datagram());
    try (Arena arena = Arena.ofConfined()) {
      Libc.check("bind", Sockets.bind(fd, path));
      ServiceManager manager = ServiceManager.at(path.toString()).orElseThrow();

      assertThat(manager.tell("READY=1")).isTrue();
      assertThat(manager.tell("STATUS=größer\nSTOPPING=1")).isTrue();

      Inbox inbox = new Inbox(arena);
      MemorySegment into = arena.allocate(256);
      assertThat(next(inbox, fd, into)).isEqualTo("READY=1");
      assertThat(next(inbox, fd, into)).isEqualTo("STATUS=größer\nSTOPPING=1");
    } finally {
      OpenFiles.close(fd);
    }
  }

  private static String next(Inbox inbox, int fd, MemorySegment into) {
    int length = Libc.check("recvmsg", inbox.receive(fd, into, 0));
    byte[] bytes = into.toArray(ValueLayout.JAVA_BYTE);
    return new String(Arrays.copyOf(bytes, length), UTF_8);
  }

  @Test
  void aManagerThatDoesNotListenIsNoHarm() throws Exception {
    long before = openDescriptors();
    ServiceManager nobody = ServiceManager.at(folder.resolve("nobody").toString()).orElseThrow();
    ServiceManager hidden = ServiceManager.at("@adit-test-nobody-listens").orElseThrow();
    for (int i = 0; i < 100; i++) {
      assertThat(nobody.tell("READY=1")).isFalse();
      assertThat(hidden.tell("READY=1")).isFalse();
    }
    assertThat(openDescriptors()).isLessThan(before + 100);
  }

  private static long openDescriptors() throws Exception {
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }

  @Test
  void whatIsNoAddressIsNoManager() {
    assertThat(ServiceManager.at("")).isEmpty();
    assertThat(ServiceManager.at("relative/path")).isEmpty();
  }
}
