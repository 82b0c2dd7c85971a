package dev.adit.interrupts;

import dev.adit.interrupts.spec.Attributes;
import dev.adit.interrupts.spec.Irte;

/**
 * A remapping table entry as the unit keeps it in its cache: what the 16 bytes said when they were
 * read, worked out as far as it does not depend on the message. Immutable, so whoever finds it in
 * the cache has it whole. The fields are few and narrow to keep the object at 32 bytes.
 */
final class VtdEntry {
  /** Stands for an entry that could not be read. */
  static final VtdEntry UNREADABLE = new VtdEntry(new Irte(0, 0), 0, false);

  private static final int PRESENT = 1 << 16;
  private static final int FPD = 1 << 17;
  private static final int MALFORMED = 1 << 18;
  private static final int POSTED = 1 << 19;
  private static final int BY_BUS = 1 << 20;
  private static final int URGENT = 1 << 21;
  private static final int PASID_VALID = 1 << 22;
  private static final int PASID_REQUIRED = 1 << 23;
  private static final int[] SQ_MASKS = {0xFFFF, 0xFFFB, 0xFFF9, 0xFFF8};

  /** Bits 15:0 are the requester ID's bits to compare; flags above. */
  private final int check;

  /** SID in 31:16, vector in 7:0. */
  private final int source;

  private final int pasid;

  /** The descriptor's address, or destination in 31:0 and attributes in 63:32. */
  private final long target;

  private VtdEntry(Irte irte, int check, boolean extendedMode) {
    this.check = check;
    this.source = irte.sid() << 16 | irte.vector();
    this.pasid = irte.pasid();
    int field = irte.destination();
    int destination = extendedMode ? field : (field >>> 8) & 0xFF;
    this.target =
        irte.isPosted()
            ? irte.descriptor()
            : Integer.toUnsignedLong(destination) | (long) irte.attributes() << 32;
  }

  static VtdEntry of(Irte irte, VtdConfig config, boolean extendedMode) {
    int check = irte.fpd() ? FPD : 0;
    if (irte.present()) {
      check |= PRESENT;
      check |= wellFormed(irte, config, extendedMode) ? 0 : MALFORMED;
      check |= irte.isPosted() ? POSTED : 0;
      check |= irte.urgent() ? URGENT : 0;
      check |= irte.pasidValid() ? PASID_VALID : 0;
      check |= irte.pasidRequired() ? PASID_REQUIRED : 0;
      check |= irte.svt() == Irte.SVT_BUS ? BY_BUS : 0;
      check |= irte.svt() == Irte.SVT_REQUESTER ? SQ_MASKS[irte.sq()] : 0;
    }
    return new VtdEntry(irte, check, extendedMode);
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

  boolean urgent() {
    return (check & URGENT) != 0;
  }

  int vector() {
    return source & 0xFF;
  }

  int destination() {
    return (int) target;
  }

  int attributes() {
    return (int) (target >>> 32);
  }

  long descriptor() {
    return target;
  }

  /** Whether the sender is checked at all. */
  boolean validatesSource() {
    return (check & (BY_BUS | 0xFFFF)) != 0;
  }

  /** Whether only requests with one PASID are admitted. */
  boolean validatesPasid() {
    return (check & PASID_VALID) != 0 && (check & PASID_REQUIRED) != 0;
  }

  boolean admits(int requesterId) {
    int sid = source >>> 16;
    if ((check & BY_BUS) != 0) {
      int bus = (requesterId >>> 8) & 0xFF;
      return bus >= sid >>> 8 && bus <= (sid & 0xFF);
    }
    return ((requesterId ^ sid) & check & 0xFFFF) == 0;
  }

  /** The rule of the PASID extension: no PASID where none is bound, else the one that is. */
  boolean admitsPasid(int tag) {
    if (tag == MessageStore.NO_PASID) {
      return !validatesPasid();
    }
    return (check & PASID_VALID) != 0 && pasid == tag;
  }
}
