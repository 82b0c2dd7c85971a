package dev.adit.interrupts;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * Knows which messages are being handled, so that an invalidation can wait for those that may still
 * use what it threw away.
 *
 * <p>A sender takes a slot before it looks anything up and gives it back when it is through. Taking
 * one is a full fence: a sender that the waiting side did not see looks things up after they were
 * thrown away. A slot counts: odd while it is taken, and never the same number twice, so that the
 * waiting side is not held up by later users of a slot. Each has two cache lines of its own;
 * threads start looking at different ones. Slots that nobody has ever taken are not looked at: the
 * first to take one says so before.
 */
public final class InFlight {
  private static final VarHandle SLOTS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int SIZE = 64;
  private static final int LINE = 16;
  private static final int USED = 0;

  // The first line holds one bit for each slot that was ever taken.
  private final long[] slots = new long[(SIZE + 1) * LINE];

  /** Takes a slot; {@return what {@link #leave} wants to know} */
  public int enter() {
    int first = (int) Thread.currentThread().threadId();
    for (int i = first; ; i++) {
      int slot = ((i & (SIZE - 1)) + 1) * LINE;
      long count = (long) SLOTS.getOpaque(slots, slot);
      if (count == 0) {
        SLOTS.getAndBitwiseOr(slots, USED, 1L << i);
      }
      if ((count & 1) == 0 && SLOTS.compareAndSet(slots, slot, count, count + 1)) {
        return slot;
      }
    }
  }

  /** Gives a slot back. */
  public void leave(int slot) {
    SLOTS.setRelease(slots, slot, slots[slot] + 1);
  }

  /** Returns when every slot that was taken before the call has been given back. */
  public void await() {
    for (long used = (long) SLOTS.getVolatile(slots, USED); used != 0; used &= used - 1) {
      awaitSlot((Long.numberOfTrailingZeros(used) + 1) * LINE);
    }
  }

  private void awaitSlot(int slot) {
    long count = (long) SLOTS.getVolatile(slots, slot);
    for (int spins = 0; (count & 1) != 0 && (long) SLOTS.getVolatile(slots, slot) == count; ) {
      if (spins++ < 100) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(10_000);
      }
    }
  }
}
