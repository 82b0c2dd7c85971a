package dev.adit.pci.spec;

import static dev.adit.pci.spec.Format.DECIMAL;
import static dev.adit.pci.spec.Formats.HEX4;

/** The header of any Vendor-Specific extended capability, 0x0B (PCIe 7.9.5). */
public final class Vsec {
  public static final CapabilityKey KEY = CapabilityKey.extended(0x0b);
  private static final Register HEADER = new Register(KEY, "Header", 0x04, 4);

  public static final Field ID = HEADER.bits("ID", 15, 0, HEX4);
  public static final Field REVISION = HEADER.bits("Rev", 19, 16, DECIMAL);

  /** Bytes, the extended capability header included. */
  public static final Field LENGTH = HEADER.bits("Len", 31, 20, new Format.Hex(3, 0));

  public static final Layout LAYOUT =
      Layout.of(KEY, "Vendor Specific Information", 8, ID, REVISION, LENGTH);

  private Vsec() {}
}
