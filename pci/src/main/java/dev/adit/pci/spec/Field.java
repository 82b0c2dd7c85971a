package dev.adit.pci.spec;

/**
 * A run of bits in a register.
 *
 * @param register where it lies
 * @param name its short name, as lspci prints it where lspci prints it
 * @param low its lowest bit
 * @param width its number of bits
 * @param access what software may do with it in an emulated function
 * @param format how its value reads
 */
public record Field(
    Register register, String name, int low, int width, Access access, Format format) {
  public Field {
    if (low < 0 || width < 1 || low + width > register.bytes() * 8) {
      throw new IllegalArgumentException(name + ": bit " + low + ", width " + width);
    }
  }

  /** {@return the field's value in a register's value} */
  public long get(long word) {
    return word >>> low & ones();
  }

  /** {@return the register's value with this field changed} */
  public long set(long word, long value) {
    return (word & ~mask()) | ((value & ones()) << low);
  }

  /** {@return the field's value in an image whose capability begins at {@code base}} */
  public long read(byte[] image, int base) {
    return get(register.read(image, base));
  }

  /** Changes the field in an image whose capability begins at {@code base}. */
  public void write(byte[] image, int base, long value) {
    register.write(image, base, set(register.read(image, base), value));
  }

  /** {@return the field's bits in its register} */
  public long mask() {
    return ones() << low;
  }

  private long ones() {
    return (1L << width) - 1;
  }
}
