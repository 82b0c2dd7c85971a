package dev.adit.devices.dsa;

import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is where queues of several tenants share engines; one for each engine. Descriptors
 * differ a millionfold in how long they take, so shares are counted in time, not in descriptors:
 * the queue whose tenant has had the least of this engine, weighed by priority, is next.
 *
 * <p>An engine cannot stop in the middle of a descriptor. So that long ones do not take all engines
 * at once, no queue has more than its share of them while others are in use too.
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

  Arbiter(WorkQueue[] queues) {
    this.queues = queues;
    used = new long[queues.length];
  }

  /** {@return the queue to take from, or null if none has work that this engine may do} */
  @Nullable WorkQueue next(long clock) {
    int best = -1;
    int share = share(clock);
    for (int i = 0; i < queues.length; i++) {
      if (queues[i].ready() && queues[i].serving() < share) {
        used[i] = Math.max(used[i], reached - MOST_CREDIT);
        best = best < 0 || used[i] < used[best] ? i : best;
      }
    }
    if (best < 0) {
      return null;
    }
    reached = Math.max(reached, used[best]);
    chosen = best;
    return queues[best];
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
    int weight = Math.max(1, queues[chosen].config().priority());
    used[chosen] += Math.max(1, nanos) * WEIGHT / weight;
  }
}
