package dev.adit.platform.gather;

/** A capture that cannot be read; the message names file, place and reason. */
public final class CaptureException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CaptureException(String origin, long offset, String reason) {
    super("%s: at byte %d: %s".formatted(origin, offset, reason));
  }

  CaptureException(String origin, String reason) {
    super(origin + ": " + reason);
  }
}
