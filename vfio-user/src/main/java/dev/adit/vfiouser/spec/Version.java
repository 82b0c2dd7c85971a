package dev.adit.vfiouser.spec;

/** Payload of VERSION, command and reply: two numbers, then JSON text ended by a zero byte. */
public final class Version {
  /** u16: must be equal on both sides. */
  public static final int MAJOR = 0;

  /** u16: the reply has at most that of the command. */
  public static final int MINOR = 2;

  /** Text, may be missing. */
  public static final int JSON = 4;

  /** The major version this library speaks. */
  public static final int MAJOR_SUPPORTED = 0;

  /** The newest minor version this library speaks. */
  public static final int MINOR_SUPPORTED = 1;

  private Version() {}
}
