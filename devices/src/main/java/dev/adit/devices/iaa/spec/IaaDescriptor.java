package dev.adit.devices.iaa.spec;

/**
 * Where a descriptor of IAA differs from one of DSA: 64 bytes, of which the first 38 are the same
 * (struct iax_hw_desc in Linux' include/uapi/linux/idxd.h).
 */
public final class IaaDescriptor {
  /** 2 bytes: flags of the operation, {@link CompressFlags} or {@link DecompressFlags}. */
  public static final int OPERATION_FLAGS = 38;

  /** 8 bytes: the second source, for these operations the AECS. */
  public static final int SOURCE_2 = 40;

  /** 4 bytes: most bytes that may be written to the destination. */
  public static final int MAX_DESTINATION = 48;

  /** 4 bytes: length of the second source. */
  public static final int SOURCE_2_SIZE = 52;

  /** 8 bytes: filter flags and number of inputs, of analytics operations only. */
  public static final int ANALYTICS = 56;

  /** Flag: the AECS is read from the second source. */
  public static final int READ_AECS = 1 << 16;

  /** Flag: the AECS is written back when the operation ends. */
  public static final int WRITE_AECS = 1 << 18;

  /** Flag: the CRC is that of RFC 3720, not of RFC 1952. */
  public static final int CRC_RFC3720 = 1 << 21;

  /** Flag: of the two AECS in a row, the second is read and the first written. */
  public static final int TOGGLE_AECS = 1 << 22;

  private IaaDescriptor() {}

  /** Flags of Compress (linux/drivers/crypto/intel/iaa/iaa_crypto.h). */
  public static final class CompressFlags {
    /** Counts symbols instead of compressing; the counts are the output. */
    public static final int STATISTICS = 1;

    /** Bits of an incomplete byte are written, filled up with zeros. */
    public static final int FLUSH_OUTPUT = 1 << 1;

    /** The symbol of the end of a block follows the data. */
    public static final int APPEND_EOB = 1 << 2;

    /** No references: every byte is a literal. */
    public static final int ALL_LITERALS = 1 << 4;

    public static final int KNOWN = STATISTICS | FLUSH_OUTPUT | APPEND_EOB | ALL_LITERALS;

    private CompressFlags() {}
  }

  /** Flags of Decompress (same source). */
  public static final class DecompressFlags {
    public static final int ENABLE = 1;
    public static final int FLUSH_OUTPUT = 1 << 1;

    /** What comes last must be the end of a block. */
    public static final int CHECK_FOR_EOB = 1 << 2;

    /** The end of a block ends the operation. */
    public static final int STOP_ON_EOB = 1 << 3;

    /** Only the end of the block that says to be the last counts for the two above. */
    public static final int SELECT_FINAL_EOB = 1 << 4;

    /** Nothing is written; the record has size and checksums all the same. */
    public static final int SUPPRESS_OUTPUT = 1 << 9;

    public static final int KNOWN =
        ENABLE | FLUSH_OUTPUT | CHECK_FOR_EOB | STOP_ON_EOB | SELECT_FINAL_EOB | SUPPRESS_OUTPUT;

    private DecompressFlags() {}
  }
}
