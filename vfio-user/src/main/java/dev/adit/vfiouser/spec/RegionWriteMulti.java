package dev.adit.vfiouser.spec;

/** Payload of REGION_WRITE_MULTI; the reply is the count alone. */
public final class RegionWriteMulti {
  /** u64: number of writes. */
  public static final int COUNT = 0;

  /** Start of the writes. */
  public static final int WRITES = 8;

  /** Bytes of a write: a {@link RegionAccess} and 8 bytes of data. */
  public static final int WRITE_SIZE = 24;

  /** In a write: the data. */
  public static final int DATA = 16;

  /** Bytes of data in a write, used or not. */
  public static final int DATA_SIZE = 8;

  private RegionWriteMulti() {}
}
