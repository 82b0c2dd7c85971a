package dev.adit.vfiouser.spec;

/** Payload of DMA_READ and DMA_WRITE; the data follow in the reply or the command. */
public final class DmaAccess {
  /** Bytes without data. */
  public static final int SIZE = 16;

  /** u64: bus address. */
  public static final int ADDRESS = 0;

  /** u64: bytes of data. */
  public static final int COUNT = 8;

  private DmaAccess() {}
}
