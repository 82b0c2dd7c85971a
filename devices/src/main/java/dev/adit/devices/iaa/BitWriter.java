package dev.adit.devices.iaa;

/** Writes bits into a byte array, the lowest of each byte first. */
final class BitWriter {
  private byte[] bytes = {};
  private int limit;
  private int size;
  private long buffer;
  private int held;
  private boolean full;

  /** Begins with room for so many bytes. */
  void open(byte[] to, int room) {
    bytes = to;
    limit = room;
    size = 0;
    buffer = 0;
    held = 0;
    full = false;
  }

  /** Writes up to 32 bits. */
  void put(long value, int count) {
    buffer |= value << held;
    held += count;
    while (held >= 8) {
      push();
    }
  }

  private void push() {
    if (size < limit) {
      bytes[size++] = (byte) buffer;
    } else {
      full = true;
    }
    buffer >>>= 8;
    held -= 8;
  }

  /**
   * Fills an incomplete byte up with zeros and writes it; {@return how many of its bits counted}
   */
  int flush() {
    int bits = held;
    if (held > 0) {
      held = 8;
      push();
      held = 0;
      buffer = 0;
    }
    return bits;
  }

  /** {@return whether something had no room} */
  boolean full() {
    return full;
  }

  /** {@return whole bytes written} */
  int size() {
    return size;
  }

  /** {@return bits that are no whole byte yet} */
  int rest() {
    return held;
  }

  /** {@return those bits} */
  int restBits() {
    return (int) buffer;
  }
}
