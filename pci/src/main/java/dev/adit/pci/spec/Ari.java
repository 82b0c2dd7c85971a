package dev.adit.pci.spec;

import static dev.adit.pci.spec.Access.RW;
import static dev.adit.pci.spec.Format.DECIMAL;

/** Alternative Routing-ID Interpretation, extended capability 0x0E (PCIe 7.8.8). */
public final class Ari {
  public static final CapabilityKey KEY = CapabilityKey.extended(0x0e);
  private static final Register CAP = new Register(KEY, "ARICap", 0x04, 2);
  private static final Register CONTROL = new Register(KEY, "ARICtl", 0x06, 2);

  public static final Layout LAYOUT =
      Layout.of(
          KEY,
          "Alternative Routing-ID Interpretation (ARI)",
          8,
          CAP.bit("MFVC", 0),
          CAP.bit("ACS", 1),
          CAP.bits("Next Function", 15, 8, DECIMAL),
          CONTROL.bit("MFVC", 0, RW),
          CONTROL.bit("ACS", 1, RW),
          CONTROL.bits("Function Group", 6, 4, RW, DECIMAL));

  private Ari() {}
}
