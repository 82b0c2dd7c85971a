package dev.adit.vfiouser.wire;

import dev.adit.vfiouser.spec.Wire;
import java.lang.foreign.MemorySegment;

/** Little-endian numbers of 1 to 8 bytes. */
public final class Numbers {
  private Numbers() {}

  public static long get(MemorySegment from, long at, int width) {
    return switch (width) {
      case 1 -> Byte.toUnsignedLong(from.get(Wire.U8, at));
      case 2 -> Short.toUnsignedLong(from.get(Wire.U16, at));
      case 4 -> Integer.toUnsignedLong(from.get(Wire.U32, at));
      case 8 -> from.get(Wire.U64, at);
      default -> throw new IllegalArgumentException("1, 2, 4 or 8 bytes, not " + width);
    };
  }

  public static void set(MemorySegment to, long at, int width, long value) {
    switch (width) {
      case 1 -> to.set(Wire.U8, at, (byte) value);
      case 2 -> to.set(Wire.U16, at, (short) value);
      case 4 -> to.set(Wire.U32, at, (int) value);
      case 8 -> to.set(Wire.U64, at, value);
      default -> throw new IllegalArgumentException("1, 2, 4 or 8 bytes, not " + width);
    }
  }
}
