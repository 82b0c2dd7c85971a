package dev.adit.devices;

/**
 * Something that happened to a virtual device and is counted on the data path, for the log of
 * events.
 *
 * @param kind what it was
 * @param text in words; nothing in it was written by a guest
 * @param count how often it has happened since the device was made
 */
public record Happening(Kind kind, String text, long count) {
  /** Kinds. */
  public enum Kind {
    /** An interrupt was not sent. */
    INTERRUPT_DROPPED,
    /** Work was not carried out, and what the guest reads of it could not tell. */
    ERROR
  }
}
