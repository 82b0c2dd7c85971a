package dev.adit.vfiouser;

/**
 * What happens on a server's socket, for a log. Called by the thread that serves the socket, at
 * most some twenty times a second; nothing in here was written by a client.
 */
@FunctionalInterface
public interface ServerEvents {
  /** Kinds of events. */
  enum Kind {
    /** A client has connected and was accepted. */
    ATTACHED,
    /** The client is gone. */
    DETACHED,
    /** A client was refused because there is one already, or too many were waiting. */
    REFUSED,
    /** A client said nothing in time. */
    SILENT,
    /** A command was answered with an error. */
    ERROR_REPLY,
    /** The stream of a client could not be understood and was ended. */
    GARBLED,
    /** An engine did not let go of memory that the client took away. */
    STUCK,
    /** The device threw an exception, which is a mistake in the device. */
    DEVICE_FAILED
  }

  /**
   * Something happened.
   *
   * @param detail the errno for {@code ERROR_REPLY} and {@code GARBLED}, else 0
   * @param suppressed how many events were left out since the last one
   */
  void event(Kind kind, int detail, long suppressed);

  /** {@return a listener that does nothing} */
  static ServerEvents none() {
    return (kind, detail, suppressed) -> {};
  }
}
