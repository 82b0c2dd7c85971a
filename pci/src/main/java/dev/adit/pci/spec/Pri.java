package dev.adit.pci.spec;

import static dev.adit.pci.spec.Access.RO;
import static dev.adit.pci.spec.Access.RW;
import static dev.adit.pci.spec.Access.RW1C;

/** Page Request Interface, extended capability 0x13 (PCIe 10.5.2). */
public final class Pri {
  public static final CapabilityKey KEY = CapabilityKey.extended(0x13);
  private static final Register CONTROL = new Register(KEY, "PRICtl", 0x04, 2);
  private static final Register STATUS = new Register(KEY, "PRISta", 0x06, 2);

  public static final Field ENABLE = CONTROL.bit("Enable", 0, RW);

  /** Writing 1 while the interface is disabled clears its credits and its queue. */
  public static final Field RESET = CONTROL.bit("Reset", 1, Access.TRIGGER);

  /** Response failure. */
  public static final Field RESPONSE_FAILURE = STATUS.bit("RF", 0, RW1C);

  /** A response arrived for an unknown group index. */
  public static final Field UNEXPECTED_GROUP = STATUS.bit("UPRGI", 1, RW1C);

  public static final Field STOPPED = STATUS.bit("Stopped", 8);

  /** Responses carry the PASID. */
  public static final Field RESPONSE_PASID = STATUS.bit("PASID", 15);

  public static final Field CAPACITY =
      new Register(KEY, "Page Request Capacity", 0x08, 4).whole(RO, Formats.HEX8);
  public static final Field ALLOCATION =
      new Register(KEY, "Page Request Allocation", 0x0c, 4).whole(RW, Formats.HEX8);

  public static final Layout LAYOUT =
      Layout.of(
          KEY,
          "Page Request Interface (PRI)",
          0x10,
          ENABLE,
          RESET,
          RESPONSE_FAILURE,
          UNEXPECTED_GROUP,
          STOPPED,
          RESPONSE_PASID,
          CAPACITY,
          ALLOCATION);

  private Pri() {}
}
