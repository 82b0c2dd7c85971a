package dev.adit.interrupts.remap;

import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.InFlight;
import dev.adit.interrupts.spec.Irte;
import dev.adit.interrupts.spec.VtdFields;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The remapping table that the unit was pointed to, and the unit's cache of it, one place for each
 * entry: what is cached stays, however stale, until it is invalidated.
 *
 * <h2>Sixteen bytes of memory in one piece, though Java loads eight</h2>
 *
 * The low word, the high word, and the low word again until it is the same. Software may change an
 * entry once between two invalidations (VT-d 9.9: atomically, followed by an invalidation, which it
 * awaits) or, lacking a 16-byte store, clears P first and writes the low word last. With one
 * change, equal low words mean that it did not lie between them or left the low word as it was; in
 * both cases the pair is the old entry or the new one. A second change cannot come before the
 * invalidation is done, and that needs the lock under which entries are read. Software that breaks
 * the contract gets words it wrote itself, each read once and then checked, so that nothing changes
 * after the check.
 *
 * <h2>Two words of the cache in one piece</h2>
 *
 * The target is written before the rule, and read after it. A place that was filled changes only by
 * {@link #drop}, which clears the rule, then waits for all senders on their way, and lets nobody
 * fill the place before: a sender that found a rule finds its target. That is why a sender has to
 * give its slot back before it asks for {@link #fill}.
 */
final class VtdTable {
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int TRIES = 64;
  // The elements of an array start 16 bytes into it; no entry is to straddle a cache line.
  private static final int FIRST = 6;

  private final VtdConfig config;
  private final GuestMemory memory;
  private final long base;
  private final int size;
  private final boolean extendedMode;
  private final long[] cache;

  /** The table at what an IRTA register holds. */
  VtdTable(VtdConfig config, GuestMemory memory, long irta) {
    this.config = config;
    this.memory = memory;
    this.base = irta & VtdFields.IRTA_BASE.mask();
    this.size = 2 << VtdFields.S.get(irta);
    this.extendedMode = config.extendedMode() && VtdFields.EIME.isSet(irta);
    this.cache = new long[FIRST + 2 * size];
  }

  boolean extendedMode() {
    return extendedMode;
  }

  /** Whether the table has such an entry, below the host's address width. */
  boolean has(int index) {
    return index < size
        && base >>> config.addressWidth() == 0
        && (base + (long) index * Irte.BYTES) >>> config.addressWidth() == 0;
  }

  /** The cached rule of an entry, or {@link VtdRule#NONE}. */
  long rule(int index) {
    return (long) WORD.getVolatile(cache, FIRST + 2 * index);
  }

  /** Where the rule that was just read leads. */
  long target(int index) {
    return (long) WORD.getOpaque(cache, FIRST + 2 * index + 1);
  }

  /** Whether entries with this rule are cached. */
  boolean keeps(long rule) {
    return VtdRule.sound(rule) || (config.cachingMode() && VtdRule.readable(rule));
  }

  /** Reads an entry from memory, and caches it if such are cached; {@return its rule} */
  synchronized long fill(int index) {
    long cached = rule(index);
    return cached != VtdRule.NONE ? cached : read(index, true);
  }

  /** {@return the rule of an entry as it stands in memory} */
  long read(int index) {
    return read(index, false);
  }

  private long read(int index, boolean keep) {
    long address = base + (long) index * Irte.BYTES;
    if (!memory.holds(address, Irte.BYTES)) {
      return VtdRule.unreadable();
    }
    long lo = memory.getLong(address);
    for (int tries = 0; tries < TRIES; tries++) {
      long hi = memory.getLong(address + 8);
      long again = memory.getLong(address);
      if (again == lo) {
        Irte irte = new Irte(lo, hi);
        long rule = VtdRule.of(irte, config, extendedMode);
        if (keep && keeps(rule)) {
          WORD.setOpaque(cache, FIRST + 2 * index + 1, VtdRule.target(irte, extendedMode));
          WORD.setRelease(cache, FIRST + 2 * index, rule);
        }
        return rule;
      }
      lo = again;
    }
    // Somebody rewrites the entry without pause, which the contract forbids; not readable, then.
    return VtdRule.unreadable();
  }

  /** Drops entries from the cache, and waits until no message is on its way that may use them. */
  synchronized void drop(int first, int count, InFlight inFlight) {
    long end = Math.min((long) first + count, size);
    for (int index = Math.max(first, 0); index < end; index++) {
      WORD.setVolatile(cache, FIRST + 2 * index, VtdRule.NONE);
    }
    inFlight.await();
  }
}
