package dev.adit.host.control;

import dev.adit.devices.Refusal;
import dev.adit.devices.RefusedException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A whole server: functions, the devices that are cut from them, the control socket and metrics.
 * What was started is ended in the opposite order.
 */
public final class HostServer implements AutoCloseable {
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final EventLog events = new EventLog(Clock.systemUTC());
  private final HostConfig config;
  private boolean closed;

  private HostServer(HostConfig config) {
    this.config = config;
  }

  /**
   * Starts a server: devices that are started with it are served when this returns.
   *
   * @param composer makes the composer from the configuration and the log of events
   * @throws RefusedException if something cannot be started; nothing is left then
   */
  public static HostServer start(
      HostConfig config, BiFunction<HostConfig, EventLog, Composer> composer) {
    HostServer server = new HostServer(config);
    try {
      server.open(composer);
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private void open(BiFunction<HostConfig, EventLog, Composer> maker) {
    StateFolder state = StateFolder.open(config.state());
    parts.push(lock(config.state().resolve("lock")));
    makeFolder(config.sockets());
    Composer composer = maker.apply(config, events);
    parts.push(composer);
    Devices devices = new Devices(state, config.sockets(), composer, events);
    parts.push(devices);
    devices.startAutomatic();
    config
        .metrics()
        .ifPresent(address -> parts.push(MetricsServer.serve(address, composer, devices)));
    parts.push(ControlServer.serve(config.control(), config.access(), composer, devices, events));
  }

  private static void makeFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw failed("cannot make the folder " + folder, e);
    }
  }

  /** Two servers with one state would undo each other's changes. */
  private static AutoCloseable lock(Path file) {
    @Nullable FileLock lock;
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        lock = channel.tryLock();
      } catch (OverlappingFileLockException e) {
        lock = null;
      }
      if (lock == null) {
        channel.close();
        throw new RefusedException(
            Refusal.Reason.IN_USE,
            "another server uses the state folder " + file.getParent() + "; give this one its own");
      }
      return channel;
    } catch (IOException e) {
      throw failed("cannot lock " + file, e);
    }
  }

  private static RefusedException failed(String sentence, IOException e) {
    return new RefusedException(
        Refusal.Reason.FAILED,
        sentence + ": " + e.getClass().getSimpleName() + " " + e.getMessage(),
        e);
  }

  /** {@return what happens} */
  public EventLog events() {
    return events;
  }

  /** Stops all devices and ends; what is defined stays on disk. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        events.add("adit", Event.Kind.FAILED, "while stopping: " + e);
      }
    }
  }
}
