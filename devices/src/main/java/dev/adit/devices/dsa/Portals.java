package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Register;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The portals of BAR2, four pages for each work queue (sections 3.3, 3.4 and 9.3): page 0 unlimited
 * and 1 limited with interrupts from the MSI-X table, 2 and 3 the same with interrupts from the
 * IMS.
 *
 * <p>A dedicated queue takes posted writes of 64 bytes. A VMM that traps them sends pieces, which
 * are put together here for each 64-byte slot of a page; a piece for bytes that are there already
 * begins a new descriptor. Two processors that write the same slot at once mix their descriptors,
 * as nothing in their pieces tells them apart.
 */
final class Portals {
  static final int PAGE = 4096;
  static final int PAGES = 4;

  private static final int LIMITED = 1;
  private static final int FIRST_IMS_PAGE = 2;
  private static final int SLOTS = PAGE / Descriptor.BYTES;
  private static final long WHOLE = -1;

  private static final class Pieces {
    final MemorySegment bytes = Arena.ofAuto().allocate(PAGE, Descriptor.BYTES);
    final long[] present = new long[SLOTS];
  }

  private final DsaCore core;
  private final WorkQueue[] queues;
  private final @Nullable Pieces[] pieces;
  private final DeviceError error = new DeviceError();

  Portals(DsaCore core, WorkQueue[] queues) {
    this.core = core;
    this.queues = queues;
    pieces = new Pieces[queues.length * PAGES];
  }

  /** Takes a piece of a posted write; from the thread of register accesses. */
  void write(long offset, int width, long value) {
    int portal = portal(offset);
    boolean shaped = width == 1 || width == 2 || width == 4 || width == 8;
    if (portal < 0 || !shaped || offset % width != 0) {
      return;
    }
    Pieces page = pieces[portal];
    if (page == null) {
      page = new Pieces();
      pieces[portal] = page;
    }
    int at = (int) (offset % PAGE);
    int slot = at / Descriptor.BYTES;
    long bits = ((1L << width) - 1) << (at % Descriptor.BYTES);
    if ((page.present[slot] & bits) != 0) {
      page.present[slot] = 0;
    }
    put(page.bytes, at, width, value);
    page.present[slot] |= bits;
    if (page.present[slot] == WHOLE) {
      page.present[slot] = 0;
      post(portal, page.bytes, (long) slot * Descriptor.BYTES);
    }
  }

  private static void put(MemorySegment to, int at, int width, long value) {
    for (int i = 0; i < width; i++) {
      to.set(ValueLayout.JAVA_BYTE, at + i, (byte) (value >>> (8 * i)));
    }
  }

  private int portal(long offset) {
    return offset < 0 || offset >= (long) pieces.length * PAGE ? -1 : (int) (offset / PAGE);
  }

  /**
   * Takes a posted write of a whole descriptor. What is not accepted is dropped.
   *
   * @param portal queue times four plus page
   */
  void post(int portal, MemorySegment from, long at) {
    WorkQueue queue = queues[portal / PAGES];
    int page = portal % PAGES;
    QueueConfig config = queue.config();
    if (!config.dedicated() || !reachable(page)) {
      queue.rejected.increment();
      count(queue, PerformanceCounters.DISCARDED);
      return;
    }
    switch (queue.offer(from, at, page, config.size())) {
      case ACCEPTED -> {
        count(queue, PerformanceCounters.DWQ_OK);
        queue.ring();
      }
      case FULL -> {
        queue.rejected.increment();
        count(queue, PerformanceCounters.DWQ_FULL);
        synchronized (error) {
          core.errors().reportSoftware(error.begin(DeviceError.QUEUE_FULL, queue.index));
        }
      }
      case CLOSED -> {
        queue.rejected.increment();
        count(queue, PerformanceCounters.DISCARDED);
      }
    }
  }

  /**
   * Takes a deferrable memory write.
   *
   * @param portal queue times four plus page
   * @return false for the answer Retry
   */
  boolean enqueue(int portal, MemorySegment from, long at) {
    WorkQueue queue = queues[portal / PAGES];
    int page = portal % PAGES;
    QueueConfig config = queue.config();
    boolean limited = (page & LIMITED) != 0;
    int limit =
        limited ? (int) core.registers().get(Register.WQCFG_THRESHOLD, queue.index) : config.size();
    boolean accepted =
        !config.dedicated()
            && reachable(page)
            && queue.offer(from, at, page, Math.min(limit, config.size()))
                == WorkQueue.Admission.ACCEPTED;
    if (accepted) {
      count(queue, limited ? PerformanceCounters.SWQ_OK_LIMITED : PerformanceCounters.SWQ_OK);
      queue.ring();
    } else {
      queue.retried.increment();
      count(queue, limited ? PerformanceCounters.SWQ_RETRY_LIMITED : PerformanceCounters.SWQ_RETRY);
    }
    return accepted;
  }

  private boolean reachable(int page) {
    return page < FIRST_IMS_PAGE || core.ims() != null;
  }

  private void count(WorkQueue queue, int event) {
    if (core.counters().active()) {
      core.counters().count(PerformanceCounters.QUEUE, event, 1, queue.index, -1);
    }
  }

  /** Forgets what has not become whole. */
  void reset() {
    for (Pieces page : pieces) {
      if (page != null) {
        Arrays.fill(page.present, 0);
      }
    }
  }
}
