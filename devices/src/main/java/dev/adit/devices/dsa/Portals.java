package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Register;
import java.lang.foreign.MemorySegment;

/**
 * The portals of BAR2, four pages for each work queue (sections 3.3, 3.4 and 9.3): page 0 unlimited
 * and 1 limited with interrupts from the MSI-X table, 2 and 3 the same with interrupts from the
 * IMS.
 *
 * <p>A dedicated queue takes posted writes of 64 bytes. A VMM that traps them sends pieces, which
 * {@link PortalPieces} puts together.
 */
final class Portals implements MappedPortals.Target {
  static final int PAGE = 4096;
  static final int PAGES = 4;
  static final int FIRST_IMS_PAGE = 2;

  private static final int LIMITED = 1;

  private final DsaCore core;
  private final WorkQueue[] queues;
  private final PortalPieces pieces;
  private final DeviceError error = new DeviceError();

  Portals(DsaCore core, WorkQueue[] queues) {
    this.core = core;
    this.queues = queues;
    pieces = new PortalPieces(queues.length * PAGES, this::post);
  }

  @Override
  public boolean takes(int wq) {
    return queues[wq].state() == WorkQueue.State.ENABLED && queues[wq].config().dedicated();
  }

  /** Takes a piece of a posted write; from the thread of register accesses. */
  void write(long offset, int width, long value) {
    pieces.write(offset, width, value);
  }

  /**
   * Takes a posted write of a whole descriptor. What is not accepted is dropped.
   *
   * @param portal queue times four plus page
   */
  @Override
  public void post(int portal, MemorySegment from, long at) {
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

  /**
   * Takes a descriptor without a report if that fails.
   *
   * @param portal queue times four plus page
   */
  boolean offer(int portal, MemorySegment from, long at, int limit) {
    WorkQueue queue = queues[portal / PAGES];
    QueueConfig config = queue.config();
    boolean accepted =
        reachable(portal % PAGES)
            && queue.offer(from, at, portal % PAGES, Math.min(limit, config.size()))
                == WorkQueue.Admission.ACCEPTED;
    if (accepted) {
      count(
          queue,
          config.dedicated() ? PerformanceCounters.DWQ_OK : PerformanceCounters.SWQ_OK_LIMITED);
      queue.ring();
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
    pieces.clear();
  }
}
