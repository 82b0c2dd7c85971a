package dev.adit.vfiouser.spec;

/** Payload of DMA_MAP. The reply has none. */
public final class DmaMap {
  /** Bytes. */
  public static final int SIZE = 32;

  /** u32: 32. */
  public static final int ARGSZ = 0;

  /** u32: {@link #READ} to {@link #FILE_IO}. */
  public static final int FLAGS = 4;

  /** u64: where in the file the mapping begins. */
  public static final int OFFSET = 8;

  /** u64: bus address. */
  public static final int ADDRESS = 16;

  /** u64: bytes. */
  public static final int LENGTH = 24;

  /** The device may read. */
  public static final int READ = 1;

  /** The device may write. */
  public static final int WRITE = 1 << 1;

  /** The file is to be mapped. */
  public static final int MMAP = 1 << 2;

  /** The file is to be accessed by pread and pwrite. */
  public static final int FILE_IO = 1 << 3;

  private DmaMap() {}
}
