package dev.adit.vfiouser;

/** What went wrong on our side of a socket, or what the other side answered. */
public final class VfioUserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  /** For what answered with an errno, or what is worth one. */
  public VfioUserException(String what, int errno) {
    super(what + ": errno " + errno);
    this.errno = errno;
  }

  /** {@return the Linux errno} */
  public int errno() {
    return errno;
  }
}
