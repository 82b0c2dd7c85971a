package dev.adit.interrupts.spec;

import static dev.adit.interrupts.spec.Field.bit;
import static dev.adit.interrupts.spec.Field.bits;
import static dev.adit.interrupts.spec.Field.reserved;

/**
 * The interrupt part of an AMD I/O virtualization device table entry: its third quadword (AMD I/O
 * Virtualization Technology Specification, "Device Table Entry Format"; bit numbers within the
 * quadword). One 8-byte read has all of it.
 *
 * @param word the quadword
 */
public record AmdDeviceEntry(long word) {
  /** Bytes of a device table entry, and where in it the quadword lies. */
  public static final int BYTES = 32;

  public static final int OFFSET = 16;

  /** What happens to fixed and arbitrated interrupts. */
  public static final int ABORT = 0;

  public static final int PASS = 1;
  public static final int REMAP = 2;

  private static final Field IV = bit("IV", 0);
  private static final Field LENGTH = bits("INTTABLEN", 4, 1);
  private static final Field IG = bit("IG", 5);
  private static final Field ROOT = bits("INTTABROOT", 50, 6);
  private static final Field INIT_PASS = bit("INITPASS", 56);
  private static final Field EXT_INT_PASS = bit("EINTPASS", 57);
  private static final Field NMI_PASS = bit("NMIPASS", 58);
  private static final Field INT_CTL = bits("INTCTL", 61, 60);
  private static final Field LINT0_PASS = bit("LINT0PASS", 62);
  private static final Field LINT1_PASS = bit("LINT1PASS", 63);

  /** The quadword. */
  public static final Layout LAYOUT =
      Layout.of(
          "device table entry, interrupts",
          64,
          IV,
          LENGTH,
          IG,
          ROOT,
          reserved(55, 51),
          INIT_PASS,
          EXT_INT_PASS,
          NMI_PASS,
          reserved(59, 59),
          INT_CTL,
          LINT0_PASS,
          LINT1_PASS);

  /**
   * {@return an entry that remaps}
   *
   * @param root the table's address, a multiple of 128
   * @param length log2 of the number of entries, at most 11
   */
  public static AmdDeviceEntry remap(long root, int length) {
    return new AmdDeviceEntry(
        IV.of(1) | LENGTH.of(length) | ROOT.of(root >>> 6) | INT_CTL.of(REMAP));
  }

  /** {@return this entry with another control} */
  public AmdDeviceEntry withControl(int control) {
    return new AmdDeviceEntry(INT_CTL.set(word, control));
  }

  /** {@return whether the interrupt part is valid; if not, interrupts are not remapped} */
  public boolean valid() {
    return IV.isSet(word);
  }

  /** {@return log2 of the number of entries} */
  public int length() {
    return (int) LENGTH.get(word);
  }

  /** {@return whether unmapped interrupts are blocked without an event} */
  public boolean ignoresUnmapped() {
    return IG.isSet(word);
  }

  /** {@return the interrupt table's address} */
  public long root() {
    return ROOT.get(word) << 6;
  }

  /** {@return what happens to fixed and arbitrated interrupts: abort, pass, remap, reserved} */
  public int control() {
    return (int) INT_CTL.get(word);
  }

  /** {@return whether an interrupt of a special delivery mode is passed on as it is} */
  public boolean passes(int deliveryMode) {
    return switch (deliveryMode) {
      case Attributes.NMI -> NMI_PASS.isSet(word);
      case Attributes.INIT -> INIT_PASS.isSet(word);
      case Attributes.EXT_INT -> EXT_INT_PASS.isSet(word);
      default -> false;
    };
  }

  /** {@return whether the reserved bits are 0} */
  public boolean reservedZero() {
    return (word & LAYOUT.mask(Field.Access.RSVD, 0)) == 0;
  }
}
