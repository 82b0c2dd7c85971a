package dev.adit.devices.dsa;

import java.util.zip.CRC32C;

/**
 * The CRC-32C register with any start value, on top of the JDK's routine, which only knows all
 * ones. A CRC is linear: the registers that two start values lead to differ by the difference of
 * the start values, moved on by the length of the data.
 */
final class Crc32c {
  /** The polynomial 0x11EDC6F41 without its top bit, reflected. */
  private static final int POLYNOMIAL = 0x82f63b78;

  /** x to the power of 2^k, reflected. */
  private static final int[] POWERS = new int[48];

  static {
    int power = 1 << 30;
    for (int k = 0; k < POWERS.length; k++) {
      POWERS[k] = power;
      power = multiply(power, power);
    }
  }

  private final CRC32C fromOnes = new CRC32C();
  private int start;
  private long length;

  void start(int register) {
    fromOnes.reset();
    start = register;
    length = 0;
  }

  void update(byte[] bytes, int count) {
    fromOnes.update(bytes, 0, count);
    length += count;
  }

  /** {@return the register: not inverted, least significant bit first} */
  int register() {
    int register = ~(int) fromOnes.getValue();
    int difference = ~start;
    return difference == 0 ? register : register ^ multiply(difference, shift(length));
  }

  /** {@return x^(8n), reflected} */
  private static int shift(long n) {
    int product = 1 << 31;
    int k = 3;
    for (long rest = n; rest != 0; rest >>>= 1) {
      if ((rest & 1) != 0) {
        product = multiply(product, POWERS[k]);
      }
      k++;
    }
    return product;
  }

  /** {@return the product of two polynomials modulo the CRC's; bit 31 is the constant term} */
  private static int multiply(int a, int b) {
    int product = 0;
    int shifted = b;
    for (int rest = a; rest != 0; rest <<= 1) {
      product ^= shifted & (rest >> 31);
      shifted = (shifted >>> 1) ^ (POLYNOMIAL & -(shifted & 1));
    }
    return product;
  }
}
