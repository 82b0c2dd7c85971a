package dev.adit.pci.spec;

import static dev.adit.pci.spec.Format.DECIMAL;

/** The two headers of any Designated Vendor-Specific extended capability, 0x23 (PCIe 7.9.6). */
public final class Dvsec {
  public static final CapabilityKey KEY = CapabilityKey.extended(CapabilityKey.DVSEC);
  private static final Register HEADER_1 = new Register(KEY, "Header 1", 0x04, 4);
  private static final Register HEADER_2 = new Register(KEY, "Header 2", 0x08, 2);

  public static final Field VENDOR = HEADER_1.bits("Vendor", 15, 0, Formats.HEX4);
  public static final Field REVISION = HEADER_1.bits("Rev", 19, 16, DECIMAL);

  /** Bytes, the extended capability header included. */
  public static final Field LENGTH = HEADER_1.bits("Len", 31, 20, DECIMAL);

  public static final Field ID = HEADER_2.bits("ID", 15, 0, Formats.HEX4);

  /** Bytes of the three headers. */
  public static final int HEADER_SIZE = 0x0a;

  public static final Layout LAYOUT =
      Layout.of(KEY, "Designated Vendor-Specific", 0x0c, VENDOR, REVISION, LENGTH, ID);

  private Dvsec() {}
}
