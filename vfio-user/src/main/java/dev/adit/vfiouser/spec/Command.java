package dev.adit.vfiouser.spec;

/** Command numbers. 11 and 12 go from server to client, the others from client to server. */
public final class Command {
  /** Negotiates version and capabilities: {@link Version}. */
  public static final int VERSION = 1;

  /** Gives the device memory: {@link DmaMap}, 0 or 1 fd. */
  public static final int DMA_MAP = 2;

  /** Takes memory away: {@link DmaUnmap}. */
  public static final int DMA_UNMAP = 3;

  /** Counts of regions and interrupts: {@link DeviceInfo}. */
  public static final int DEVICE_GET_INFO = 4;

  /** One region: {@link RegionInfo}, the reply of a mappable region brings its fd. */
  public static final int DEVICE_GET_REGION_INFO = 5;

  /** The doorbell fds of a region: {@link RegionIoFds}. */
  public static final int DEVICE_GET_REGION_IO_FDS = 6;

  /** One interrupt index: {@link IrqInfo}. */
  public static final int DEVICE_GET_IRQ_INFO = 7;

  /** Sets up or triggers interrupts: {@link IrqSet}, 0 to count fds. */
  public static final int DEVICE_SET_IRQS = 8;

  /** Reads a region: {@link RegionAccess}. */
  public static final int REGION_READ = 9;

  /** Writes a region: {@link RegionAccess}. */
  public static final int REGION_WRITE = 10;

  /** The server reads memory of the client: {@link DmaAccess}. */
  public static final int DMA_READ = 11;

  /** The server writes memory of the client: {@link DmaAccess}. */
  public static final int DMA_WRITE = 12;

  /** Resets the device; no payload. */
  public static final int DEVICE_RESET = 13;

  /** Several small region writes in one message: {@link RegionWriteMulti}. */
  public static final int REGION_WRITE_MULTI = 15;

  /** Optional features, migration among them: {@link DeviceFeature}. */
  public static final int DEVICE_FEATURE = 16;

  /** Reads migration data. */
  public static final int MIG_DATA_READ = 17;

  /** Writes migration data. */
  public static final int MIG_DATA_WRITE = 18;

  private Command() {}
}
