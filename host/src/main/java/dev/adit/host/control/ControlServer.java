package dev.adit.host.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.adit.devices.Refusal.Reason;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Section;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The control socket: JSON, one document a line. The server's first line says what it is; each
 * request is answered with one line. Lines, connections and patience are bounded.
 */
public final class ControlServer implements AutoCloseable {
  /** The longest request. */
  static final int LONGEST = 2 << 20;

  private static final int MOST_CONNECTIONS = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration BEAT = Duration.ofSeconds(10);

  private final Path path;
  private final ServerSocketChannel listener;
  private final Verbs verbs;
  private final EventLog events;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private ControlServer(Path path, ServerSocketChannel listener, Verbs verbs, EventLog events) {
    this.path = path;
    this.listener = listener;
    this.verbs = verbs;
    this.events = events;
  }

  /**
   * Serves a socket.
   *
   * @param path where; a dead socket that lies there is replaced
   * @param access who may use it
   * @throws RefusedException if it cannot be made, or another server listens there
   */
  public static ControlServer serve(
      Path path, SocketAccess access, Composer composer, Devices devices, EventLog events) {
    refuseLiving(path);
    try {
      ServerSocketChannel listener = bind(path, access);
      Verbs verbs = new Verbs(composer, devices, events);
      ControlServer server = new ControlServer(path, listener, verbs, events);
      Thread.ofVirtual().name("control").start(server::accept);
      Thread.ofVirtual().name("control-patience").start(server::watch);
      return server;
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  /**
   * Makes the socket where nobody else can reach it, and moves it when its access is right. The
   * folder for that always has the same name, so that a server that is killed here leaves nothing
   * that the next one does not take away.
   */
  private static ServerSocketChannel bind(Path path, SocketAccess access) throws IOException {
    Path hidden = path.toAbsolutePath().resolveSibling("." + path.getFileName() + ".new");
    Path fresh = hidden.resolve("s");
    Files.deleteIfExists(fresh);
    Files.deleteIfExists(hidden);
    Files.createDirectory(
        hidden, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      listener.bind(UnixDomainSocketAddress.of(fresh));
      access.apply(fresh);
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
      return listener;
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    } finally {
      Files.deleteIfExists(fresh);
      Files.delete(hidden);
    }
  }

  private static void refuseLiving(Path path) {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      throw new RefusedException(
          Reason.EXISTS, "another server listens on " + path + "; stop it, or choose another path");
    } catch (IOException e) {
      if (Files.isRegularFile(path) || Files.isDirectory(path)) {
        throw failed(path, new IOException("something else is there", e));
      }
    }
  }

  private static RefusedException failed(Path path, IOException e) {
    String why = e.getClass().getSimpleName() + " " + e.getMessage();
    return new RefusedException(
        Reason.FAILED, "cannot make the control socket " + path + ": " + why, e);
  }

  private void accept() {
    while (!closed) {
      try {
        Connection connection = new Connection(listener.accept());
        connections.add(connection);
        if (connections.size() > MOST_CONNECTIONS) {
          connection.end();
        } else {
          Thread.ofVirtual().name("control-client").start(connection::run);
        }
      } catch (IOException e) {
        pause(closed ? Duration.ZERO : Duration.ofMillis(200));
      }
    }
  }

  private void watch() {
    while (!closed) {
      pause(Duration.ofSeconds(1));
      long now = System.nanoTime();
      connections.forEach(connection -> connection.endIfLate(now));
    }
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends all connections and removes the socket. */
  @Override
  public void close() {
    closed = true;
    try {
      listener.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // It stays behind; the next server replaces it.
    }
    connections.forEach(Connection::end);
  }

  /** One client. */
  private final class Connection {
    private final SocketChannel channel;
    private volatile long deadline = System.nanoTime() + PATIENCE.toNanos();

    Connection(SocketChannel channel) {
      this.channel = channel;
    }

    void endIfLate(long now) {
      if (now - deadline > 0) {
        end();
      }
    }

    void end() {
      connections.remove(this);
      try {
        channel.close();
      } catch (IOException e) {
        // There is nothing left to close.
      }
    }

    void run() {
      try {
        send(Map.of("adit", "0.1.0", "control", 1, "longest", LONGEST));
        Lines lines = new Lines(channel, LONGEST);
        for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
          answer(line.get());
          extend(PATIENCE);
        }
      } catch (IOException e) {
        // The client is gone, or was too slow or too long: its connection ends.
      } finally {
        end();
      }
    }

    private void extend(Duration time) {
      deadline = System.nanoTime() + time.toNanos();
    }

    private void send(Object plain) throws IOException {
      extend(PATIENCE);
      write(Json.line(plain) + "\n");
    }

    private void write(String text) throws IOException {
      ByteBuffer rest = ByteBuffer.wrap(text.getBytes(UTF_8));
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
    }

    private void answer(String line) throws IOException {
      // What a verb does may take as long as its draining does.
      extend(Duration.ofHours(1));
      try {
        Section request = Section.of(Json.read("request", line), "a request");
        String verb = request.requiredText("verb", "vdev.list");
        Section arguments =
            Section.of(request.tree("arguments").orElse(Json.read("request", "{}")), "'arguments'");
        request.end();
        if (verb.equals("vdev.follow")) {
          follow(arguments);
        } else {
          Map<String, Object> result = verbs.run(verb, arguments);
          send(Map.of("ok", true, "result", result));
        }
      } catch (RefusedException e) {
        send(refusal(e));
      } catch (RuntimeException e) {
        events.add("adit", Event.Kind.FAILED, "a request failed, a mistake in Adit: " + e);
        send(refusal(new RefusedException(Reason.FAILED, "a mistake in Adit: " + e, e)));
      }
    }

    private static Map<String, Object> refusal(RefusedException e) {
      Map<String, Object> plain = new LinkedHashMap<>();
      plain.put("ok", false);
      plain.put("reason", e.reason().code());
      plain.put("error", e.sentence());
      return plain;
    }

    /** Sends events as they come; an empty line now and then finds out whether anybody listens. */
    private void follow(Section arguments) throws IOException {
      long since = arguments.number("since", 0, Long.MAX_VALUE).orElse(events.last());
      Optional<String> device = arguments.text("device");
      arguments.end();
      while (!closed) {
        long seen = events.last();
        List<Event> fresh = events.since(since, device);
        since = Math.max(since, fresh.isEmpty() ? since : fresh.getLast().sequence());
        for (Event event : fresh) {
          send(event.plain());
        }
        extend(PATIENCE);
        try {
          if (!events.await(seen, BEAT)) {
            write("\n");
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }
}
