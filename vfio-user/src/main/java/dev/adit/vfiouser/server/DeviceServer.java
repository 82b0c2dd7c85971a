package dev.adit.vfiouser.server;

import dev.adit.vfiouser.Device;
import dev.adit.vfiouser.EventLoops;
import dev.adit.vfiouser.Irq;
import dev.adit.vfiouser.Region;
import dev.adit.vfiouser.ServerEvents.Kind;
import dev.adit.vfiouser.ServerOptions;
import dev.adit.vfiouser.VfioUserException;
import dev.adit.vfiouser.dma.Mappings;
import dev.adit.vfiouser.posix.Epoll;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.posix.OpenFiles;
import dev.adit.vfiouser.posix.Sockets;
import dev.adit.vfiouser.wire.EventLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Serves one device on a socket, to one client at a time. A second client is told EBUSY. When the
 * client goes, its memory and interrupts are given up, the device keeps its state, and the next
 * client may come; one that comes before engines have let go of that memory waits for it.
 */
public final class DeviceServer implements AutoCloseable {
  /** Connections that have not said VERSION yet. */
  private static final int MAX_WAITING = 8;

  private static final int BACKLOG = 16;

  private final EventLoop loop;
  private final Path path;
  private final int listener;
  private final ServerOptions options;
  private final Mappings dma;
  private final RateLimit events;
  private final List<ServerConnection> connections = new ArrayList<>();
  private final EventLoop.Source acceptor = new Acceptor();
  private final Device device;
  private final List<Region> regions;
  private final Vectors interrupts;
  private @Nullable ServerConnection client;
  private final List<CompletableFuture<Void>> closing = new ArrayList<>();
  private boolean closed;

  private DeviceServer(
      EventLoop loop, Path path, ServerOptions options, Function<Device.Bus, Device> maker) {
    this.loop = loop;
    this.path = path;
    this.options = options;
    dma = new Mappings(options.maxMappings());
    events = new RateLimit(options.events());
    listener = listen(path, options);
    try {
      DeviceBus bus = new DeviceBus(dma);
      device = maker.apply(bus);
      regions = List.copyOf(device.regions());
      interrupts = bus.create(device.irqs());
    } catch (RuntimeException e) {
      stopListening();
      throw e;
    }
  }

  /** Interrupts exist once the device has told how many it has. */
  private static final class DeviceBus implements Device.Bus {
    private final Mappings dma;
    private @Nullable Vectors interrupts;

    DeviceBus(Mappings dma) {
      this.dma = dma;
    }

    @Override
    public Mappings dma() {
      return dma;
    }

    @Override
    public Vectors interrupts() {
      Vectors made = interrupts;
      if (made == null) {
        throw new IllegalStateException("the device has not been asked for its interrupts yet");
      }
      return made;
    }

    Vectors create(List<Irq> irqs) {
      Vectors made = new Vectors(List.copyOf(irqs));
      interrupts = made;
      return made;
    }
  }

  /**
   * Serves a device.
   *
   * @param path where the socket is made; a dead one that lies there is removed
   * @param maker makes the device, which may keep the bus; {@link Device.Bus#interrupts} works from
   *     the moment the device is served
   * @throws VfioUserException if the socket cannot be made
   */
  public static DeviceServer serve(
      EventLoop loop, Path path, ServerOptions options, Function<Device.Bus, Device> maker) {
    DeviceServer server = new DeviceServer(loop, path, options, maker);
    server.loop.execute(() -> server.loop.add(server.listener, server.acceptor, false));
    return server;
  }

  private static int listen(Path path, ServerOptions options) {
    removeStale(path);
    int fd = Libc.check("socket", Sockets.socket());
    try {
      Libc.check("bind " + path, Sockets.bind(fd, path));
      Files.setPosixFilePermissions(path, options.permissions());
      Libc.check("listen", Sockets.listen(fd, BACKLOG));
      return fd;
    } catch (IOException e) {
      OpenFiles.close(fd);
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      OpenFiles.close(fd);
      throw e;
    }
  }

  /** Removes a socket that nobody listens on any more; anything else stays. */
  private static void removeStale(Path path) {
    try {
      boolean socket =
          Files.exists(path, LinkOption.NOFOLLOW_LINKS)
              && Files.readAttributes(
                      path,
                      java.nio.file.attribute.BasicFileAttributes.class,
                      LinkOption.NOFOLLOW_LINKS)
                  .isOther();
      if (!socket) {
        return;
      }
      int probe = Libc.check("socket", Sockets.socket());
      int result = Sockets.connect(probe, path);
      OpenFiles.close(probe);
      if (result < 0 && result != -Libc.EAGAIN) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Without fds, the loop would turn in circles; it looks again after a while. */
  private final class Acceptor implements EventLoop.Source {
    private static final int PAUSE = 200;

    @Override
    public void ready(int events) {
      accept();
    }

    @Override
    public void tick(long now) {
      loop.untick(this);
      loop.interest(listener, Epoll.IN);
    }
  }

  private void accept() {
    int fd = Sockets.accept(listener);
    if (fd == -Libc.EMFILE || fd == -Libc.ENFILE || fd == -Libc.ENOMEM) {
      loop.interest(listener, 0);
      loop.tick(acceptor, Acceptor.PAUSE);
    }
    if (fd < 0) {
      return;
    }
    if (connections.size() > MAX_WAITING) {
      OpenFiles.close(fd);
      events.event(Kind.REFUSED, 0);
      return;
    }
    ServerConnection connection = new ServerConnection(this, fd);
    connections.add(connection);
    connection.open();
  }

  EventLoop loop() {
    return loop;
  }

  ServerOptions options() {
    return options;
  }

  RateLimit events() {
    return events;
  }

  Device device() {
    return device;
  }

  List<Region> regions() {
    return regions;
  }

  /** {@return the interrupt vectors} */
  public Vectors interrupts() {
    return interrupts;
  }

  /** {@return the client's memory} */
  public Mappings dma() {
    return dma;
  }

  /** {@return the socket} */
  public Path path() {
    return path;
  }

  /** {@return whether there is a client that is on its way out, so that the next one may wait} */
  boolean isBeingLeft() {
    return client != null && client.leaves();
  }

  /** {@return whether a connection may become the client, which it is from now on} */
  boolean attach(ServerConnection connection) {
    if (client != null) {
      events.event(Kind.REFUSED, 0);
      return false;
    }
    client = connection;
    events.event(Kind.ATTACHED, 0);
    return true;
  }

  /** A connection is over and holds nothing any more. */
  void gone(ServerConnection connection) {
    connections.remove(connection);
    if (client == connection) {
      client = null;
      events.event(Kind.DETACHED, 0);
    }
    if (closed && connections.isEmpty()) {
      closing.forEach(done -> done.complete(null));
    }
  }

  /**
   * Stops listening, ends the connection, waits for engines to let go of its memory (some seconds
   * at most) and removes the socket. Not to be called by a thread of {@link EventLoops}.
   */
  @Override
  public void close() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          shut();
          completeWhenGone(done);
        });
    done.join();
  }

  private void shut() {
    if (!closed) {
      closed = true;
      loop.remove(listener, acceptor);
      stopListening();
      List.copyOf(connections).forEach(ServerConnection::end);
    }
  }

  private void stopListening() {
    OpenFiles.close(listener);
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // It stays behind; the next server on this path removes it.
      events.event(Kind.ERROR_REPLY, Libc.EIO);
    }
  }

  private void completeWhenGone(CompletableFuture<Void> done) {
    if (connections.isEmpty()) {
      done.complete(null);
    } else {
      closing.add(done);
    }
  }
}
