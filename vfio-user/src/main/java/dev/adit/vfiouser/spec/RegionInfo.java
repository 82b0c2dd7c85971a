package dev.adit.vfiouser.spec;

/** Payload of DEVICE_GET_REGION_INFO, command and reply; capabilities follow. */
public final class RegionInfo {
  /** Bytes without capabilities. */
  public static final int SIZE = 32;

  /** u32: bytes of payload the client takes, or the server has. */
  public static final int ARGSZ = 0;

  /** u32: {@link #READ} to {@link #CAPS}. */
  public static final int FLAGS = 4;

  /** u32: which region. */
  public static final int INDEX = 8;

  /** u32: first capability, from the start of this payload; 0 for none. */
  public static final int CAP_OFFSET = 12;

  /** u64: bytes of the region. */
  public static final int LENGTH = 16;

  /** u64: where in the file the region begins. */
  public static final int OFFSET = 24;

  /** May be read. */
  public static final int READ = 1;

  /** May be written. */
  public static final int WRITE = 1 << 1;

  /** May be mapped; the reply carries the file. */
  public static final int MMAP = 1 << 2;

  /** Capabilities follow. */
  public static final int CAPS = 1 << 3;

  /** u16, in a capability: its kind. */
  public static final int CAP_ID = 0;

  /** u16, in a capability. */
  public static final int CAP_VERSION = 2;

  /** u32, in a capability: offset of the next, or 0. */
  public static final int CAP_NEXT = 4;

  /** Kind: areas that may be mapped. */
  public static final int CAP_SPARSE_MMAP = 1;

  /** u32, in a sparse-mmap capability: number of areas. */
  public static final int SPARSE_COUNT = 8;

  /** Start of the areas of 16 bytes: u64 offset, u64 size. */
  public static final int SPARSE_AREAS = 16;

  /** Bytes of an area. */
  public static final int SPARSE_AREA_SIZE = 16;

  private RegionInfo() {}
}
