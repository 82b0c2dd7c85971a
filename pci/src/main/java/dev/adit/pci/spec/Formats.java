package dev.adit.pci.spec;

/** Formats that several layouts share. */
final class Formats {
  static final Format HEX2 = new Format.Hex(2, 0);
  static final Format HEX4 = new Format.Hex(4, 0);
  static final Format HEX8 = new Format.Hex(8, 0);

  static final Format SPEED =
      Format.names("unknown", "2.5GT/s", "5GT/s", "8GT/s", "16GT/s", "32GT/s", "64GT/s", "128GT/s");

  static final Format WIDTH = value -> "x" + value;

  private Formats() {}
}
