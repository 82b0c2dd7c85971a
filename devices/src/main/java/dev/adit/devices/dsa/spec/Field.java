package dev.adit.devices.dsa.spec;

/**
 * A run of bits in a register of up to 64 bits, written down as the manual prints it.
 *
 * @param name the mnemonic
 * @param high the highest bit
 * @param low the lowest bit
 * @param access what a register write does to the bits
 */
public record Field(String name, int high, int low, Access access) {

  /** What a register write does. */
  public enum Access {
    /** Nothing. */
    RO,
    /** Stores the value. */
    RW,
    /** Clears the bits written as 1. */
    RW1C,
    /** Triggers something; the bits read as 0. */
    WO
  }

  /** {@return a field that software cannot change} */
  public static Field ro(String name, int high, int low) {
    return new Field(name, high, low, Access.RO);
  }

  /** {@return a field that holds what was written} */
  public static Field rw(String name, int high, int low) {
    return new Field(name, high, low, Access.RW);
  }

  /** {@return a field whose bits a written 1 clears} */
  public static Field w1c(String name, int high, int low) {
    return new Field(name, high, low, Access.RW1C);
  }

  /** {@return a field that only acts} */
  public static Field wo(String name, int high, int low) {
    return new Field(name, high, low, Access.WO);
  }

  /** {@return the bits of this field in a register} */
  public long mask() {
    return -1L >>> (63 - (high - low)) << low;
  }

  /** {@return the field's value, unsigned, in the low bits} */
  public long get(long register) {
    return (register & mask()) >>> low;
  }

  /** {@return the field's value where it has at most 31 bits} */
  public int getInt(long register) {
    return (int) get(register);
  }

  /** {@return whether any bit of the field is set} */
  public boolean isSet(long register) {
    return (register & mask()) != 0;
  }

  /** {@return the register with this field replaced by the low bits of a value} */
  public long set(long register, long value) {
    return (register & ~mask()) | (value << low & mask());
  }
}
