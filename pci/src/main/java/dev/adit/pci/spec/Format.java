package dev.adit.pci.spec;

/** How the value of a field reads. */
@FunctionalInterface
public interface Format {
  /** One bit: "+" or "-". */
  Format FLAG = value -> value != 0 ? "+" : "-";

  /** A number, unsigned. */
  Format DECIMAL = Long::toUnsignedString;

  /** A number in hexadecimal digits. */
  Format HEX = new Hex(1, 0);

  /**
   * A number in hexadecimal digits, without prefix.
   *
   * @param digits how many at least
   * @param shift bits that the register leaves out on the right
   */
  record Hex(int digits, int shift) implements Format {
    @Override
    public String text(long value) {
      String text = Long.toHexString(value << shift);
      return "0".repeat(Math.max(0, digits - text.length())) + text;
    }
  }

  /** {@return the text for a value} */
  String text(long value);

  /** {@return a format that names the values from 0 on; others are printed as numbers} */
  static Format names(String... names) {
    return value ->
        value >= 0 && value < names.length && !names[(int) value].isEmpty()
            ? names[(int) value]
            : "unknown (" + value + ")";
  }

  /** {@return a format for sizes that double with each value, from 0 on} */
  static Format doubling(int first, String unit) {
    return value -> ((long) first << value) + unit;
  }
}
