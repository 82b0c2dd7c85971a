package dev.adit.devices.dsa.spec;

/**
 * The T10 data integrity field (sections 8.3.14 to 8.3.18): 8 bytes behind each block, big-endian.
 *
 * <pre>
 *    0 | guard: CRC of the block | 2 application tag | 4 reference tag |
 * </pre>
 */
public final class Dif {
  public static final int BYTES = 8;

  // DIF flags, offset 42.
  /** The guard's CRC starts with 0xFFFF instead of 0. */
  public static final int INVERT_SEED = 1 << 2;

  /** The guard is the CRC inverted. */
  public static final int INVERT_RESULT = 1 << 3;

  public static final int RESERVED = 0xf0;

  // Source flags, offset 40.
  /** A field of all ones is an error, if its detection is on. */
  public static final int ALL_F_ERROR = 1;

  /** Do not check a block whose field is all ones. */
  public static final int ALL_F_DETECT = 1 << 1;

  /** Do not check a block whose application tag is all ones. */
  public static final int APP_F_DETECT = 1 << 2;

  /** Do not check a block whose application and reference tags are all ones. */
  public static final int TAGS_F_DETECT = 1 << 3;

  /** The expected application tag grows by one from block to block. */
  public static final int SOURCE_APP_INCREMENTS = 1 << 4;

  public static final int GUARD_CHECK_OFF = 1 << 5;
  public static final int REF_CHECK_OFF = 1 << 6;

  /** The expected reference tag is the same in all blocks. */
  public static final int SOURCE_REF_FIXED = 1 << 7;

  // Destination flags, offset 41.
  public static final int DESTINATION_RESERVED = 0x07;
  public static final int PASS_APP = 1 << 3;
  public static final int APP_INCREMENTS = 1 << 4;
  public static final int PASS_GUARD = 1 << 5;
  public static final int PASS_REF = 1 << 6;
  public static final int REF_FIXED = 1 << 7;
  public static final int PASS_THROUGH = PASS_APP | PASS_GUARD | PASS_REF;

  // DIF status, in the result byte of the record.
  public static final int GUARD_ERROR = 1;
  public static final int APP_ERROR = 1 << 1;
  public static final int REF_ERROR = 1 << 2;
  public static final int ALL_F_DETECTED = 1 << 3;

  private Dif() {}

  /** {@return the bytes of a block without its field} */
  public static int blockSize(int difFlags) {
    return switch (difFlags & 3) {
      case 0 -> 512;
      case 1 -> 520;
      case 2 -> 4096;
      default -> 4104;
    };
  }
}
