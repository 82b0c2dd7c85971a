package dev.adit.interrupts;

import dev.adit.interrupts.spec.Irte;
import dev.adit.interrupts.spec.VtdFields;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The remapping table that the unit was pointed to, and the unit's cache of it, one place for each
 * entry: what is cached stays, however stale, until it is invalidated.
 *
 * <p>How 16 bytes are read in one piece though Java loads 8 at a time: the low word, the high word,
 * and the low word again until it is the same. Software may change an entry once between two
 * invalidations (VT-d 9.9: atomically, and followed by an invalidation, which it awaits), or,
 * lacking a 16-byte store, clears P first and writes the low word last. With one change, equal low
 * words mean that the change did not lie between them or left the low word as it was; in both cases
 * the pair is the old entry or the new one. The second change cannot come before the invalidation
 * is done, and that waits for the lock under which entries are read. Software that breaks the
 * contract gets the words it wrote itself, each read once and then checked, so that nothing can
 * change after the check.
 */
final class VtdTable {
  private static final VarHandle CACHE = MethodHandles.arrayElementVarHandle(VtdEntry[].class);
  private static final int TRIES = 64;

  private final VtdConfig config;
  private final GuestMemory memory;
  private final long base;
  private final int size;
  private final boolean extendedMode;
  private final @Nullable VtdEntry[] cache;

  /** The table at what an IRTA register holds. */
  VtdTable(VtdConfig config, GuestMemory memory, long irta) {
    this.config = config;
    this.memory = memory;
    this.base = irta & VtdFields.IRTA_BASE.mask();
    this.size = 2 << VtdFields.S.get(irta);
    this.extendedMode = config.extendedMode() && VtdFields.EIME.isSet(irta);
    this.cache = new VtdEntry[size];
  }

  boolean extendedMode() {
    return extendedMode;
  }

  /** Whether the table has such an entry, below the host's address width. */
  boolean has(int index) {
    // The base has at most 64 bits with the low 12 clear, so the sum wraps to a small number at
    // worst.
    return index < size
        && base >>> config.addressWidth() == 0
        && (base + (long) index * Irte.BYTES) >>> config.addressWidth() == 0;
  }

  /** The entry, out of the cache or, with what that costs, out of memory. */
  VtdEntry entry(int index) {
    VtdEntry cached = (VtdEntry) CACHE.getAcquire(cache, index);
    return cached != null ? cached : fetch(index);
  }

  private synchronized VtdEntry fetch(int index) {
    VtdEntry cached = (VtdEntry) CACHE.getAcquire(cache, index);
    if (cached != null) {
      return cached;
    }
    VtdEntry entry = read(index);
    boolean sound = entry.present() && !entry.malformed();
    if (sound || (config.cachingMode() && entry != VtdEntry.UNREADABLE)) {
      CACHE.setRelease(cache, index, entry);
    }
    return entry;
  }

  /** The entry as it stands in memory. */
  VtdEntry read(int index) {
    long address = base + (long) index * Irte.BYTES;
    if (!memory.holds(address, Irte.BYTES)) {
      return VtdEntry.UNREADABLE;
    }
    long lo = memory.getLong(address);
    for (int tries = 0; tries < TRIES; tries++) {
      long hi = memory.getLong(address + 8);
      long again = memory.getLong(address);
      if (again == lo) {
        return VtdEntry.of(new Irte(lo, hi), config, extendedMode);
      }
      lo = again;
    }
    // Somebody rewrites the entry without pause, which the contract forbids; not readable, then.
    return VtdEntry.UNREADABLE;
  }

  /** Drops entries from the cache. A message that has its entry already may still be on its way. */
  synchronized void drop(int first, int count) {
    long end = Math.min((long) first + count, size);
    for (int index = first; index < end; index++) {
      CACHE.setVolatile(cache, index, null);
    }
  }
}
