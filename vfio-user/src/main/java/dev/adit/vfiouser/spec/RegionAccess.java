package dev.adit.vfiouser.spec;

/** Payload of REGION_READ and REGION_WRITE; the data follow in the reply or the command. */
public final class RegionAccess {
  /** Bytes without data. */
  public static final int SIZE = 16;

  /** u64: from the start of the region. */
  public static final int OFFSET = 0;

  /** u32: which region. */
  public static final int REGION = 8;

  /** u32: bytes of data. */
  public static final int COUNT = 12;

  private RegionAccess() {}
}
