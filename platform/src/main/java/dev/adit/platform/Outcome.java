package dev.adit.platform;

/** What a verdict comes to. */
public enum Outcome {
  /** IMS may be used. */
  ALLOW("IMS"),
  /** No IMS; the driver uses MSI-X instead. */
  MSI_X("MSI-X"),
  /** No IMS, and what was asked for must not be set up in this way at all. */
  DENY("denied");

  private final String title;

  Outcome(String title) {
    this.title = title;
  }

  /** {@return the outcome in a word} */
  public String title() {
    return title;
  }
}
