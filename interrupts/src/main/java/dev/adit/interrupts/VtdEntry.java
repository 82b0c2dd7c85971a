package dev.adit.interrupts;

import dev.adit.interrupts.spec.Attributes;
import dev.adit.interrupts.spec.Irte;

/**
 * A remapping table entry as the unit keeps it in its cache: the 16 bytes as they were read at one
 * time, and what does not depend on the message worked out. Immutable, so whoever finds it in the
 * cache has it whole; one field of 4 bytes beside the entry keeps the object at 32 bytes.
 */
final class VtdEntry {
  /** Stands for an entry that could not be read. */
  static final VtdEntry UNREADABLE = new VtdEntry(0, 0, 0);

  private static final int PRESENT = 1 << 16;
  private static final int FPD = 1 << 17;
  private static final int MALFORMED = 1 << 18;
  private static final int POSTED = 1 << 19;
  private static final int BY_BUS = 1 << 20;
  private static final int[] SQ_MASKS = {0xFFFF, 0xFFFB, 0xFFF9, 0xFFF8};

  /** Bits 15:0 are the requester ID's bits to compare; flags above. */
  private final int check;

  private final long lo;
  private final long hi;

  private VtdEntry(int check, long lo, long hi) {
    this.check = check;
    this.lo = lo;
    this.hi = hi;
  }

  static VtdEntry of(Irte irte, VtdConfig config, boolean extendedMode) {
    int check = irte.fpd() ? FPD : 0;
    if (irte.present()) {
      check |= PRESENT;
      check |= wellFormed(irte, config, extendedMode) ? 0 : MALFORMED;
      check |= irte.isPosted() ? POSTED : 0;
      check |= irte.svt() == Irte.SVT_BUS ? BY_BUS : 0;
      check |= irte.svt() == Irte.SVT_REQUESTER ? SQ_MASKS[irte.sq()] : 0;
    }
    return new VtdEntry(check, irte.lo(), irte.hi());
  }

  private static boolean wellFormed(Irte irte, VtdConfig config, boolean extendedMode) {
    boolean pasids = config.pasidIsolation();
    if (irte.svt() == Irte.SVT_RESERVED
        || (pasids && !irte.pasidValid() && (irte.pasidRequired() || irte.pasid() != 0))) {
      return false;
    }
    if (irte.isPosted()) {
      return config.posted()
          && irte.reservedZero(pasids ? Irte.POSTED_PASID : Irte.POSTED)
          && irte.descriptor() >>> config.addressWidth() == 0;
    }
    return irte.reservedZero(pasids ? Irte.REMAPPED_PASID : Irte.REMAPPED)
        && Attributes.modeExists(Attributes.mode(irte.attributes()))
        && (extendedMode || (irte.destination() & 0xFFFF_00FF) == 0);
  }

  boolean present() {
    return (check & PRESENT) != 0;
  }

  boolean fpd() {
    return (check & FPD) != 0;
  }

  boolean malformed() {
    return (check & MALFORMED) != 0;
  }

  boolean posted() {
    return (check & POSTED) != 0;
  }

  boolean admits(int requesterId) {
    Irte irte = irte();
    if ((check & BY_BUS) != 0) {
      int bus = (requesterId >>> 8) & 0xFF;
      return bus >= irte.sid() >>> 8 && bus <= (irte.sid() & 0xFF);
    }
    return ((requesterId ^ irte.sid()) & check & 0xFFFF) == 0;
  }

  /** The rule of the PASID extension: no PASID where none is bound, else the one that is. */
  boolean admitsPasid(int pasid) {
    Irte irte = irte();
    if (pasid == MessageStore.NO_PASID) {
      return !irte.pasidValid() || !irte.pasidRequired();
    }
    return irte.pasidValid() && irte.pasid() == pasid;
  }

  Irte irte() {
    return new Irte(lo, hi);
  }
}
