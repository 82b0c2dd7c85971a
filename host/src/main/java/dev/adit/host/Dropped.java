package dev.adit.host;

/** Why a completion interrupt of a virtual device was not sent: what its handle was. */
public enum Dropped {
  /** The entry of another device. */
  FOREIGN("the handle is another device's"),
  /** An entry of its own that was taken back. */
  REVOKED("the handle was revoked"),
  /** No entry of anybody. */
  UNKNOWN("nobody has such a handle");

  private final String text;

  Dropped(String text) {
    this.text = text;
  }

  /** {@return it in words} */
  public String text() {
    return text;
  }
}
