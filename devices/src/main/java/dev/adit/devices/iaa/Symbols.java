package dev.adit.devices.iaa;

/** The alphabets of Deflate (RFC 1951, sections 3.2.5 and 3.2.7). */
final class Symbols {
  static final int END_OF_BLOCK = 256;
  static final int LITERALS = 286;
  static final int DISTANCES = 30;
  static final int LEAST_MATCH = 3;
  static final int MOST_MATCH = 258;

  /** What the accelerator remembers; Deflate itself allows 32 KiB. */
  static final int WINDOW = 4096;

  /** Order in which lengths of code length codes are sent. */
  static final int[] CODE_LENGTH_ORDER = {
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
  };

  /** By symbol - 257: extra bits, and the least length. */
  static final int[] LENGTH_EXTRA = new int[29];

  static final int[] LENGTH_BASE = new int[29];

  /** By symbol: extra bits, and the least distance. */
  static final int[] DISTANCE_EXTRA = new int[DISTANCES];

  static final int[] DISTANCE_BASE = new int[DISTANCES];

  /** By length: the symbol. */
  private static final short[] LENGTH_SYMBOL = new short[MOST_MATCH + 1];

  /** By distance: the symbol, within the window. */
  private static final byte[] DISTANCE_SYMBOL = new byte[WINDOW + 1];

  static {
    int length = LEAST_MATCH;
    for (int i = 0; i < 28; i++) {
      LENGTH_EXTRA[i] = i < 8 ? 0 : i / 4 - 1;
      LENGTH_BASE[i] = length;
      for (int n = 0; n < 1 << LENGTH_EXTRA[i]; n++) {
        if (length <= MOST_MATCH) {
          LENGTH_SYMBOL[length] = (short) (257 + i);
        }
        length++;
      }
    }
    LENGTH_BASE[28] = MOST_MATCH;
    LENGTH_SYMBOL[MOST_MATCH] = 285;
    int distance = 1;
    for (int i = 0; i < DISTANCES; i++) {
      DISTANCE_EXTRA[i] = i < 4 ? 0 : i / 2 - 1;
      DISTANCE_BASE[i] = distance;
      for (int n = 0; n < 1 << DISTANCE_EXTRA[i]; n++, distance++) {
        if (distance <= WINDOW) {
          DISTANCE_SYMBOL[distance] = (byte) i;
        }
      }
    }
  }

  private Symbols() {}

  static int ofLength(int length) {
    return LENGTH_SYMBOL[length];
  }

  static int ofDistance(int distance) {
    return DISTANCE_SYMBOL[distance];
  }
}
