package dev.adit.vfiouser.spec;

/** Payload of DEVICE_GET_INFO, command and reply. */
public final class DeviceInfo {
  /** Bytes. */
  public static final int SIZE = 16;

  /** u32: bytes of payload the client takes, or the server has. */
  public static final int ARGSZ = 0;

  /** u32: {@link #RESET}, {@link #PCI}. */
  public static final int FLAGS = 4;

  /** u32: number of regions. */
  public static final int REGIONS = 8;

  /** u32: number of interrupt indices. */
  public static final int IRQS = 12;

  /** DEVICE_RESET works. */
  public static final int RESET = 1;

  /** A PCI device: regions 0 to 8 and interrupts 0 to 4 have fixed meanings. */
  public static final int PCI = 1 << 1;

  private DeviceInfo() {}
}
