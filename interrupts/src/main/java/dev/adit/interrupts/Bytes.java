package dev.adit.interrupts;

/** Register accesses of 1, 2, 4 or 8 bytes to a 64-bit word. */
final class Bytes {
  private Bytes() {}

  /** Whether an access is naturally aligned, of a width that exists, and not before the start. */
  static boolean shaped(long offset, int width) {
    boolean exists = width == 1 || width == 2 || width == 4 || width == 8;
    return exists && offset >= 0 && offset % width == 0;
  }

  /** The bytes of a word from {@code at}, zero-extended. */
  static long get(long word, int at, int width) {
    long value = word >>> (8 * at);
    return width == 8 ? value : value & ((1L << (8 * width)) - 1);
  }

  /** The word with some of its bytes replaced. */
  static long set(long word, int at, int width, long value) {
    if (width == 8) {
      return value;
    }
    long mask = ((1L << (8 * width)) - 1) << (8 * at);
    return (word & ~mask) | ((value << (8 * at)) & mask);
  }

  /** What a read gives where nothing answers. */
  static long ones(int width) {
    return -1L >>> (64 - 8 * Math.clamp(width, 1, 8));
  }
}
