package dev.adit.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A served {@link TestDevice}; after each test, nothing that was opened may be open still. */
@NullUnmarked
abstract class ServerTestCase {
  @TempDir Path folder;
  Path path;
  EventLoops loops;
  VfioUserServer server;
  TestDevice device;
  final List<ServerEvents.Kind> events = new CopyOnWriteArrayList<>();
  private long openBefore;

  @BeforeEach
  void serve() {
    openBefore = open();
    path = folder.resolve("device");
    loops = EventLoops.start(1, idle());
    server = VfioUserServer.serve(loops, path, options(), this::make);
  }

  /** {@return what the loop does that serves device and clients} */
  EventLoops.Idle idle() {
    return EventLoops.Idle.BLOCK;
  }

  private Device make(Device.Bus bus) {
    device = new TestDevice(bus);
    return device;
  }

  /** Serves anew, with a patience short enough to see its end. */
  void serveImpatiently() {
    server.close();
    device.close();
    ServerOptions impatient = options().withPatience(Duration.ofSeconds(3));
    server = VfioUserServer.serve(loops, path, impatient, this::make);
  }

  ServerOptions options() {
    return ServerOptions.defaults()
        .withDmaTimeout(Duration.ofSeconds(10))
        .withPatience(Duration.ofSeconds(60))
        .withEvents((kind, detail, suppressed) -> events.add(kind));
  }

  @AfterEach
  void stop() {
    server.close();
    loops.close();
    device.close();
    assertThat(open()).as("fds open after everything was closed").isEqualTo(openBefore);
  }

  RawClient raw() {
    return RawClient.negotiated(path);
  }

  VfioUserClient connect() {
    return VfioUserClient.connect(loops, path, Duration.ofSeconds(60));
  }

  /** {@return the sockets, memory files, eventfds and epolls that this process has open} */
  static long open() {
    try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
      return fds.filter(ServerTestCase::ours).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean ours(Path fd) {
    try {
      String target = Files.readSymbolicLink(fd).toString();
      return target.startsWith("socket:")
          || target.startsWith("anon_inode:")
          || target.startsWith("/memfd:");
    } catch (IOException e) {
      return false; // the listing's own
    }
  }

  /** {@return a memory file that may become shorter} */
  static SharedMemory unsealed(long size) {
    return SharedMemory.allocate(size, 0);
  }

  /** Waits, with patience, until something holds. */
  static void eventually(java.util.function.BooleanSupplier holds) {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it happens in time").isLessThan(deadline);
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
  }
}
