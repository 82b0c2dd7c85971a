package dev.adit.vfiouser.spec;

/** Payload of DEVICE_GET_REGION_IO_FDS, command and reply; sub-regions follow in the reply. */
public final class RegionIoFds {
  /** Bytes without sub-regions. */
  public static final int SIZE = 16;

  /** u32: bytes of payload the client takes, or the server has. */
  public static final int ARGSZ = 0;

  /** u32: zero. */
  public static final int FLAGS = 4;

  /** u32: which region. */
  public static final int INDEX = 8;

  /** u32: zero in the command, sub-regions in the reply. */
  public static final int COUNT = 12;

  /** Bytes of a sub-region. */
  public static final int SUB_SIZE = 40;

  /** u64, in a sub-region: from the start of the region. */
  public static final int SUB_OFFSET = 0;

  /** u64, in a sub-region: bytes. */
  public static final int SUB_LENGTH = 8;

  /** u32, in a sub-region: which of the fds of the reply. */
  public static final int SUB_FD_INDEX = 16;

  /** u32, in a sub-region: {@link #IOEVENTFD}. */
  public static final int SUB_TYPE = 20;

  /** u32, in a sub-region: {@link #DATAMATCH}. */
  public static final int SUB_FLAGS = 24;

  /** u64, in a sub-region: the value that rings. */
  public static final int SUB_DATA = 32;

  /** Type: an eventfd that is signalled by a write. */
  public static final int IOEVENTFD = 0;

  /** Flag: only a write of the given value rings. */
  public static final int DATAMATCH = 1;

  private RegionIoFds() {}
}
