package dev.adit.platform;

/** An answer that may be missing. Combining follows Kleene's three-valued logic. */
public enum Truth {
  /** It is so. */
  YES,
  /** It is not so. */
  NO,
  /** Nobody looked, or it could not be seen. */
  UNKNOWN;

  /** {@return YES or NO} */
  public static Truth of(boolean value) {
    return value ? YES : NO;
  }

  /** {@return whether both hold} */
  public Truth and(Truth other) {
    if (this == NO || other == NO) {
      return NO;
    }
    return this == YES ? other : UNKNOWN;
  }

  /** {@return whether one of them holds} */
  public Truth or(Truth other) {
    return not().and(other.not()).not();
  }

  /** {@return the opposite; what is unknown stays unknown} */
  public Truth not() {
    return switch (this) {
      case YES -> NO;
      case NO -> YES;
      case UNKNOWN -> UNKNOWN;
    };
  }
}
