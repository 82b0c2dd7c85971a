package dev.adit.vfiouser.spec;

/** Payload of DEVICE_FEATURE, command and reply; data of the feature follow. */
public final class DeviceFeature {
  /** Bytes without data. */
  public static final int SIZE = 8;

  /** u32: bytes of payload. */
  public static final int ARGSZ = 0;

  /** u32: feature number in bits 15:0, then {@link #GET}, {@link #SET}, {@link #PROBE}. */
  public static final int FLAGS = 4;

  /** Read the feature. */
  public static final int GET = 1 << 16;

  /** Change the feature. */
  public static final int SET = 1 << 17;

  /** Ask whether it exists. */
  public static final int PROBE = 1 << 18;

  private DeviceFeature() {}
}
