package dev.adit.host;

/**
 * Why something was not done. Nothing has changed then.
 *
 * @param reason the kind
 * @param message what is in the way, and what would help, in a sentence
 */
public record Refusal(Reason reason, String message) {
  /** Kinds of reasons. */
  public enum Reason {
    /** The name, the socket or the thing is in use. */
    IN_USE,
    /** There is not enough left. */
    NO_CAPACITY,
    /** The function has no such type. */
    NO_SUCH_TYPE,
    /** There is no function of that name. */
    NO_SUCH_FUNCTION,
    /** There is no running device of that name. */
    NO_SUCH_DEVICE,
    /** The request contradicts itself or what the function can do. */
    BAD_REQUEST,
    /** The rules of {@code ims=} do not permit it in this way. */
    NOT_PERMITTED,
    /** Work that was begun has not ended; try again. */
    BUSY,
    /** The socket could not be made. */
    NO_SOCKET
  }
}
