package dev.adit.devices.iaa;

import java.util.Arrays;

/**
 * A canonical code (RFC 1951, section 3.2.2) that can be loaded again and again. Short codes are
 * found with one look, longer ones length by length.
 */
final class HuffmanDecoder {
  static final int MOST_BITS = 15;
  private static final int FAST_BITS = 10;
  private static final int LENGTH_BITS = 4;

  private final int[] counts = new int[MOST_BITS + 1];
  private final short[] sorted;
  private final short[] fast = new short[1 << FAST_BITS];
  private final int[] offsets = new int[MOST_BITS + 2];

  HuffmanDecoder(int symbols) {
    sorted = new short[symbols];
  }

  /**
   * Takes the lengths of a code.
   *
   * @param count how many of them count
   * @return 0 if the code is complete, a positive number of unused codes, or -1 if there are more
   *     codes than there can be
   */
  int load(byte[] lengths, int from, int count) {
    Arrays.fill(counts, 0);
    for (int i = 0; i < count; i++) {
      counts[lengths[from + i]]++;
    }
    int left = 1;
    for (int bits = 1; bits <= MOST_BITS; bits++) {
      left = (left << 1) - counts[bits];
      if (left < 0) {
        return -1;
      }
    }
    offsets[1] = 0;
    for (int bits = 1; bits <= MOST_BITS; bits++) {
      offsets[bits + 1] = offsets[bits] + counts[bits];
    }
    for (int i = 0; i < count; i++) {
      int bits = lengths[from + i];
      if (bits != 0) {
        sorted[offsets[bits]++] = (short) i;
      }
    }
    fill();
    return left;
  }

  /** {@return whether there is one code only, of one bit, which may leave the other unused} */
  boolean single() {
    return used() == 1 && counts[1] == 1;
  }

  /** {@return how many symbols have a code} */
  int used() {
    int used = 0;
    for (int bits = 1; bits <= MOST_BITS; bits++) {
      used += counts[bits];
    }
    return used;
  }

  private void fill() {
    Arrays.fill(fast, (short) 0);
    int code = 0;
    int index = 0;
    for (int bits = 1; bits <= FAST_BITS; bits++) {
      for (int n = 0; n < counts[bits]; n++, code++, index++) {
        int entry = (sorted[index] << LENGTH_BITS) | bits;
        int reversed = Integer.reverse(code) >>> (32 - bits);
        for (int at = reversed; at < fast.length; at += 1 << bits) {
          fast[at] = (short) entry;
        }
      }
      code <<= 1;
    }
  }

  /** {@return the next symbol, or -1 if no code is there, or not all of one} */
  int next(BitReader in) {
    int entry = fast[in.peek(FAST_BITS)] & 0xFFFF;
    int bits = entry & ((1 << LENGTH_BITS) - 1);
    if (bits != 0) {
      return in.skip(bits) ? entry >>> LENGTH_BITS : -1;
    }
    return slow(in);
  }

  private int slow(BitReader in) {
    int peeked = in.peek(MOST_BITS);
    int code = 0;
    int first = 0;
    int index = 0;
    for (int length = 1; length <= MOST_BITS; length++) {
      code |= (peeked >>> (length - 1)) & 1;
      int count = counts[length];
      if (code - count < first) {
        return in.skip(length) ? sorted[index + code - first] : -1;
      }
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return -1;
  }
}
