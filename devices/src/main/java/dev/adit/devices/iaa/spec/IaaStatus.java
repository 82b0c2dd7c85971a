package dev.adit.devices.iaa.spec;

/**
 * Status codes that IAA has and DSA has not, and the error codes beside "analytics error" in the
 * second byte of a record. Sources: enum iax_completion_status in Linux' include/uapi/linux/idxd.h,
 * and the list of completion record errors in the public headers of Intel's Query Processing
 * Library.
 */
public final class IaaStatus {
  /** The error code says what was wrong with the data. */
  public static final int ANALYTICS_ERROR = 0x0a;

  /** The destination is full; what is in it is good. */
  public static final int OUTPUT_OVERFLOW = 0x0b;

  /** Flags of the operation that do not exist. */
  public static final int OPERATION_FLAGS = 0x30;

  public static final int FIRST_LL_LENGTH_16 = 3;
  public static final int NO_LL_CODE = 5;
  public static final int WRONG_NUMBER_OF_LL_CODES = 6;
  public static final int WRONG_NUMBER_OF_D_CODES = 7;
  public static final int BAD_CL_CODE_LENGTH = 8;
  public static final int BAD_LL_CODE_LENGTH = 9;
  public static final int BAD_D_CODE_LENGTH = 10;
  public static final int BAD_LL_CODE = 11;
  public static final int BAD_D_CODE = 12;
  public static final int BLOCK_TYPE = 13;
  public static final int STORED_LENGTH = 14;
  public static final int END_OF_FILE = 15;
  public static final int DISTANCE = 17;
  public static final int BEFORE_START = 18;
  public static final int DESTINATION_SHORT = 25;
  public static final int INVALID_HUFFMAN_CODE = 30;
  public static final int TOO_MANY_LL_CODES = 35;
  public static final int TOO_MANY_D_CODES = 36;

  private IaaStatus() {}
}
