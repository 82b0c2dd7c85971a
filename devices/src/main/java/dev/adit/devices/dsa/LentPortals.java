package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Register;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The portals of a virtual function (section 7.5.2): unlimited and limited portal of each queue;
 * the pages of a message store that the guest does not see lead nowhere.
 *
 * <p>A queue that the guest uses as a shared one takes deferrable writes. A bus without them, such
 * as vfio-user, has them in an extension of ours: 64 bytes written as for a dedicated queue are
 * deferrable, and reading the 64-byte slot gives the answer to the last ones: zeros for Success,
 * ones for Retry. The specification leaves open which of the two a portal reads as.
 */
final class LentPortals {
  private static final int LIMITED = 1;
  static final int HIDDEN = 2;
  private static final int SLOTS = Portals.PAGE / 64;

  private final RegisterFile registers;
  private final Control control;
  private final ErrorReports errors;
  private final List<? extends LentQueue> lent;
  private final PortalPieces pieces;
  private final DeviceError error = new DeviceError();
  private final long[] refused;
  private final AtomicLongArray accepted;
  private final AtomicLongArray rejected;
  private final AtomicLongArray retried;

  LentPortals(
      RegisterFile registers,
      Control control,
      ErrorReports errors,
      List<? extends LentQueue> lent) {
    this.registers = registers;
    this.control = control;
    this.errors = errors;
    this.lent = lent;
    int portals = lent.size() * Portals.PAGES;
    pieces = new PortalPieces(portals, this::take);
    refused = new long[portals];
    accepted = new AtomicLongArray(lent.size());
    rejected = new AtomicLongArray(lent.size());
    retried = new AtomicLongArray(lent.size());
  }

  /** Takes a piece of a write. */
  void write(long offset, int width, long value) {
    pieces.write(offset, width, value);
  }

  /** {@return whether the last descriptor in a slot was answered with Retry} */
  boolean refused(long offset) {
    int portal = pieces.portal(offset);
    return portal >= 0 && (refused[portal] >>> slot(offset) & 1) != 0;
  }

  private static int slot(long offset) {
    return (int) (offset / 64 % SLOTS);
  }

  private void take(int portal, MemorySegment from, long at) {
    if (control.config(portal / Portals.PAGES).dedicated()) {
      post(portal, from, at);
      return;
    }
    long bit = 1L << slot(at);
    boolean taken = enqueue(portal, from, at);
    refused[portal] = taken ? refused[portal] & ~bit : refused[portal] | bit;
  }

  /** Takes a posted write. What is not accepted is dropped. */
  void post(int portal, MemorySegment from, long at) {
    int wq = portal / Portals.PAGES;
    QueueConfig config = control.config(wq);
    boolean open = control.state(wq) == WorkQueue.State.ENABLED;
    if (portal % Portals.PAGES >= HIDDEN || !config.dedicated() || !open) {
      rejected.incrementAndGet(wq);
    } else if (lent.get(wq).offer(from, at, config.size())) {
      accepted.incrementAndGet(wq);
    } else {
      rejected.incrementAndGet(wq);
      synchronized (error) {
        errors.reportSoftware(error.begin(DeviceError.QUEUE_FULL, wq));
      }
    }
  }

  /** Takes a deferrable write. {@return false for the answer Retry} */
  boolean enqueue(int portal, MemorySegment from, long at) {
    int wq = portal / Portals.PAGES;
    int page = portal % Portals.PAGES;
    QueueConfig config = control.config(wq);
    boolean limited = (page & LIMITED) != 0;
    int limit = limited ? (int) registers.get(Register.WQCFG_THRESHOLD, wq) : config.size();
    boolean taken =
        page < HIDDEN
            && !config.dedicated()
            && control.state(wq) == WorkQueue.State.ENABLED
            && lent.get(wq).offer(from, at, Math.min(limit, config.size()));
    (taken ? accepted : retried).incrementAndGet(wq);
    return taken;
  }

  DsaStatistics.Queue statistics(int wq) {
    int occupancy = lent.get(wq).occupancy();
    return new DsaStatistics.Queue(
        wq, accepted.get(wq), rejected.get(wq), retried.get(wq), occupancy);
  }

  /** Forgets what has not become whole. */
  void reset() {
    pieces.clear();
    Arrays.fill(refused, 0);
  }
}
