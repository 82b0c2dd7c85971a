package dev.adit.vfiouser.spec;

/** Payload of DEVICE_GET_IRQ_INFO, command and reply. */
public final class IrqInfo {
  /** Bytes. */
  public static final int SIZE = 16;

  /** u32: 16. */
  public static final int ARGSZ = 0;

  /** u32: {@link #EVENTFD} to {@link #NORESIZE}. */
  public static final int FLAGS = 4;

  /** u32: which index. */
  public static final int INDEX = 8;

  /** u32: number of vectors. */
  public static final int COUNT = 12;

  /** Signals through eventfds. */
  public static final int EVENTFD = 1;

  /** Can be masked and unmasked. */
  public static final int MASKABLE = 1 << 1;

  /** Masks itself when it fires. */
  public static final int AUTOMASKED = 1 << 2;

  /** Vectors are set up all at once. */
  public static final int NORESIZE = 1 << 3;

  private IrqInfo() {}
}
