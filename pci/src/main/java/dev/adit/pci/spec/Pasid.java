package dev.adit.pci.spec;

import static dev.adit.pci.spec.Access.RW;

/** Process Address Space ID, extended capability 0x1B (PCIe 7.8.9). */
public final class Pasid {
  public static final CapabilityKey KEY = CapabilityKey.extended(0x1b);
  private static final Register CAP = new Register(KEY, "PASIDCap", 0x04, 2);
  private static final Register CONTROL = new Register(KEY, "PASIDCtl", 0x06, 2);

  public static final Field EXECUTE = CAP.bit("Exec", 1);
  public static final Field PRIVILEGED = CAP.bit("Priv", 2);

  /** Bits of a PASID, 0 to 20. */
  public static final Field MAX_WIDTH = CAP.bits("Max PASID Width", 12, 8, Formats.HEX2);

  public static final Field ENABLE = CONTROL.bit("Enable", 0, RW);
  public static final Field EXECUTE_ENABLE = CONTROL.bit("Exec", 1, RW);
  public static final Field PRIVILEGED_ENABLE = CONTROL.bit("Priv", 2, RW);

  public static final Layout LAYOUT =
      Layout.of(
          KEY,
          "Process Address Space ID (PASID)",
          8,
          EXECUTE,
          PRIVILEGED,
          MAX_WIDTH,
          ENABLE,
          EXECUTE_ENABLE,
          PRIVILEGED_ENABLE);

  private Pasid() {}
}
