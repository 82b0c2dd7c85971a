package dev.adit.interrupts.spec;

import static dev.adit.interrupts.spec.Field.bit;
import static dev.adit.interrupts.spec.Field.bits;
import static dev.adit.interrupts.spec.Field.reserved;

/**
 * An interrupt remapping table entry of AMD, in the 128-bit form; the 32-bit form is widened by
 * {@link #of32} (AMD I/O Virtualization Technology Specification, "Interrupt Remapping Tables").
 *
 * @param lo bits 63:0
 * @param hi bits 127:64
 */
public record AmdIrte(long lo, long hi) {
  /** Entries that a function's table has at most. */
  public static final int MAX_ENTRIES = 2048;

  private static final Field VALID = bit("REMAPEN", 0);
  private static final Field SUPPRESS = bit("SUPIOPF", 1);
  private static final Field TYPE = bits("INTTYPE", 4, 2);
  private static final Field EOI = bit("RQEOI", 5);
  private static final Field DM = bit("DM", 6);
  private static final Field GUEST = bit("GUESTMODE", 7);
  private static final Field DEST_32 = bits("DESTINATION", 15, 8);
  private static final Field VECTOR_32 = bits("VECTOR", 23, 16);
  private static final Field DEST_LOW = bits("DESTINATION23_0", 31, 8);
  private static final Field VECTOR = bits("VECTOR", 71, 64);
  private static final Field DEST_HIGH = bits("DESTINATION31_24", 127, 120);

  /** The 32-bit form. */
  public static final Layout SHORT =
      Layout.of(
          "AMD IRTE, 32 bits",
          32,
          VALID,
          SUPPRESS,
          TYPE,
          EOI,
          DM,
          GUEST,
          DEST_32,
          VECTOR_32,
          reserved(31, 24));

  /** The 128-bit form, not in guest mode. */
  public static final Layout LONG =
      Layout.of(
          "AMD IRTE, 128 bits",
          128,
          VALID,
          SUPPRESS,
          TYPE,
          EOI,
          DM,
          GUEST,
          DEST_LOW,
          reserved(63, 32),
          VECTOR,
          reserved(119, 72),
          DEST_HIGH);

  /** {@return the entry that 32 bits in memory are; reserved ones end up in reserved ones} */
  public static AmdIrte of32(int entry) {
    long low = Integer.toUnsignedLong(entry);
    long kept = low & 0xFFFF;
    return new AmdIrte(kept | (low >>> 24) << 32, VECTOR_32.get(low));
  }

  /**
   * {@return a valid entry}
   *
   * @param destination APIC ID, 8 bits without extended mode
   */
  public static AmdIrte remapped(int destination, int vector, boolean logical, boolean lowest) {
    return new AmdIrte(
        VALID.of(1)
            | TYPE.of(lowest ? 1 : 0)
            | DM.of(logical ? 1 : 0)
            | DEST_LOW.of(destination & 0xFF_FFFF),
        VECTOR.of(vector) | DEST_HIGH.of(destination >>> 24));
  }

  /** {@return the 32-bit form of this entry} */
  public int to32() {
    return (int) ((lo & 0xFFFF) | VECTOR_32.of(VECTOR.get(hi)));
  }

  public boolean valid() {
    return VALID.isSet(lo);
  }

  /** {@return whether events of this entry are suppressed} */
  public boolean suppressed() {
    return SUPPRESS.isSet(lo);
  }

  /** {@return this entry with events suppressed} */
  public AmdIrte withSuppressed() {
    return new AmdIrte(SUPPRESS.set(lo, 1), hi);
  }

  /** {@return whether the entry is in guest mode, whose other fields have another layout} */
  public boolean guestMode() {
    return GUEST.isSet(lo);
  }

  /** {@return the interrupt type: 0 fixed, 1 arbitrated, others not for messages} */
  public int type() {
    return (int) TYPE.get(lo);
  }

  public boolean logical() {
    return DM.isSet(lo);
  }

  public int vector() {
    return (int) VECTOR.get(hi);
  }

  /** {@return the destination, 32 bits} */
  public int destination() {
    return (int) (DEST_LOW.get(lo) | DEST_HIGH.get(hi) << 24);
  }

  /** {@return whether the reserved bits are 0} */
  public boolean reservedZero() {
    return (lo & LONG.mask(Field.Access.RSVD, 0)) == 0
        && (hi & LONG.mask(Field.Access.RSVD, 1)) == 0;
  }
}
