package dev.adit.machine;

/** A driver cannot go on: the function answered otherwise than its specification allows or asks. */
public final class DriverException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what was tried and what came back. */
  public DriverException(String message) {
    super(message);
  }
}
