package dev.adit.interrupts.remap;

import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.spec.AmdDeviceEntry;
import dev.adit.interrupts.spec.AmdIrte;
import dev.adit.interrupts.spec.Attributes;
import dev.adit.interrupts.spec.FaultReason;
import dev.adit.interrupts.spec.Field;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What a unit has cached of one function: its device table entry, and the sound entries of its
 * interrupt table, each in one word. Nothing in here is ever changed back: an invalidation throws
 * the whole of it away, and waits for the messages that may still use it.
 */
final class AmdTable {
  /** The entry is not cached. No rule is 0, because each is known. */
  static final long NONE = 0;

  private static final Field KNOWN = Field.bit("KNOWN", 0);
  private static final Field LOWEST = Field.bit("LOWEST", 1);
  private static final Field LOGICAL = Field.bit("LOGICAL", 2);
  private static final Field VECTOR = Field.bits("VECTOR", 15, 8);
  private static final Field DESTINATION = Field.bits("DESTINATION", 63, 32);
  private static final int TRIES = 64;

  private final AmdDeviceEntry device;
  private final boolean longEntries;
  private final boolean extended;
  private final AtomicLongArray rules;

  AmdTable(AmdDeviceEntry device, boolean longEntries, boolean extended) {
    this.device = device;
    this.longEntries = longEntries;
    this.extended = extended;
    boolean remaps = device.valid() && device.control() == AmdDeviceEntry.REMAP;
    rules = new AtomicLongArray(remaps && fits() ? 1 << device.length() : 0);
  }

  AmdDeviceEntry device() {
    return device;
  }

  /** Whether the table is no larger than there can be. */
  boolean fits() {
    return 1 << device.length() <= AmdIrte.MAX_ENTRIES;
  }

  boolean has(int index) {
    return index < rules.length();
  }

  /** The cached rule of an entry, or {@link #NONE}. */
  long rule(int index) {
    return rules.get(index);
  }

  static int destination(long rule) {
    return (int) DESTINATION.get(rule);
  }

  static int vector(long rule) {
    return (int) VECTOR.get(rule);
  }

  static int attributes(long rule) {
    int mode = LOWEST.isSet(rule) ? Attributes.LOWEST_PRIORITY : 0;
    return Attributes.of(mode, LOGICAL.isSet(rule), false, false);
  }

  /** Reads an entry and caches it if it is sound; {@return the fault of one that is not, or 0} */
  long fill(GuestMemory memory, int index) {
    int bytes = longEntries ? 16 : 4;
    long at = device.root() + (long) index * bytes;
    long aligned = at & -8L;
    if (!memory.holds(aligned, Math.max(bytes, 8))) {
      return Outcome.fault(FaultReason.AMD_TABLE_ACCESS, index, false);
    }
    long lo = memory.getLong(aligned);
    if (!longEntries) {
      return keep(AmdIrte.of32((int) (lo >>> ((at - aligned) * 8))), index);
    }
    // Low, high, low again: as in VtdTable, under the same contract with software.
    for (int tries = 0; tries < TRIES; tries++) {
      long hi = memory.getLong(aligned + 8);
      long again = memory.getLong(aligned);
      if (again == lo) {
        return keep(new AmdIrte(lo, hi), index);
      }
      lo = again;
    }
    return Outcome.fault(FaultReason.AMD_TABLE_ACCESS, index, false);
  }

  private long keep(AmdIrte irte, int index) {
    if (!irte.valid()
        || irte.guestMode()
        || irte.type() > Attributes.LOWEST_PRIORITY
        || !irte.reservedZero()
        || (!extended && irte.destination() >>> 8 != 0)) {
      boolean suppressed = irte.suppressed() || (!irte.valid() && device.ignoresUnmapped());
      return Outcome.fault(FaultReason.AMD_BLOCKED, index, suppressed);
    }
    rules.set(
        index,
        KNOWN.of(1)
            | LOWEST.of(irte.type())
            | LOGICAL.of(irte.logical() ? 1 : 0)
            | VECTOR.of(irte.vector())
            | DESTINATION.of(irte.destination()));
    return 0;
  }
}
