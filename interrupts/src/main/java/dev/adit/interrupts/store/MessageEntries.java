package dev.adit.interrupts.store;

import dev.adit.interrupts.spec.MessageEntry;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Message entries with mask, pending and an atomically replaced (address, data) pair: what the
 * stores in device memory have in common.
 *
 * <h2>Layout</h2>
 *
 * Four words for each entry, two entries to a cache line:
 *
 * <pre>
 *   0  state    31:0 control (bit 0 mask, the rest is the store's)   32 pending   63:33 version
 *   1  address of the pair that is live in even versions
 *   2  address of the pair that is live in odd versions
 *   3  data: 31:0 even versions, 63:32 odd versions
 * </pre>
 *
 * <h2>The pair is never a mix</h2>
 *
 * A writer fills the pair that is not live and then moves to the next version with one
 * compare-and-set. A reader takes the state, the pair that is live in it, and the state again; if
 * the state has changed it starts over. A pair can only be overwritten after the version has moved
 * on, so a reader that finds the state unchanged has the pair of that version, whole. Readers never
 * wait for a writer that was stopped half way. Writers are serialised by the store.
 *
 * <h2>No interrupt is lost</h2>
 *
 * Whoever fires into a closed entry first sets pending and then looks whether the entry is still
 * closed; whoever opens an entry first opens it and then looks for pending. Both accesses are
 * sequentially consistent, so at least one of the two sees the other; taking pending away is a
 * compare-and-set, so only one of them sends.
 */
final class MessageEntries {
  static final int MASK = MessageEntry.MASK;
  static final long PENDING = 1L << 32;

  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int WORDS = 4;
  // The elements of an array start 16 bytes into it: skip what is left of the cache line.
  private static final int FIRST = 6;
  private static final int STATE = 0;
  private static final int ADDRESS = 1;
  private static final int DATA = 3;
  private static final int VERSION = 33;

  private final int size;
  private final long[] words;

  MessageEntries(int size) {
    if (size < 1 || size > 1 << 24) {
      throw new IllegalArgumentException("A message store has 1 to 2^24 entries, not " + size);
    }
    this.size = size;
    words = new long[FIRST + size * WORDS];
  }

  int size() {
    return size;
  }

  /** {@return whether the index names an entry} */
  boolean has(int entry) {
    return entry >= 0 && entry < size;
  }

  /** {@return version and control} */
  long state(int entry) {
    return (long) WORD.getVolatile(words, at(entry));
  }

  /** {@return the control word} */
  int control(int entry) {
    return (int) state(entry);
  }

  /** {@return whether a message waits for the mask to be cleared} */
  boolean pending(int entry) {
    return (state(entry) & PENDING) != 0;
  }

  /** {@return the address that is live in a state} Void if the state has changed since. */
  long address(int entry, long state) {
    return (long) WORD.getAcquire(words, at(entry) + ADDRESS + odd(state));
  }

  /** {@return the data that is live in a state} Void if the state has changed since. */
  int data(int entry, long state) {
    return (int) ((long) WORD.getAcquire(words, at(entry) + DATA) >>> (odd(state) * 32));
  }

  /** {@return whether the state was replaced only by this call} */
  boolean replace(int entry, long expected, long state) {
    return WORD.compareAndSet(words, at(entry), expected, state);
  }

  /** Sets pending, whatever else happens to the entry meanwhile. */
  void setPending(int entry) {
    for (long s = state(entry); (s & PENDING) == 0; s = state(entry)) {
      if (replace(entry, s, s | PENDING)) {
        return;
      }
    }
  }

  /** Drops pending. */
  void clearPending(int entry) {
    for (long s = state(entry); (s & PENDING) != 0; s = state(entry)) {
      if (replace(entry, s, s & ~PENDING)) {
        return;
      }
    }
  }

  /** Makes a pair and a control word live at once; pending stays as it is. One writer at a time. */
  void commit(int entry, long address, int data, int control) {
    int next = 1 - odd(state(entry));
    WORD.setRelease(words, at(entry) + ADDRESS + next, address);
    long both = (long) WORD.getAcquire(words, at(entry) + DATA);
    int shift = next * 32;
    both = (both & ~(0xFFFF_FFFFL << shift)) | (Integer.toUnsignedLong(data) << shift);
    WORD.setRelease(words, at(entry) + DATA, both);
    long s;
    do {
      s = state(entry);
    } while (!replace(entry, s, following(s, control)));
  }

  private static long following(long state, int control) {
    long version = (state >>> VERSION) + 1;
    return (version << VERSION) | Integer.toUnsignedLong(control) | (state & PENDING);
  }

  private static int odd(long state) {
    return (int) (state >>> VERSION) & 1;
  }

  private static int at(int entry) {
    return FIRST + entry * WORDS + STATE;
  }
}
