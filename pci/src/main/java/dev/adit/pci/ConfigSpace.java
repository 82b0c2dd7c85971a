package dev.adit.pci;

import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Register;
import java.util.Arrays;

/**
 * What could be read of a function's configuration space: its first {@link #size} bytes, 0 to 4096.
 * What lies beyond is hidden, which does not mean absent. Where the source is a text that tells
 * single fields, single bits are visible and {@link #size} is 0.
 */
public final class ConfigSpace {
  /** Bytes of a conventional configuration space. */
  public static final int CONVENTIONAL = 256;

  private final byte[] bytes;

  /** Ones where a bit is visible; empty where all are. */
  private final byte[] known;

  private ConfigSpace(byte[] bytes, byte[] known) {
    this.bytes = bytes;
    this.known = known;
  }

  /**
   * {@return a space of which single bits were told}
   *
   * @param bytes what they are; at most 4096 bytes
   * @param known as long, with ones where a bit is visible
   */
  public static ConfigSpace ofBits(byte[] bytes, byte[] known) {
    if (bytes.length != known.length || bytes.length > EmulatedConfigSpace.SIZE) {
      throw new IllegalArgumentException("as many bytes as masks, 4096 at most");
    }
    return new ConfigSpace(bytes.clone(), known.clone());
  }

  /** {@return the space with these bytes; more than 4096 are cut off} */
  public static ConfigSpace of(byte[] bytes) {
    return new ConfigSpace(
        Arrays.copyOf(bytes, Math.min(bytes.length, EmulatedConfigSpace.SIZE)), new byte[0]);
  }

  /** {@return how many bytes are visible, from the first on; 0 if only single bits were told} */
  public int size() {
    return known.length == 0 ? bytes.length : 0;
  }

  /** {@return whether single bits were told, not bytes read} */
  public boolean told() {
    return known.length != 0;
  }

  /** {@return a copy of the visible bytes} */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** {@return whether a run of bytes is visible} */
  public boolean visible(int offset, int length) {
    if (offset < 0 || length < 0 || offset > bytes.length - length) {
      return false;
    }
    for (int i = offset; i < offset + length && i < known.length; i++) {
      if (known[i] != -1) {
        return false;
      }
    }
    return true;
  }

  /** {@return whether all bits of a field of the capability at {@code base} are visible} */
  public boolean visible(Field field, int base) {
    Register register = field.register();
    int offset = base + register.offset();
    if (offset < 0 || offset > bytes.length - register.bytes()) {
      return false;
    }
    return known.length == 0 || (register.read(known, base) & field.mask()) == field.mask();
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
