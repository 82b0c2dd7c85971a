package dev.adit.pci.spec;

import static dev.adit.pci.spec.Access.RO;
import static dev.adit.pci.spec.Access.RW;
import static dev.adit.pci.spec.Format.HEX;

/**
 * Scalable I/O Virtualization of the first generation: the DVSEC of vendor 0x8086 with ID 5 (Intel
 * Scalable I/O Virtualization Technical Specification, revision 1.1).
 */
public final class SiovDvsec {
  public static final int VENDOR = 0x8086;
  public static final int ID = 5;
  public static final int SIZE = 0x18;
  public static final CapabilityKey KEY = CapabilityKey.dvsec(VENDOR, ID);
  private static final Register FLAGS = new Register(KEY, "Flags", 0x0b, 1);
  private static final Register CAPS = new Register(KEY, "Capabilities", 0x14, 4);

  /** The function that this one depends on; its own number where there is none to name. */
  public static final Field DEPENDENCY_LINK =
      new Register(KEY, "Function Dependency Link", 0x0a, 1).whole(RO, HEX);

  /** All functions of a dependency chain must be in SIOV mode together, or none. */
  public static final Field HOMOGENEOUS = FLAGS.bit("Homogeneous", 0);

  /** Bit n stands for pages of 2^(n+12) bytes. */
  public static final Field SUPPORTED_PAGE_SIZES =
      new Register(KEY, "Supported Page Sizes", 0x0c, 4).whole(RO, HEX);

  /** One bit of the above. */
  public static final Field SYSTEM_PAGE_SIZE =
      new Register(KEY, "System Page Size", 0x10, 4).whole(RW, HEX);

  /** The function has an Interrupt Message Store. */
  public static final Field IMS = CAPS.bit("IMS", 0);

  public static final Layout LAYOUT =
      Layout.of(
          KEY,
          "Scalable I/O Virtualization (Intel)",
          SIZE,
          DEPENDENCY_LINK,
          HOMOGENEOUS,
          SUPPORTED_PAGE_SIZES,
          SYSTEM_PAGE_SIZE,
          IMS);

  private SiovDvsec() {}
}
