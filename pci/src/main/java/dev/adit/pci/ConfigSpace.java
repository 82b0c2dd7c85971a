package dev.adit.pci;

import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Register;
import java.util.Arrays;

/**
 * What could be read of a function's configuration space: its first {@link #size} bytes, 0 to 4096.
 * What lies beyond is hidden, which does not mean absent.
 */
public final class ConfigSpace {
  /** Bytes of a conventional configuration space. */
  public static final int CONVENTIONAL = 256;

  private final byte[] bytes;

  private ConfigSpace(byte[] bytes) {
    this.bytes = bytes;
  }

  /** {@return the space with these bytes; more than 4096 are cut off} */
  public static ConfigSpace of(byte[] bytes) {
    return new ConfigSpace(Arrays.copyOf(bytes, Math.min(bytes.length, EmulatedConfigSpace.SIZE)));
  }

  /** {@return how many bytes are visible} */
  public int size() {
    return bytes.length;
  }

  /** {@return a copy of the visible bytes} */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** {@return whether a run of bytes is visible} */
  public boolean visible(int offset, int length) {
    return offset >= 0 && length >= 0 && offset <= bytes.length - length;
  }

  /** {@return a byte; 0xff if it is not visible} */
  public int u8(int offset) {
    return visible(offset, 1) ? bytes[offset] & 0xff : 0xff;
  }

  /** {@return two bytes, little-endian; ones for what is not visible} */
  public int u16(int offset) {
    return u8(offset) | u8(offset + 1) << 8;
  }

  /** {@return four bytes, little-endian; ones for what is not visible} */
  public int u32(int offset) {
    return u16(offset) | u16(offset + 2) << 16;
  }

  /** {@return whether a register of the capability at {@code base} is visible} */
  public boolean visible(Register register, int base) {
    return visible(base + register.offset(), register.bytes());
  }

  /** {@return a field of the capability at {@code base}; ones for what is not visible} */
  public long get(Field field, int base) {
    return field.read(bytes, base);
  }

  /** {@return a field of the header; ones if it is not visible} */
  public int header(Field field) {
    return (int) field.read(bytes, 0);
  }
}
