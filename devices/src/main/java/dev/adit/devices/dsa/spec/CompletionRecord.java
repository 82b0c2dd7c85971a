package dev.adit.devices.dsa.spec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A completion record: 32 bytes, little-endian (section 8.2).
 *
 * <pre>
 *    0 | status | result | fault info | 0 | 4 bytes completed |
 *    8 | fault address                                        |
 *   16 | as the operation says                                |
 *   24 | as the operation says                                |
 * </pre>
 */
public final class CompletionRecord {
  public static final int BYTES = 32;
  public static final int ALIGNMENT = 32;

  public static final int STATUS = 0;
  public static final int RESULT = 1;
  public static final int FAULT_INFO = 2;
  public static final int BYTES_COMPLETED = 4;
  public static final int FAULT_ADDRESS = 8;

  /** Invalid flags, delta record size, CRC, or the source tags of DIF. */
  public static final int WORD_16 = 16;

  /** The destination tags of DIF. */
  public static final int WORD_24 = 24;

  private static final ValueLayout.OfLong ALIGNED_LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle WORD = ALIGNED_LONG.varHandle();

  private CompletionRecord() {}

  /**
   * Composes the first word, which holds everything a client polls for.
   *
   * @param status the status byte, see {@link Status}
   * @param result 8 bits
   * @param faultInfo 8 bits
   * @param bytesCompleted 32 bits, unsigned
   */
  public static long word0(int status, int result, int faultInfo, int bytesCompleted) {
    return (status & 0xff)
        | (result & 0xff) << 8
        | (faultInfo & 0xff) << 16
        | (long) bytesCompleted << 32;
  }

  /**
   * Writes a record so that a client that polls the status sees the rest: the first word last, in
   * one store with release.
   *
   * @param to memory that is 8-byte aligned at the offset
   */
  public static void write(
      MemorySegment to, long at, long word0, long faultAddress, long word16, long word24) {
    to.set(ALIGNED_LONG, at + FAULT_ADDRESS, faultAddress);
    to.set(ALIGNED_LONG, at + WORD_16, word16);
    to.set(ALIGNED_LONG, at + WORD_24, word24);
    WORD.setRelease(to, at, word0);
  }

  /**
   * Writes a record of any length in the same way.
   *
   * @param words the record
   * @param bytes its length, a multiple of 8
   */
  public static void write(MemorySegment to, long at, long[] words, int bytes) {
    for (int i = 1; i < bytes / Long.BYTES; i++) {
      to.set(ALIGNED_LONG, at + (long) i * Long.BYTES, words[i]);
    }
    WORD.setRelease(to, at, words[0]);
  }

  /**
   * {@return whether a record is written}
   *
   * @param flags the descriptor's
   * @param status the status of the completion
   */
  public static boolean due(int flags, int status) {
    if ((flags & Flags.RECORD_ADDRESS_VALID) == 0) {
      return false;
    }
    return switch (status & Status.CODE_MASK) {
      case Status.SUCCESS, Status.SUCCESS_FALSE, Status.BATCH_MEMBER ->
          (flags & Flags.REQUEST_RECORD) != 0;
      case Status.RECORD_FAULT, Status.RECORD_ALIGNMENT, Status.PRIVILEGE -> false;
      default -> true;
    };
  }
}
