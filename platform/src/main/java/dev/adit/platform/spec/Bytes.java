package dev.adit.platform.spec;

import java.nio.charset.StandardCharsets;

/**
 * Little-endian numbers in a stranger's bytes; what lies outside reads as zero. Callers check
 * lengths where zero would mislead.
 */
final class Bytes {
  private final byte[] bytes;
  private final int from;
  private final int length;

  private Bytes(byte[] bytes, int from, int length) {
    this.bytes = bytes;
    this.from = from;
    this.length = length;
  }

  static Bytes of(byte[] bytes) {
    return new Bytes(bytes, 0, bytes.length);
  }

  int length() {
    return length;
  }

  /** {@return a part, cut off where these bytes end} */
  Bytes part(int offset, int size) {
    int start = Math.clamp(offset, 0, length);
    return new Bytes(bytes, from + start, Math.clamp(size, 0, length - start));
  }

  int u8(int offset) {
    return offset >= 0 && offset < length ? bytes[from + offset] & 0xff : 0;
  }

  int u16(int offset) {
    return u8(offset) | u8(offset + 1) << 8;
  }

  long u32(int offset) {
    return u16(offset) | (long) u16(offset + 2) << 16;
  }

  long u64(int offset) {
    return u32(offset) | u32(offset + 4) << 32;
  }

  String ascii(int offset, int size) {
    Bytes part = part(offset, size);
    return new String(bytes, part.from, part.length, StandardCharsets.ISO_8859_1)
        .replaceAll("[^ -~]", "")
        .strip();
  }
}
