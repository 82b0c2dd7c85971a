package dev.adit.interrupts.remap;

import static dev.adit.interrupts.spec.Field.bit;
import static dev.adit.interrupts.spec.Field.bits;

import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.spec.Attributes;
import dev.adit.interrupts.spec.FaultReason;
import dev.adit.interrupts.spec.Field;
import dev.adit.interrupts.spec.Irte;
import org.jspecify.annotations.Nullable;

/**
 * What a remapping table entry says, worked out as far as it does not depend on the message, in two
 * words: the rule, and the target it leads to. This is how entries lie in the unit's cache.
 */
final class VtdRule {
  /** No entry is cached. No rule is 0, because each is known. */
  static final long NONE = 0;

  private static final Field KNOWN = bit("KNOWN", 0);
  private static final Field UNREADABLE = bit("UNREADABLE", 1);
  private static final Field ABSENT = bit("ABSENT", 2);
  private static final Field MALFORMED = bit("MALFORMED", 3);
  private static final Field FPD = bit("FPD", 4);
  private static final Field POSTED = bit("POSTED", 5);
  private static final Field URGENT = bit("URGENT", 6);
  private static final Field PASID_VALID = bit("PASID_VALID", 7);
  private static final Field PASID_REQUIRED = bit("PASID_REQUIRED", 8);
  private static final Field SVT = bits("SVT", 10, 9);
  private static final Field SQ = bits("SQ", 12, 11);
  private static final Field ATTRIBUTES = bits("ATTRIBUTES", 18, 13);
  private static final Field VECTOR = bits("VECTOR", 26, 19);
  private static final Field SID = bits("SID", 43, 28);
  private static final Field PASID = bits("PASID", 63, 44);

  private VtdRule() {}

  /** The rule of an entry that could not be read. */
  static long unreadable() {
    return KNOWN.of(1) | UNREADABLE.of(1);
  }

  /** The rule of an entry as it was read. */
  static long of(Irte irte, VtdConfig config, boolean extendedMode) {
    long rule = KNOWN.of(1) | flag(FPD, irte.fpd());
    if (!irte.present()) {
      return rule | ABSENT.of(1);
    }
    return rule
        | flag(MALFORMED, !wellFormed(irte, config, extendedMode))
        | flag(POSTED, irte.isPosted())
        | flag(URGENT, irte.urgent())
        | flag(PASID_VALID, irte.pasidValid())
        | flag(PASID_REQUIRED, irte.pasidRequired())
        | SVT.of(irte.svt())
        | SQ.of(irte.sq())
        | ATTRIBUTES.of(irte.attributes())
        | VECTOR.of(irte.vector())
        | SID.of(irte.sid())
        | PASID.of(irte.pasid());
  }

  /** The target: the descriptor's address, or the destination. */
  static long target(Irte irte, boolean extendedMode) {
    if (irte.isPosted()) {
      return irte.descriptor();
    }
    int field = irte.destination();
    return extendedMode ? Integer.toUnsignedLong(field) : (field >>> 8) & 0xFF;
  }

  private static long flag(Field field, boolean set) {
    return field.of(set ? 1 : 0);
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

  /** Whether the entry leads somewhere, for a sender that it admits. */
  static boolean sound(long rule) {
    return (rule & (UNREADABLE.mask() | ABSENT.mask() | MALFORMED.mask())) == 0;
  }

  static boolean readable(long rule) {
    return !UNREADABLE.isSet(rule);
  }

  /** Why a request is refused, in the order of the checks; null if it is not. */
  static @Nullable FaultReason refusal(long rule, int requesterId, int pasid, boolean pasids) {
    if (UNREADABLE.isSet(rule)) {
      return FaultReason.TABLE_ACCESS;
    }
    if (ABSENT.isSet(rule)) {
      return FaultReason.NOT_PRESENT;
    }
    if (!admits(rule, requesterId)) {
      return FaultReason.SOURCE;
    }
    if (MALFORMED.isSet(rule)) {
      return FaultReason.ENTRY_RESERVED;
    }
    return pasids && !admitsPasid(rule, pasid) ? FaultReason.PASID : null;
  }

  private static boolean admits(long rule, int requesterId) {
    int sid = (int) SID.get(rule);
    int svt = (int) SVT.get(rule);
    if (svt == Irte.SVT_REQUESTER) {
      int ignored = (0b111_110_100_000 >>> (3 * (int) SQ.get(rule))) & 7;
      return ((requesterId ^ sid) & 0xFFFF & ~ignored) == 0;
    }
    int bus = (requesterId >>> 8) & 0xFF;
    return svt != Irte.SVT_BUS || (bus >= sid >>> 8 && bus <= (sid & 0xFF));
  }

  /** The rule of the PASID extension: no PASID where none is bound, else the one that is. */
  private static boolean admitsPasid(long rule, int pasid) {
    return pasid == MessageStore.NO_PASID
        ? !requiresPasid(rule)
        : PASID_VALID.isSet(rule) && PASID.get(rule) == pasid;
  }

  /** Whether only requests with the entry's PASID are admitted. */
  static boolean requiresPasid(long rule) {
    return PASID_VALID.isSet(rule) && PASID_REQUIRED.isSet(rule);
  }

  /** Whether the sender is checked at all. */
  static boolean validatesSource(long rule) {
    return ABSENT.isSet(rule) || !readable(rule) || SVT.get(rule) != Irte.SVT_NONE;
  }

  static boolean fpd(long rule) {
    return FPD.isSet(rule);
  }

  static boolean posted(long rule) {
    return POSTED.isSet(rule);
  }

  static boolean urgent(long rule) {
    return URGENT.isSet(rule);
  }

  static int vector(long rule) {
    return (int) VECTOR.get(rule);
  }

  static int attributes(long rule) {
    return (int) ATTRIBUTES.get(rule);
  }
}
