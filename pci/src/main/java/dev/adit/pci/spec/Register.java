package dev.adit.pci.spec;

import static dev.adit.pci.spec.Access.RO;

/**
 * A register of configuration space, little-endian.
 *
 * @param of the capability (or header) that it belongs to
 * @param name its short name, as lspci prints it where lspci prints it
 * @param offset bytes from the start of the capability
 * @param bytes its width: 1 to 4
 */
public record Register(CapabilityKey of, String name, int offset, int bytes) {
  public Register {
    if (offset < 0 || bytes < 1 || bytes > 4) {
      throw new IllegalArgumentException(name + ": offset " + offset + ", width " + bytes);
    }
  }

  /** {@return a field of one bit} */
  public Field bit(String name, int bit, Access access) {
    return new Field(this, name, bit, 1, access, Format.FLAG);
  }

  /** {@return a field of one bit, read only} */
  public Field bit(String name, int bit) {
    return bit(name, bit, RO);
  }

  /** {@return a field from its highest to its lowest bit, as documents write it} */
  public Field bits(String name, int high, int low, Access access, Format format) {
    return new Field(this, name, low, high - low + 1, access, format);
  }

  /** {@return a read-only field from its highest to its lowest bit} */
  public Field bits(String name, int high, int low, Format format) {
    return bits(name, high, low, RO, format);
  }

  /** {@return the register as one field} */
  public Field whole(Access access, Format format) {
    return bits(name, bytes * 8 - 1, 0, access, format);
  }

  /**
   * {@return the value in an image, whose capability begins at {@code base}; bytes beyond the image
   * read as ones}
   */
  public long read(byte[] image, int base) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      int at = base + offset + i;
      long octet = at >= 0 && at < image.length ? image[at] & 0xff : 0xff;
      value |= octet << (8 * i);
    }
    return value;
  }

  /** Writes the value into an image, whose capability begins at {@code base}. */
  public void write(byte[] image, int base, long value) {
    for (int i = 0; i < bytes; i++) {
      image[base + offset + i] = (byte) (value >>> (8 * i));
    }
  }
}
