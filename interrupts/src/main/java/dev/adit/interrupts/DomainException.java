package dev.adit.interrupts;

/** An interrupt or a domain that is refused. The message says what would change that. */
public final class DomainException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why. */
  public enum Reason {
    /** The store cannot be served by the domain above it. */
    STORE,
    /** The domain cannot deliver to such a target. */
    TARGET,
    /** The tenant has used up its share. */
    QUOTA,
    /** There is nothing left. */
    EXHAUSTED,
    /** The cookie does not fit the store or its owner. */
    COOKIE,
    /** The caller is not the owner. */
    OWNER,
    /** The interrupt is released already, or the index names none. */
    STALE
  }

  private final Reason reason;

  /** Makes one. */
  public DomainException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** {@return why} */
  public Reason reason() {
    return reason;
  }
}
