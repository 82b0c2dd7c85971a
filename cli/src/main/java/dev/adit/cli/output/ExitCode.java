package dev.adit.cli.output;

/** Exit codes, the same for every command. */
public final class ExitCode {
  /** Done; also "looked, and found nothing". */
  public static final int DONE = 0;

  /** Failed while doing it. */
  public static final int FAILED = 1;

  /** Wrong usage. */
  public static final int USAGE = 2;

  /** The assessment is negative. */
  public static final int NEGATIVE = 3;

  /** Not applicable here. */
  static final int NOT_APPLICABLE = 4;

  /** Interrupted by the user. */
  public static final int INTERRUPTED = 130;

  private ExitCode() {}
}
