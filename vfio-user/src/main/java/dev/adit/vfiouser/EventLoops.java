package dev.adit.vfiouser;

import dev.adit.vfiouser.wire.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that serve sockets. One thread serves thousands of them; each socket stays with one
 * thread, so a device's handlers never run at the same time.
 *
 * <p>The threads are platform threads: a virtual thread that blocks in a native call would hold up
 * its carrier.
 */
public final class EventLoops implements AutoCloseable {
  /** What a thread does while nothing comes in. */
  public enum Idle {
    /** Sleep in the kernel. */
    BLOCK,
    /** Keep looking: a processor for each thread, for the shortest latency. */
    SPIN
  }

  private final List<EventLoop> loops = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();

  private EventLoops(int threads, Idle idle) {
    for (int i = 0; i < threads; i++) {
      loops.add(new EventLoop("vfio-user-" + i, idle == Idle.SPIN));
    }
  }

  /**
   * Starts threads.
   *
   * @param threads at least 1
   */
  public static EventLoops start(int threads, Idle idle) {
    if (threads < 1) {
      throw new IllegalArgumentException("at least one thread is needed");
    }
    EventLoops started = new EventLoops(threads, idle);
    started.loops.forEach(EventLoop::start);
    return started;
  }

  EventLoop next() {
    return loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
  }

  /** Ends the threads; close the servers and clients that use them first. */
  @Override
  public void close() {
    loops.forEach(EventLoop::close);
  }
}
