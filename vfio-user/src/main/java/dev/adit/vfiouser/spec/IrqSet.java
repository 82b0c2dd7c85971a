package dev.adit.vfiouser.spec;

/**
 * Payload of DEVICE_SET_IRQS; one byte for each vector follows with {@link #DATA_BOOL}. The reply
 * has none.
 */
public final class IrqSet {
  /** Bytes without the booleans. */
  public static final int SIZE = 20;

  /** u32: bytes of payload. */
  public static final int ARGSZ = 0;

  /** u32: one of DATA and one of ACTION. */
  public static final int FLAGS = 4;

  /** u32: which index. */
  public static final int INDEX = 8;

  /** u32: first vector. */
  public static final int START = 12;

  /** u32: number of vectors. */
  public static final int COUNT = 16;

  /** All vectors of the range. */
  public static final int DATA_NONE = 1;

  /** Those whose byte is not zero. */
  public static final int DATA_BOOL = 1 << 1;

  /** One fd each, or no fd at all to take them away. */
  public static final int DATA_EVENTFD = 1 << 2;

  /** Mask. */
  public static final int ACTION_MASK = 1 << 3;

  /** Unmask. */
  public static final int ACTION_UNMASK = 1 << 4;

  /** Set the eventfds, or fire. */
  public static final int ACTION_TRIGGER = 1 << 5;

  private IrqSet() {}
}
