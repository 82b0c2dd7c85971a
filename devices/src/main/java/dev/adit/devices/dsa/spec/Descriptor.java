package dev.adit.devices.dsa.spec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A work descriptor: 64 bytes, little-endian (section 8.1).
 *
 * <pre>
 *      +---------------------------------+----------+-------------------+
 *    0 | 31 priv            19:0 PASID   | 7 opcode | 4 flags (24 bits) |
 *    8 | completion record address                                      |
 *   16 | source, descriptor list, pattern, delta record                 |
 *   24 | destination, second source, pattern                            |
 *   32 | transfer size or count     | 36 interrupt handle | 38          |
 *   40 | ... 63: as the operation says                                  |
 *      +----------------------------------------------------------------+
 * </pre>
 *
 * <p>The accessors read a descriptor at an offset of a segment that has at least {@link #BYTES}
 * bytes from there on.
 */
public final class Descriptor {
  public static final int BYTES = 64;
  public static final int ALIGNMENT = 64;

  public static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  public static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  public static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  public static final int PASID = 0;
  public static final int FLAGS = 4;
  public static final int OPCODE = 7;
  public static final int RECORD_ADDRESS = 8;
  public static final int SOURCE = 16;
  public static final int DESTINATION = 24;
  public static final int SIZE = 32;
  public static final int INTERRUPT_HANDLE = 36;

  /** Fill: upper half of a 16-byte pattern. */
  public static final int PATTERN_HIGH = 40;

  /** Compare, Compare Pattern: bit 0 is the expected result. */
  public static final int EXPECTED = 40;

  /** Create Delta: where the delta record goes. */
  public static final int DELTA_ADDRESS = 40;

  /** Create Delta: room for the delta record in bytes, 32 bits. */
  public static final int DELTA_MAX_SIZE = 48;

  /** Create Delta: bit n says that result n is expected. */
  public static final int EXPECTED_MASK = 56;

  /** Apply Delta: bytes of the delta record, 32 bits. */
  public static final int DELTA_SIZE = 40;

  /** Dualcast: the second destination. */
  public static final int DESTINATION_2 = 40;

  /** CRC: seed, 32 bits, or 64 with a 64-bit CRC. */
  public static final int CRC_SEED = 40;

  /** CRC: where the seed is, if it is in memory. */
  public static final int CRC_SEED_ADDRESS = 48;

  /** DIF: source flags, 8 bits. */
  public static final int DIF_SOURCE_FLAGS = 40;

  /** DIF: destination flags, 8 bits. */
  public static final int DIF_DESTINATION_FLAGS = 41;

  /** DIF: block size and guard variant, 8 bits. */
  public static final int DIF_FLAGS = 42;

  /** DIF: reference tag of the first source block; application mask and tag follow. */
  public static final int DIF_SOURCE_TAGS = 48;

  /** DIF: reference tag of the first destination block; application mask and tag follow. */
  public static final int DIF_DESTINATION_TAGS = 56;

  private Descriptor() {}

  /** {@return the PASID field, 20 bits; a dedicated work queue ignores it} */
  public static int pasid(MemorySegment d, long at) {
    return d.get(INT, at + PASID) & 0xfffff;
  }

  /** {@return the privilege bit; a dedicated work queue ignores it} */
  public static boolean privileged(MemorySegment d, long at) {
    return d.get(INT, at + PASID) < 0;
  }

  /** {@return the flags, 24 bits, see {@link Flags}} */
  public static int flags(MemorySegment d, long at) {
    return d.get(INT, at + FLAGS) & 0xffffff;
  }

  /** {@return the operation code, 0 to 255} */
  public static int opcode(MemorySegment d, long at) {
    return d.get(JAVA_BYTE, at + OPCODE) & 0xff;
  }

  /** {@return where the completion record goes, if {@link Flags#RECORD_ADDRESS_VALID}} */
  public static long recordAddress(MemorySegment d, long at) {
    return d.get(LONG, at + RECORD_ADDRESS);
  }

  /** {@return the first address, or whatever the operation keeps there} */
  public static long source(MemorySegment d, long at) {
    return d.get(LONG, at + SOURCE);
  }

  /** {@return the second address, or whatever the operation keeps there} */
  public static long destination(MemorySegment d, long at) {
    return d.get(LONG, at + DESTINATION);
  }

  /** {@return the transfer size in bytes, or the descriptor count; 0 to 2^32 - 1} */
  public static long size(MemorySegment d, long at) {
    return d.get(INT, at + SIZE) & 0xffff_ffffL;
  }

  /** {@return the completion interrupt handle, 16 bits} */
  public static int interruptHandle(MemorySegment d, long at) {
    return d.get(SHORT, at + INTERRUPT_HANDLE) & 0xffff;
  }

  /** {@return 8 bits of the descriptor, unsigned} */
  public static int byteAt(MemorySegment d, long at, int offset) {
    return d.get(JAVA_BYTE, at + offset) & 0xff;
  }

  /** {@return 16 bits of the descriptor, unsigned} */
  public static int shortAt(MemorySegment d, long at, int offset) {
    return d.get(SHORT, at + offset) & 0xffff;
  }

  /** {@return 32 bits of the descriptor, unsigned} */
  public static long intAt(MemorySegment d, long at, int offset) {
    return d.get(INT, at + offset) & 0xffff_ffffL;
  }

  /** {@return 64 bits of the descriptor} */
  public static long longAt(MemorySegment d, long at, int offset) {
    return d.get(LONG, at + offset);
  }
}
