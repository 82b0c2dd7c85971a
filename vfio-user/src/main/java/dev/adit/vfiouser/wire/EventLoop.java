package dev.adit.vfiouser.wire;

import dev.adit.vfiouser.posix.Epoll;
import dev.adit.vfiouser.posix.Eventfds;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.posix.OpenFiles;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One thread that serves any number of sockets. Everything registered here is touched by this
 * thread only, except where it says otherwise.
 */
public final class EventLoop implements Runnable {
  /** Something with an fd. */
  public interface Source {
    /** The fd is ready for any of {@link Epoll#IN} and so on; must not block. */
    void ready(int events);

    /** Looks for work that no fd tells of; called between rounds while asked for. */
    default void tick(long now) {}

    /** One of the other methods threw, which is a mistake in the code behind it. */
    default void failed() {}
  }

  /** Streams that are polled one by one when spinning; with more of them epoll is cheaper. */
  private static final int DIRECT = 4;

  /** Rounds of direct polling between two looks at everything else. */
  private static final int ROUNDS = 256;

  private final Arena arena = Arena.ofShared();
  private final Epoll epoll = new Epoll(arena);
  private final int wake = Libc.check("eventfd", Eventfds.create());
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private final boolean spin;
  private final List<Watch> streams = new ArrayList<>();
  private final List<Source> ticking = new ArrayList<>();
  private @Nullable Watch[] watches = new @Nullable Watch[64];
  private boolean stopped;
  private boolean ended;
  private int tickMillis = 1;

  /** Buffers of the sockets of this loop, one for each depth of nesting. */
  final Inbox inbox = new Inbox(arena);

  private @Nullable Inbox inner;

  /** Where the thread composes what it sends. */
  public final Outbox outbox = new Outbox(arena);

  public EventLoop(String name, boolean spin) {
    this.spin = spin;
    epoll.add(wake, Epoll.IN);
    thread = Thread.ofPlatform().name(name).daemon().unstarted(this);
  }

  public void start() {
    thread.start();
  }

  /** {@return whether the caller is the thread of this loop} */
  public boolean here() {
    return Thread.currentThread().equals(thread);
  }

  /** {@return whether the thread never sleeps} */
  boolean spins() {
    return spin;
  }

  /** {@return the buffers for receiving while a handler waits} */
  Inbox inner() {
    Inbox made = inner;
    if (made == null) {
      made = new Inbox(arena);
      inner = made;
    }
    return made;
  }

  /**
   * Has a task run by the loop's thread, soon. From any thread.
   *
   * @throws RejectedExecutionException if the loop has ended
   */
  public void execute(Runnable task) {
    synchronized (tasks) { // the counter must not be closed, and its number given away, in between
      if (ended) {
        throw new RejectedExecutionException("the event loop is closed");
      }
      tasks.add(task);
      Eventfds.signal(wake);
    }
  }

  /** Watches an fd; a {@code stream} is one where latency counts. */
  public void add(int fd, Source source, boolean stream) {
    if (fd >= watches.length) {
      watches = Arrays.copyOf(watches, Math.max(fd + 1, watches.length * 2));
    }
    Watch watch = new Watch(fd, source, spin && stream);
    watches[fd] = watch;
    if (watch.stream) {
      streams.add(watch);
      settleAllIf(streams.size() == DIRECT + 1);
    }
    watch.settle();
  }

  public void interest(int fd, int events) {
    Watch watch = watches[fd];
    if (watch != null) {
      watch.interest = events;
      watch.settle();
    }
  }

  /** Stops watching, before the fd is closed. */
  public void remove(int fd, Source source) {
    Watch watch = watches[fd];
    if (watch != null) {
      watch.end();
      watches[fd] = null;
      settleAllIf(streams.remove(watch) && streams.size() == DIRECT);
    }
    ticking.remove(source);
  }

  private void settleAllIf(boolean changed) {
    for (int i = 0; changed && i < streams.size(); i++) {
      streams.get(i).settle();
    }
  }

  /** {@return whether streams are polled one by one} */
  private boolean direct() {
    return spin && streams.size() <= DIRECT;
  }

  /**
   * An fd and what is awaited of it. A stream that is polled anyway is left out of epoll while only
   * input is awaited: each message would have to tell epoll of itself, in the time of who sends it.
   */
  private final class Watch {
    private static final int NOWHERE = -1;

    final int fd;
    final Source source;
    final boolean stream;
    int interest = Epoll.IN;
    private int watched = NOWHERE;

    Watch(int fd, Source source, boolean stream) {
      this.fd = fd;
      this.source = source;
      this.stream = stream;
    }

    void settle() {
      if (stream && interest == Epoll.IN && direct()) {
        end();
      } else if (watched == NOWHERE) {
        epoll.add(fd, interest);
        watched = interest;
      } else if (watched != interest) {
        epoll.change(fd, interest);
        watched = interest;
      }
    }

    void end() {
      if (watched != NOWHERE) {
        epoll.remove(fd);
        watched = NOWHERE;
      }
    }
  }

  /** Has {@link Source#tick} called at least every {@code millis}, until {@link #untick}. */
  public void tick(Source source, int millis) {
    tickMillis = ticking.isEmpty() ? millis : Math.min(tickMillis, millis);
    if (!ticking.contains(source)) {
      ticking.add(source);
    }
  }

  public void untick(Source source) {
    ticking.remove(source);
  }

  @Override
  public void run() {
    try {
      while (!stopped) {
        int timeout = ticking.isEmpty() ? -1 : tickMillis;
        dispatch(epoll.await(spin ? 0 : timeout));
        for (int i = 0; i < ticking.size(); i++) {
          tick(ticking.get(i));
        }
        if (direct() && !streams.isEmpty()) {
          pollDirectly();
        }
      }
    } finally {
      end();
    }
  }

  private void end() {
    synchronized (tasks) {
      ended = true;
      OpenFiles.close(wake);
    }
    runTasks();
    epoll.close();
    arena.close();
  }

  private void dispatch(int ready) {
    for (int i = 0; i < ready; i++) {
      int fd = epoll.readyFd(i);
      if (fd == wake) {
        Eventfds.take(wake);
        runTasks();
      } else {
        Watch watch = fd < watches.length ? watches[fd] : null;
        if (watch != null) {
          ready(watch.source, epoll.readyFor(i));
        }
      }
    }
    if (spin) {
      Thread.onSpinWait();
    }
  }

  private static void ready(Source source, int events) {
    try {
      source.ready(events);
    } catch (RuntimeException e) {
      source.failed();
    }
  }

  private static void tick(Source source) {
    try {
      source.tick(System.nanoTime());
    } catch (RuntimeException e) {
      source.failed();
    }
  }

  private void pollDirectly() {
    for (int round = 0; round < ROUNDS && tasks.isEmpty(); round++) {
      for (int i = 0; i < streams.size(); i++) {
        ready(streams.get(i).source, Epoll.IN);
      }
    }
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  /** Ends the thread after the tasks handed in so far. From any other thread. */
  public void close() {
    execute(() -> stopped = true);
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
