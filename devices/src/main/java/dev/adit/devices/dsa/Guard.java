package dev.adit.devices.dsa;

/**
 * The guard of a data integrity field: the 16-bit T10 CRC (0x18BB7), most significant bit first.
 */
final class Guard {
  private static final int POLYNOMIAL = 0x8bb7;

  /** [k][b]: what byte b does to the register, k bytes later. */
  private static final char[][] TABLES = new char[8][256];

  static {
    for (int b = 0; b < 256; b++) {
      int register = b << 8;
      for (int bit = 0; bit < 8; bit++) {
        register = register << 1 ^ ((register & 0x8000) != 0 ? POLYNOMIAL : 0);
      }
      TABLES[0][b] = (char) register;
    }
    for (int k = 1; k < TABLES.length; k++) {
      for (int b = 0; b < 256; b++) {
        int before = TABLES[k - 1][b];
        TABLES[k][b] = (char) (before << 8 ^ TABLES[0][before >>> 8]);
      }
    }
  }

  private Guard() {}

  /** {@return the register after some bytes, 16 bits} */
  static int crc(int seed, byte[] bytes, int from, int count) {
    int r = seed;
    int i = from;
    int end = from + count;
    for (; i + 8 <= end; i += 8) {
      r =
          TABLES[7][(r >>> 8 ^ bytes[i]) & 0xff]
              ^ TABLES[6][(r ^ bytes[i + 1]) & 0xff]
              ^ TABLES[5][bytes[i + 2] & 0xff]
              ^ TABLES[4][bytes[i + 3] & 0xff]
              ^ TABLES[3][bytes[i + 4] & 0xff]
              ^ TABLES[2][bytes[i + 5] & 0xff]
              ^ TABLES[1][bytes[i + 6] & 0xff]
              ^ TABLES[0][bytes[i + 7] & 0xff];
    }
    for (; i < end; i++) {
      r = (r << 8 ^ TABLES[0][(r >>> 8 ^ bytes[i]) & 0xff]) & 0xffff;
    }
    return r;
  }
}
