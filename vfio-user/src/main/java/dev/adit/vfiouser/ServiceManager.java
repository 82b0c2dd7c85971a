package dev.adit.vfiouser;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.adit.vfiouser.posix.OpenFiles;
import dev.adit.vfiouser.posix.Sockets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Tells the service manager what the process is doing: datagrams to the socket that the environment
 * variable NOTIFY_SOCKET names (sd_notify(3)). The JDK has no datagrams on UNIX sockets.
 */
public final class ServiceManager {
  private final String address;

  private ServiceManager(String address) {
    this.address = address;
  }

  /** {@return who started this process, if it wants to be told} */
  public static Optional<ServiceManager> fromEnvironment() {
    return Optional.ofNullable(System.getenv("NOTIFY_SOCKET")).flatMap(ServiceManager::at);
  }

  /** {@return a manager that listens on a path, or on an abstract name that begins with @} */
  static Optional<ServiceManager> at(String address) {
    return address.startsWith("/") || address.startsWith("@")
        ? Optional.of(new ServiceManager(address))
        : Optional.empty();
  }

  /**
   * Tells something, such as {@code READY=1}. Nobody waits for it.
   *
   * @return whether it could be sent
   */
  public boolean tell(String assignments) {
    int fd = Sockets.datagram();
    if (fd < 0) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      byte[] text = assignments.getBytes(UTF_8);
      MemorySegment bytes = arena.allocate(Math.max(text.length, 1));
      MemorySegment.copy(text, 0, bytes, ValueLayout.JAVA_BYTE, 0, text.length);
      int connected =
          address.startsWith("@")
              ? Sockets.connectAbstract(fd, address.substring(1))
              : Sockets.connect(fd, Path.of(address));
      return connected >= 0 && Sockets.send(fd, bytes, text.length) == text.length;
    } finally {
      OpenFiles.close(fd);
    }
  }
}
