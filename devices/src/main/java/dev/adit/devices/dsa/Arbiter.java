package dev.adit.devices.dsa;

import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is where queues of several tenants share engines; one for each engine. Descriptors
 * differ a millionfold in how long they take, so shares are counted in time, not in descriptors:
 * the queue whose tenant has had the least of this engine, weighed by priority, is next.
 *
 * <p>In the middle of a long descriptor an engine carries out short ones of those that have had
 * less. Long ones are not cut up; so that they do not take all engines at once, no queue has more
 * than its share of them while others are in use too.
 */
final class Arbiter {
  /** A queue counts as in use for so long after its last descriptor. */
  private static final long RECENT = 10_000_000;

  /** What a queue can save up while it has nothing to do. */
  private static final long MOST_CREDIT = 20_000_000;

  private static final int WEIGHT = 16;

  private final WorkQueue[] queues;
  private final long[] used;
  private long reached;
  private int chosen;
  private int slipped;

  Arbiter(WorkQueue[] queues) {
    this.queues = queues;
    used = new long[queues.length];
  }

  /** {@return the queue to take from, or null if none has work that this engine may do} */
  @Nullable WorkQueue next(long clock) {
    int best = least(clock, -1, Long.MAX_VALUE);
    if (best < 0) {
      return null;
    }
    reached = Math.max(reached, used[best]);
    chosen = best;
    return queues[best];
  }

  /**
   * {@return the queue whose oldest descriptor should go before a long one of the last {@link
   * #next} goes on, or null if there is none}
   *
   * @param nanos what the long one has cost so far
   * @param pasid whose it is
   */
  @Nullable WorkQueue urgent(long nanos, int pasid, long clock) {
    slipped = least(clock, chosen, used[chosen] + cost(chosen, nanos));
    if (slipped < 0) {
      Borrower borrower = queues[chosen].borrower();
      slipped = borrower != null && borrower.urgent(pasid, nanos) ? chosen : -1;
    }
    return slipped < 0 ? null : queues[slipped];
  }

  /** {@return the queue that has used least, and less than a bound; -1 if there is none} */
  private int least(long clock, int without, long bound) {
    int best = -1;
    int share = share(clock);
    for (int i = 0; i < queues.length; i++) {
      if (i != without && queues[i].ready() && queues[i].serving() < share) {
        used[i] = Math.max(used[i], reached - MOST_CREDIT);
        boolean less = used[i] < (best < 0 ? bound : used[best]);
        best = less ? i : best;
      }
    }
    return best;
  }

  private int share(long clock) {
    int inUse = 0;
    int engines = 1;
    for (WorkQueue queue : queues) {
      engines = Math.max(engines, queue.engines().length);
      boolean recent = clock - queue.lastServed() < RECENT;
      inUse += recent || queue.serving() > 0 || queue.ready() ? 1 : 0;
    }
    return Math.max(1, engines / Math.max(1, inUse));
  }

  /** Charges the queue of the last {@link #next} with what it has cost. */
  void charge(long nanos) {
    used[chosen] += cost(chosen, nanos);
  }

  /** Charges the queue of the last {@link #urgent}. */
  void chargeSlipped(long nanos) {
    used[slipped] += cost(slipped, nanos);
  }

  private long cost(int queue, long nanos) {
    return Math.max(1, nanos) * WEIGHT / Math.max(1, queues[queue].config().priority());
  }
}
