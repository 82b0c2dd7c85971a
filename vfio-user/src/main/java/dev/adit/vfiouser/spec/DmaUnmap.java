package dev.adit.vfiouser.spec;

/** Payload of DMA_UNMAP; the reply repeats it. */
public final class DmaUnmap {
  /** Bytes. */
  public static final int SIZE = 24;

  /** u32: 24. */
  public static final int ARGSZ = 0;

  /** u32: {@link #DIRTY_BITMAP}, {@link #ALL}. */
  public static final int FLAGS = 4;

  /** u64: bus address. */
  public static final int ADDRESS = 8;

  /** u64: bytes. */
  public static final int LENGTH = 16;

  /** Withdrawn from the protocol. */
  public static final int DIRTY_BITMAP = 1;

  /** Every mapping; address and length are zero. */
  public static final int ALL = 1 << 1;

  private DmaUnmap() {}
}
