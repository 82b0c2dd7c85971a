package dev.adit.devices.iaa.spec;

/**
 * The Analytics Engine Configuration and State of Compress: 1568 bytes, little-endian (struct
 * aecs_comp_table_record in linux/drivers/crypto/intel/iaa/iaa_crypto.h).
 *
 * <pre>
 *      0  CRC                        4
 *      4  XOR checksum               4
 *      8  reserved                  20
 *     28  bits in the accumulator    4
 *     32  accumulator              256   bits that precede the output, the lowest first
 *    288  literal/length codes  286*4
 *   1432  reserved                   8
 *   1440  distance codes         30*4
 *   1560  reserved                   8
 * </pre>
 *
 * A code has its bits, the first one highest, in bits 14:0 and its length in bits 18:15.
 */
public final class CompressionAecs {
  public static final int BYTES = 1568;
  public static final int CRC = 0;
  public static final int XOR = 4;
  public static final int ACCUMULATOR_BITS = 28;
  public static final int ACCUMULATOR = 32;
  public static final int ACCUMULATOR_BYTES = 256;
  public static final int LITERALS = 288;
  public static final int LITERAL_COUNT = 286;
  public static final int DISTANCES = 1440;
  public static final int DISTANCE_COUNT = 30;

  /** Of the statistics that Compress writes in place of data: as the tables lie in the AECS. */
  public static final int STATISTICS_BYTES = BYTES - LITERALS;

  public static final int CODE_MASK = 0x7FFF;
  public static final int LENGTH_SHIFT = 15;
  public static final int LENGTH_MASK = 0xF;

  private CompressionAecs() {}
}
