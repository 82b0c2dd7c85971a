package dev.adit.pci.spec;

import java.util.ArrayList;
import java.util.List;

/** Access Control Services, extended capability 0x0D (PCIe 7.7.11). */
public final class Acs {
  public static final CapabilityKey KEY = CapabilityKey.extended(0x0d);

  /** The services by bit; the control register enables what the capability register shows. */
  private static final List<String> SERVICES =
      List.of(
          "SrcValid",
          "TransBlk",
          "ReqRedir",
          "CmpltRedir",
          "UpstreamFwd",
          "EgressCtrl",
          "DirectTrans");

  public static final Layout LAYOUT = new Layout(KEY, "Access Control Services", 8, fields());

  private Acs() {}

  private static List<Field> fields() {
    Register cap = new Register(KEY, "ACSCap", 0x04, 2);
    Register control = new Register(KEY, "ACSCtl", 0x06, 2);
    List<Field> fields = new ArrayList<>();
    for (int bit = 0; bit < SERVICES.size(); bit++) {
      fields.add(cap.bit(SERVICES.get(bit), bit));
    }
    fields.add(cap.bit("EnhancedCap", 7));
    for (int bit = 0; bit < SERVICES.size(); bit++) {
      fields.add(control.bit(SERVICES.get(bit), bit, Access.RW));
    }
    return fields;
  }
}
