package dev.adit.devices.dsa;

import java.util.ArrayList;
import java.util.List;

/** Algorithms written down a second time, bit by bit or byte by byte, to hold the fast ones to. */
final class Reference {
  private Reference() {}

  /** {@return 8 bytes, little-endian} */
  static long word(byte[] bytes, int at) {
    long word = 0;
    for (int i = 7; i >= 0; i--) {
      word = (word << 8) | (bytes[at + i] & 0xff);
    }
    return word;
  }

  /**
   * A CRC after the model that published catalogues use: the register shifts left, a bit at a time.
   *
   * @param width of the register
   * @param polynomial without its top bit, not reflected
   * @param init start of the register
   * @param reflectIn whether each byte goes in from its least significant bit
   * @param reflectOut whether the register comes out the other way round
   * @param xorOut applied to what comes out
   */
  static long crc(
      int width,
      long polynomial,
      long init,
      boolean reflectIn,
      boolean reflectOut,
      long xorOut,
      byte[] data) {
    long mask = width == 64 ? -1L : (1L << width) - 1;
    long register = init & mask;
    for (byte b : data) {
      for (int bit = 0; bit < 8; bit++) {
        int in = b >> (reflectIn ? bit : 7 - bit) & 1;
        boolean top = (register >>> (width - 1) & 1) != in;
        register = (register << 1) & mask;
        if (top) {
          register ^= polynomial;
        }
      }
    }
    return ((reflectOut ? reflect(register, width) : register) ^ xorOut) & mask;
  }

  static long reflect(long value, int width) {
    return Long.reverse(value) >>> (64 - width);
  }

  /** {@return the T10 guard of a block} */
  static int guard(byte[] block, boolean invertSeed, boolean invertResult) {
    long init = invertSeed ? 0xffff : 0;
    return (int) crc(16, 0x8bb7, init, false, false, invertResult ? 0xffff : 0, block);
  }

  /** {@return the delta record that turns one array into the other, whatever its size} */
  static byte[] delta(byte[] original, byte[] modified) {
    List<Byte> record = new ArrayList<>();
    for (int at = 0; at < original.length; at += 8) {
      if (word(original, at) != word(modified, at)) {
        record.add((byte) (at / 8));
        record.add((byte) ((at / 8) >> 8));
        for (int i = 0; i < 8; i++) {
          record.add(modified[at + i]);
        }
      }
    }
    byte[] bytes = new byte[record.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = record.get(i);
    }
    return bytes;
  }
}
