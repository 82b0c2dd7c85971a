package dev.adit.pci;

/** Text from a stranger's file, made fit for a terminal. */
final class Printable {
  private Printable() {}

  /** {@return the text with '?' for each control character} */
  static String of(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      printable.append(Character.isISOControl(c) ? '?' : c);
    }
    return printable.toString();
  }
}
