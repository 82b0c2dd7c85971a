package dev.adit.pci.spec;

import static dev.adit.pci.spec.Access.RW;
import static dev.adit.pci.spec.Format.DECIMAL;

/** MSI-X, capability 0x11 (PCIe 7.7.2). */
public final class Msix {
  public static final CapabilityKey KEY = CapabilityKey.standard(0x11);
  private static final Register CONTROL = new Register(KEY, "Message Control", 0x02, 2);
  private static final Register TABLE = new Register(KEY, "Vector table", 0x04, 4);
  private static final Register PBA = new Register(KEY, "PBA", 0x08, 4);

  /** Bytes of one entry of the table. */
  public static final int ENTRY_SIZE = 16;

  /** Entries less one. */
  public static final Field TABLE_SIZE =
      CONTROL.bits("Count", 10, 0, value -> Long.toString(value + 1));

  public static final Field FUNCTION_MASK = CONTROL.bit("Masked", 14, RW);
  public static final Field ENABLE = CONTROL.bit("Enable", 15, RW);
  public static final Field TABLE_BIR = TABLE.bits("BAR", 2, 0, DECIMAL);

  /** In units of 8 bytes. */
  public static final Field TABLE_OFFSET = TABLE.bits("offset", 31, 3, new Format.Hex(8, 3));

  public static final Field PBA_BIR = PBA.bits("BAR", 2, 0, DECIMAL);

  /** In units of 8 bytes. */
  public static final Field PBA_OFFSET = PBA.bits("offset", 31, 3, new Format.Hex(8, 3));

  public static final Layout LAYOUT =
      Layout.of(
          KEY,
          "MSI-X",
          12,
          ENABLE,
          TABLE_SIZE,
          FUNCTION_MASK,
          TABLE_BIR,
          TABLE_OFFSET,
          PBA_BIR,
          PBA_OFFSET);

  private Msix() {}
}
