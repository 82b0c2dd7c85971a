package dev.adit.pci.spec;

import static dev.adit.pci.spec.Access.RO;
import static dev.adit.pci.spec.Format.DECIMAL;
import static dev.adit.pci.spec.Formats.HEX8;

/**
 * Scalable I/O Virtualization of PCIe 7.0, extended capability 0x38: Scalable Device Interfaces
 * (SDIs), each with a requester ID of its own. The layout is that of the Linux series "PCI: Add
 * support for Scalable I/O Virtualization" (June 2026).
 */
public final class Siov {
  public static final CapabilityKey KEY = CapabilityKey.extended(0x38);

  public static final Field TOTAL_SDIS =
      new Register(KEY, "Total SDIs", 0x08, 2).whole(RO, DECIMAL);

  /** At least one SDI is enabled. */
  public static final Field ACTIVE = new Register(KEY, "Status", 0x0b, 1).bit("Active", 0);

  /** From the requester ID of the function to the first SDI. */
  public static final Field FIRST_OFFSET =
      new Register(KEY, "First SDI Offset", 0x0c, 2).whole(RO, DECIMAL);

  /** From one SDI to the next. */
  public static final Field STRIDE = new Register(KEY, "SDI Stride", 0x0e, 2).whole(RO, DECIMAL);

  public static final Layout LAYOUT =
      Layout.of(
          KEY,
          "Scalable I/O Virtualization (SIOV)",
          0x10,
          new Register(KEY, "Capabilities", 0x04, 4).whole(RO, HEX8),
          TOTAL_SDIS,
          ACTIVE,
          FIRST_OFFSET,
          STRIDE);

  private Siov() {}
}
