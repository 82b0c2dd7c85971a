package dev.adit.devices.iaa;

/** Reads bits of a byte array, the lowest of each byte first. Behind the end there are zeros. */
final class BitReader {
  private byte[] bytes = {};
  private int end;
  private int at;
  private long buffer;
  private int held;

  /** Begins with the first of {@code length} bytes. */
  void open(byte[] from, int length) {
    bytes = from;
    end = length;
    at = 0;
    buffer = 0;
    held = 0;
  }

  private void fill() {
    while (held <= 56 && at < end) {
      buffer |= (bytes[at++] & 0xFFL) << held;
      held += 8;
    }
  }

  /** {@return up to 32 bits without taking them} */
  int peek(int bits) {
    if (held < bits) {
      fill();
    }
    return (int) (buffer & ((1L << bits) - 1));
  }

  /** {@return whether there were so many bits, and they were taken} */
  boolean skip(int bits) {
    if (held < bits) {
      fill();
    }
    if (held < bits) {
      return false;
    }
    buffer >>>= bits;
    held -= bits;
    return true;
  }

  /** {@return so many bits, or -1 if there are fewer} */
  int take(int bits) {
    int value = peek(bits);
    return skip(bits) ? value : -1;
  }

  /** Drops what is left of the byte at hand. */
  void align() {
    int rest = held & 7;
    buffer >>>= rest;
    held -= rest;
  }

  /** {@return the bytes of which at least one bit was taken} */
  int consumed() {
    return at - held / 8;
  }

  /** {@return whether nothing is left} */
  boolean exhausted() {
    return held == 0 && at == end;
  }
}
