package dev.adit.interrupts;

/** Register accesses of 1, 2, 4 or 8 bytes to a 64-bit word. */
public final class Bytes {
  private Bytes() {}

  /** {@return whether an access is naturally aligned, of a width that exists, and not negative} */
  public static boolean shaped(long offset, int width) {
    boolean exists = width == 1 || width == 2 || width == 4 || width == 8;
    return exists && offset >= 0 && offset % width == 0;
  }

  /** {@return the bytes of a word from {@code at}, zero-extended} */
  public static long get(long word, int at, int width) {
    long value = word >>> (8 * at);
    return width == 8 ? value : value & ((1L << (8 * width)) - 1);
  }

  /** {@return the word with some of its bytes replaced} */
  public static long set(long word, int at, int width, long value) {
    if (width == 8) {
      return value;
    }
    long mask = ((1L << (8 * width)) - 1) << (8 * at);
    return (word & ~mask) | ((value << (8 * at)) & mask);
  }

  /** {@return what a read gives where nothing answers} */
  public static long ones(int width) {
    return -1L >>> (64 - 8 * Math.clamp(width, 1, 8));
  }
}
