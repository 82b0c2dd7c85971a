package dev.adit.pci.spec;

/** Formats that several layouts share. */
final class Formats {
  static final Format HEX2 = value -> digits(value, 2);
  static final Format HEX4 = value -> digits(value, 4);
  static final Format HEX8 = value -> digits(value, 8);

  static final Format SPEED =
      Format.names("unknown", "2.5GT/s", "5GT/s", "8GT/s", "16GT/s", "32GT/s", "64GT/s", "128GT/s");

  static final Format WIDTH = value -> "x" + value;

  private Formats() {}

  private static String digits(long value, int count) {
    String digits = Long.toHexString(value);
    return "0".repeat(Math.max(0, count - digits.length())) + digits;
  }
}
