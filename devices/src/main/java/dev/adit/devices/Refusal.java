package dev.adit.devices;

import java.util.Locale;

/**
 * Why something was not done. Nothing has changed then.
 *
 * @param reason the kind
 * @param message what is in the way, and what would help, in a sentence
 */
public record Refusal(Reason reason, String message) {
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
    /** The name, the socket or the device is in use. */
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
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
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
}
