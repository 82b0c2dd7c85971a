package dev.adit.cli;

/** Exit codes, the same for every command. */
final class ExitCode {
  /** Done; also "looked, and found nothing". */
  static final int DONE = 0;

  /** Failed while doing it. */
  static final int FAILED = 1;

  /** Wrong usage. */
  static final int USAGE = 2;

  /** The assessment is negative. */
  static final int NEGATIVE = 3;

  /** Not applicable here. */
  static final int NOT_APPLICABLE = 4;

  /** Interrupted by the user. */
  static final int INTERRUPTED = 130;

  private ExitCode() {}
}
