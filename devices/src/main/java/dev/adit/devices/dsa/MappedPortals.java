package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Descriptor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Portals that the guest writes as memory, without telling anybody: the device has to look. A slot
 * holds a descriptor when its first eight bytes are not zero. A writer whose 64 bytes do not land
 * at once must let those eight land last; an all-zero no-op, which would do nothing, is not seen.
 *
 * <p>A guest that goes from slot to slot is followed, so that its order is kept: what is found out
 * of turn is taken only after a second look at the slot whose turn it is.
 */
final class MappedPortals {
  private static final int SLOTS = Portals.PAGE / Descriptor.BYTES;
  private static final int MOST_PER_SWEEP = 4 * SLOTS;
  private static final int LOOKS_PER_CLOCK = 16;
  private static final VarHandle FIRST = ValueLayout.JAVA_LONG.varHandle();

  /** The queues that the pages belong to. */
  interface Target {
    /** {@return whether a queue takes what is found: it is enabled, and dedicated} */
    boolean takes(int wq);

    /**
     * Takes a descriptor.
     *
     * @param portal queue times four plus page
     */
    void post(int portal, MemorySegment from, long at);
  }

  private final EnginePolicy policy;
  private final int queues;
  private final int pages;
  private final Target target;
  private final int[] cursors;
  private final MemorySegment taken = Arena.ofAuto().allocate(Descriptor.BYTES, 64);
  private volatile @Nullable MemorySegment memory;
  private volatile boolean stopped;
  private @Nullable Thread thread;

  /**
   * @param queues how many there are
   * @param pages how many pages of each queue lead anywhere
   */
  MappedPortals(EnginePolicy policy, int queues, int pages, Target target) {
    this.policy = policy;
    this.queues = queues;
    this.pages = pages;
    this.target = target;
    cursors = new int[queues * Portals.PAGES];
  }

  /** Gets the memory of all pages, at least four for each queue. */
  void back(MemorySegment newMemory) {
    memory = newMemory;
  }

  /** Drops what was written to a queue's pages while it took nothing. */
  synchronized void open(int wq) {
    MemorySegment all = memory;
    if (all == null) {
      return;
    }
    long first = (long) wq * Portals.PAGES * Portals.PAGE;
    all.asSlice(first, (long) Portals.PAGES * Portals.PAGE).fill((byte) 0);
    for (int page = 0; page < Portals.PAGES; page++) {
      cursors[wq * Portals.PAGES + page] = 0;
    }
  }

  /** Starts looking, after a queue was enabled. */
  synchronized void watch() {
    if (memory == null) {
      return;
    }
    if (thread == null && !stopped) {
      thread = Thread.ofPlatform().daemon().name("dsa-portals").start(this::loop);
    }
    LockSupport.unpark(thread);
  }

  private void loop() {
    long since = System.nanoTime();
    int looks = 0;
    while (!stopped) {
      boolean anyOpen = false;
      boolean found = false;
      for (int wq = 0; wq < queues; wq++) {
        if (target.takes(wq)) {
          anyOpen = true;
          found |= look(wq);
        }
      }
      if (found) {
        looks = 0;
      } else if (looks == 0) {
        looks = 1;
        since = System.nanoTime();
      } else if (++looks % LOOKS_PER_CLOCK != 0 || System.nanoTime() - since < policy.spinNanos()) {
        Thread.onSpinWait();
      } else if (anyOpen) {
        LockSupport.parkNanos(this, sleep(System.nanoTime() - since));
        // One look, then sleep again.
        looks = LOOKS_PER_CLOCK - 1;
      } else {
        LockSupport.park(this);
        looks = 0;
      }
    }
  }

  /** What comes after a pause waits for an eighth of it at most, within the policy's bounds. */
  private long sleep(long pause) {
    return Math.clamp(pause / 8, policy.minSleepNanos(), policy.maxSleepNanos());
  }

  private boolean look(int wq) {
    try {
      return sweep(wq);
    } catch (InternalError e) {
      // The JVM's word for SIGBUS: the file behind the pages has been cut short.
      memory = null;
      return false;
    }
  }

  /** {@return whether there was anything in a queue's pages; it has been posted} */
  synchronized boolean sweep(int wq) {
    MemorySegment all = memory;
    if (all == null || !target.takes(wq)) {
      return false;
    }
    boolean found = false;
    for (int page = 0; page < pages; page++) {
      found |= sweep(all, wq * Portals.PAGES + page);
    }
    return found;
  }

  private boolean sweep(MemorySegment all, int portal) {
    int found = 0;
    while (found < MOST_PER_SWEEP) {
      int cursor = cursors[portal];
      if (!take(all, portal, cursor)) {
        int other = next(all, portal, cursor);
        if (other < 0) {
          break;
        }
        if (filled(all, portal, cursor) || !take(all, portal, other)) {
          continue;
        }
        cursor = other;
      }
      found++;
      cursors[portal] = (cursor + 1) % SLOTS;
      target.post(portal, taken, 0);
    }
    return found > 0;
  }

  private static int next(MemorySegment pages, int portal, int cursor) {
    for (int i = 1; i < SLOTS; i++) {
      int slot = (cursor + i) % SLOTS;
      if (filled(pages, portal, slot)) {
        return slot;
      }
    }
    return -1;
  }

  private static boolean filled(MemorySegment pages, int portal, int slot) {
    return (long) FIRST.getAcquire(pages, at(portal, slot)) != 0;
  }

  private boolean take(MemorySegment pages, int portal, int slot) {
    long at = at(portal, slot);
    long first = (long) FIRST.getAcquire(pages, at);
    if (first == 0) {
      return false;
    }
    taken.set(ValueLayout.JAVA_LONG, 0, first);
    MemorySegment.copy(pages, at + Long.BYTES, taken, Long.BYTES, Descriptor.BYTES - Long.BYTES);
    for (int i = Long.BYTES; i < Descriptor.BYTES; i += Long.BYTES) {
      pages.set(ValueLayout.JAVA_LONG, at + i, 0);
    }
    FIRST.setRelease(pages, at, 0L);
    return true;
  }

  private static long at(int portal, int slot) {
    return (long) portal * Portals.PAGE + (long) slot * Descriptor.BYTES;
  }

  void stop() {
    Thread watcher;
    synchronized (this) {
      stopped = true;
      memory = null;
      watcher = thread;
    }
    if (watcher != null) {
      LockSupport.unpark(watcher);
    }
  }
}
