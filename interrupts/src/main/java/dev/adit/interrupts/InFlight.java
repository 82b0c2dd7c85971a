package dev.adit.interrupts;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * Counts the messages that are being handled, so that an invalidation can wait for those that may
 * still use what it threw away.
 *
 * <p>A sender counts itself in before it looks anything up and out when it is through. Counting in
 * is a full fence: a sender that the waiting side did not see looks things up after they were
 * thrown away. Counters are striped by thread, two cache lines each, and come in two banks: the
 * waiting side turns new senders to the other bank, so that steady traffic cannot make it wait for
 * ever.
 */
final class InFlight {
  private static final VarHandle COUNTS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int STRIPES = 64;
  private static final int LINE = 16;

  private final long[] counts = new long[(2 * STRIPES + 1) * LINE];
  private volatile int bank;

  /** Counts a message in; {@return what {@link #leave} wants to know} */
  int enter() {
    int stripe = (int) Thread.currentThread().threadId() & (STRIPES - 1);
    int slot = (2 * stripe + bank + 1) * LINE;
    long _ = (long) COUNTS.getAndAdd(counts, slot, 1L);
    return slot;
  }

  /** Counts a message out. */
  void leave(int slot) {
    long _ = (long) COUNTS.getAndAddRelease(counts, slot, -1L);
  }

  /** Returns when every message that was counted in before the call has been counted out. */
  synchronized void await() {
    drain(turn());
    drain(turn());
  }

  private int turn() {
    int old = bank;
    bank = 1 - old;
    return old;
  }

  private void drain(int old) {
    for (int stripe = 0; stripe < STRIPES; stripe++) {
      int slot = (2 * stripe + old + 1) * LINE;
      for (int spins = 0; (long) COUNTS.getVolatile(counts, slot) != 0; spins++) {
        if (spins < 100) {
          Thread.onSpinWait();
        } else {
          LockSupport.parkNanos(10_000);
        }
      }
    }
  }
}
