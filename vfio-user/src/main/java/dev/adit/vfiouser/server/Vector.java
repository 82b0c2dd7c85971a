package dev.adit.vfiouser.server;

import dev.adit.vfiouser.posix.Eventfds;
import dev.adit.vfiouser.posix.OpenFiles;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * One interrupt vector. Whoever holds {@link #BUSY} alone touches the eventfd; others that want to
 * fire meanwhile leave {@link #PENDING} behind and go, and the holder sees to it.
 */
public final class Vector {
  private static final int BUSY = 1, PENDING = 2, MASKED = 4;

  /** Turns before somebody who waits for the holder suspects that it is stuck. */
  private static final int PATIENCE = 1_000;

  private static final long PAUSE = 50_000;

  private final AtomicInteger state = new AtomicInteger();
  private final boolean automasked;
  private volatile int fd = -1;

  Vector(boolean automasked) {
    this.automasked = automasked;
  }

  /** Fires. From any thread. */
  void signal() {
    int seen = state.get();
    while (!state.compareAndSet(seen, seen | BUSY | PENDING)) {
      seen = state.get();
    }
    if ((seen & BUSY) == 0) {
      deliverAndLeave();
    }
  }

  boolean pending() {
    return (state.get() & PENDING) != 0;
  }

  /** {@return whether a signal would reach the client now} */
  boolean deliverable() {
    return fd >= 0 && (state.get() & MASKED) == 0;
  }

  void withdraw() {
    state.getAndUpdate(s -> s & ~PENDING);
  }

  /** Fires what is pending if it can be, until nothing is left. The caller is the holder. */
  private void deliverAndLeave() {
    while (true) {
      int seen = state.get();
      boolean deliverable = fd >= 0 && (seen & (PENDING | MASKED)) == PENDING;
      if (!deliverable) {
        if (state.compareAndSet(seen, seen & ~BUSY)) {
          return;
        }
      } else if (state.compareAndSet(seen, (seen & ~PENDING) | (automasked ? MASKED : 0))) {
        // A full counter is as signalled as it can be.
        Eventfds.signal(fd);
      }
    }
  }

  /** Sets the eventfd, which becomes ours, or -1 for none; what is pending fires. */
  void assign(int newFd) {
    enter();
    int old = fd;
    fd = newFd;
    if (old >= 0) {
      OpenFiles.close(old);
    }
    deliverAndLeave();
  }

  void mask() {
    state.getAndUpdate(s -> s | MASKED);
  }

  /** Unmasks; what is pending fires. */
  void unmask() {
    enter();
    state.getAndUpdate(s -> s & ~MASKED);
    deliverAndLeave();
  }

  /** Back to the beginning: no eventfd, nothing pending or masked. */
  void clear() {
    withdraw();
    assign(-1);
    state.getAndUpdate(s -> s & BUSY);
  }

  /**
   * Becomes the holder. A holder that stays is stuck in a write: the client filled its counter just
   * between our look and our write. Emptying the counter frees it.
   */
  private void enter() {
    int turns = 0;
    while (true) {
      int seen = state.get();
      if ((seen & BUSY) == 0 && state.compareAndSet(seen, seen | BUSY)) {
        return;
      }
      if (++turns < PATIENCE) {
        Thread.onSpinWait();
      } else {
        int current = fd;
        if (current >= 0 && !Eventfds.writable(current, 0) && Eventfds.take(current) > 0) {
          state.getAndUpdate(s -> s | PENDING);
        }
        LockSupport.parkNanos(PAUSE);
      }
    }
  }
}
