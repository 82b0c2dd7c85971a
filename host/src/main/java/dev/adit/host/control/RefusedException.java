package dev.adit.host.control;

/** A request that is not carried out: why, and what to do about it. Nothing has changed. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why, for programs. */
  public enum Reason {
    /** The request or the file is wrong. */
    BAD_REQUEST,
    /** No device has this name or UUID. */
    NO_SUCH_DEVICE,
    /** No function has this name. */
    NO_SUCH_FUNCTION,
    /** The function offers no devices of this type. */
    NO_SUCH_TYPE,
    /** A device has this name or UUID already. */
    EXISTS,
    /** The device is active, or a guest uses it. */
    IN_USE,
    /** The device is not active. */
    NOT_ACTIVE,
    /** The device is not in the state that the request needs. */
    WRONG_STATE,
    /** Work that was begun has not ended; try again. */
    BUSY,
    /** The function has nothing left to make the device from. */
    NO_CAPACITY,
    /** The rules of the platform do not allow it. */
    NOT_ALLOWED,
    /** It was tried and failed. */
    FAILED;

    /** {@return the reason as programs read it} */
    public String code() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    /** {@return the reason with a code, or {@link #FAILED} for an unknown one} */
    public static Reason of(String code) {
      for (Reason reason : values()) {
        if (reason.code().equals(code)) {
          return reason;
        }
      }
      return FAILED;
    }
  }

  private final Reason reason;

  /** Refuses with a sentence that says what to do. */
  public RefusedException(Reason reason, String sentence) {
    super(sentence);
    this.reason = reason;
  }

  /** Refuses with a sentence that says what to do. */
  public RefusedException(Reason reason, String sentence, Throwable cause) {
    super(sentence, cause);
    this.reason = reason;
  }

  /** {@return a refusal of what is written at a place} */
  static RefusedException at(Place place, String sentence) {
    return new RefusedException(Reason.BAD_REQUEST, place + ": " + sentence);
  }

  /** {@return why} */
  public Reason reason() {
    return reason;
  }

  /** {@return the sentence} */
  public String sentence() {
    String message = getMessage();
    return message == null ? reason.code() : message;
  }
}
