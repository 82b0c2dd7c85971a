package dev.adit.vfiouser.spec;

/**
 * The header of every message.
 *
 * <pre>
 *  0        2         4                 8                 12                16
 *  | id     | command | size            | flags           | errno           |
 * </pre>
 *
 * <p>{@code size} counts the header. A reply repeats id and command of what it answers; ids belong
 * to the sender and need not be unique.
 */
public final class Header {
  /** Bytes of a header. */
  public static final int SIZE = 16;

  /** u16: chosen by the sender of a command. */
  public static final int ID = 0;

  /** u16: one of {@link Command}. */
  public static final int COMMAND = 2;

  /** u32: bytes of the message, header included. */
  public static final int LENGTH = 4;

  /** u32: {@link #TYPE_MASK}, {@link #NO_REPLY}, {@link #ERROR}. */
  public static final int FLAGS = 8;

  /** u32: the reason of an error reply, as a Linux errno. */
  public static final int ERRNO = 12;

  /** Bits 3:0 of the flags: 0 command, 1 reply. */
  public static final int TYPE_MASK = 0xf;

  /** Type of a command. */
  public static final int TYPE_COMMAND = 0;

  /** Type of a reply. */
  public static final int TYPE_REPLY = 1;

  /** Bit 4 of the flags: the sender wants no reply, not even for an error. */
  public static final int NO_REPLY = 1 << 4;

  /** Bit 5 of the flags: the reply tells of an error. */
  public static final int ERROR = 1 << 5;

  private Header() {}
}
