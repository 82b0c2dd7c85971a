package dev.adit.interrupts.spec;

import static dev.adit.interrupts.spec.Field.bit;
import static dev.adit.interrupts.spec.Field.bits;
import static dev.adit.interrupts.spec.Field.reserved;

/**
 * The posted-interrupt descriptor: 64 bytes in memory, 64-byte aligned, that collect interrupts for
 * a virtual processor (VT-d 5.2.2, 9.11).
 *
 * <pre>
 *   word 0..3  PIR, one bit for each vector
 *   word 4     ON, SN, NV, NDST: the control word
 *   word 5..7  reserved
 * </pre>
 */
public final class PostedDescriptor {
  /** Bytes of a descriptor, and its alignment. */
  public static final int BYTES = 64;

  /** Offset of the control word. */
  public static final int CONTROL = 32;

  /** Outstanding notification. */
  public static final Field ON = bit("ON", 256);

  /** Suppress notification. */
  public static final Field SN = bit("SN", 257);

  /** Notification vector. */
  public static final Field NV = bits("NV", 279, 272);

  /** Notification destination: 32-bit x2APIC ID, or an xAPIC ID in bits 15:8 of the field. */
  public static final Field NDST = bits("NDST", 319, 288);

  /** The whole descriptor. */
  public static final Layout LAYOUT =
      Layout.of(
          "posted-interrupt descriptor",
          512,
          bits("PIR63_0", 63, 0),
          bits("PIR127_64", 127, 64),
          bits("PIR191_128", 191, 128),
          bits("PIR255_192", 255, 192),
          ON,
          SN,
          reserved(271, 258),
          NV,
          reserved(287, 280),
          NDST,
          reserved(383, 320),
          reserved(447, 384),
          reserved(511, 448));

  private PostedDescriptor() {}

  /** {@return a control word with neither ON nor SN} */
  public static long control(int destination, int vector) {
    return NDST.of(destination) | NV.of(vector);
  }

  /** {@return the offset of the PIR word of a vector} */
  public static int pirWord(int vector) {
    return vector >>> 6 << 3;
  }

  /** {@return a vector's bit in its PIR word} */
  public static long pirBit(int vector) {
    return 1L << (vector & 63);
  }
}
