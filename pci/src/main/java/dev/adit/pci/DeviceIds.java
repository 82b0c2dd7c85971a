package dev.adit.pci;

import java.util.Set;

/**
 * The identities of a family of devices, each family's in one place.
 *
 * @param vendor vendor ID
 * @param devices device IDs
 */
public record DeviceIds(int vendor, Set<Integer> devices) {
  private static final int INTEL = 0x8086;

  /**
   * DSA (0b25, 11fb, 1212) and IAX or IAA (0cfe, 1216, b02d, fd2d), which one driver and one
   * register file serve: the device table of Linux 6.18, drivers/dma/idxd.
   */
  public static final DeviceIds DSA_AND_IAX =
      new DeviceIds(INTEL, Set.of(0x0b25, 0x11fb, 0x1212, 0x0cfe, 0x1216, 0xb02d, 0xfd2d));

  /** Ethernet controllers of the driver ice that its out-of-tree version asks for SIOV. */
  public static final DeviceIds ICE =
      new DeviceIds(INTEL, Set.of(0x1591, 0x1592, 0x1593, 0x159b, 0x12d1, 0x12d2));

  /** Dynamic Load Balancers 2.0 and 2.5. */
  public static final DeviceIds DLB = new DeviceIds(INTEL, Set.of(0x2710, 0x2714));

  /** Infrastructure data path functions: physical and virtual. */
  public static final DeviceIds IDPF = new DeviceIds(INTEL, Set.of(0x1452, 0x145c));

  /** {@return whether a function has one of these identities} */
  public boolean contains(SeenFunction function) {
    return function.vendor() == vendor && devices.contains(function.device());
  }
}
