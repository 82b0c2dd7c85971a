package dev.adit.devices;

/** Why a completion interrupt of a virtual device was not sent. */
public enum Dropped {
  /** The entry of another device. */
  FOREIGN("the handle is another device's"),
  /** An entry of its own that was taken back. */
  REVOKED("the handle was revoked"),
  /** No entry of anybody. */
  UNKNOWN("nobody has such a handle"),
  /** The handle is good, but there is no record for the interrupt to announce. */
  UNRECORDED("the completion record could not be written");

  private final String text;

  Dropped(String text) {
    this.text = text;
  }

  /** {@return it in words} */
  public String text() {
    return text;
  }
}
