package dev.adit.pci;

/** Input that cannot be understood; the message names the file, the line and the reason. */
public final class PciException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception for one place of a file. */
  public PciException(String file, int line, String reason) {
    super(Printable.of(file + ":" + line + ": " + reason));
  }

  /** Creates an exception for a file as a whole. */
  public PciException(String file, String reason) {
    super(Printable.of(file + ": " + reason));
  }
}
