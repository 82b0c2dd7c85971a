package dev.adit.platform.gather;

import dev.adit.pci.Capability;
import dev.adit.pci.ConfigSpace;
import dev.adit.pci.FileTree;
import dev.adit.pci.SeenFunction;
import dev.adit.pci.Sighting;
import dev.adit.pci.SiovSupport;
import dev.adit.pci.spec.Ats;
import dev.adit.pci.spec.CapabilityKey;
import dev.adit.pci.spec.ImsGrant;
import dev.adit.pci.spec.Pasid;
import dev.adit.pci.spec.Pri;
import dev.adit.platform.Evidence;
import dev.adit.platform.Sign;
import dev.adit.platform.Truth;
import java.util.HexFormat;

/** What a function says of itself. */
final class FunctionSigns {
  private FunctionSigns() {}

  static Evidence gather(FileTree tree, SeenFunction function, SiovSupport siov) {
    Sheet sheet = new Sheet(tree);
    ims(sheet, siov);
    grant(sheet, function);
    capability(sheet, Sign.FUNCTION_PASID, function, Pasid.KEY);
    capability(sheet, Sign.FUNCTION_ATS, function, Ats.KEY);
    capability(sheet, Sign.FUNCTION_PRI, function, Pri.KEY);
    sheet.fact(
        Sign.FUNCTION_OWN_IOMMU,
        Truth.NO,
        "not known to translate by itself",
        "list of known devices");
    sheet.unknown(Sign.FUNCTION_PASID_CHECK, "no rule knows this device", "list of known devices");
    Families.of(function).ifPresent(family -> family.function(sheet, function));
    return sheet.evidence();
  }

  private static void ims(Sheet sheet, SiovSupport siov) {
    String source = "SIOV DVSEC, capabilities, bit 0";
    switch (siov.ims()) {
      case PRESENT -> sheet.fact(Sign.FUNCTION_IMS, Truth.YES, "the bit is set", source);
      case HIDDEN ->
          sheet.unknown(Sign.FUNCTION_IMS, "the extended configuration space is hidden", source);
      case ABSENT -> {
        boolean sdis = siov.siov() == Sighting.PRESENT;
        String why =
            siov.dvsec() == Sighting.PRESENT ? "the bit is clear" : "there is no such DVSEC";
        if (sdis) {
          sheet.unknown(
              Sign.FUNCTION_IMS, why + "; PCIe 7.0 SIOV does not say where messages lie", source);
        } else {
          sheet.fact(Sign.FUNCTION_IMS, Truth.NO, why, source);
        }
      }
    }
  }

  /**
   * What the host says at the function (docs/ims-in-guests.md). Without it the machine's answers
   * hold.
   */
  private static void grant(Sheet sheet, SeenFunction function) {
    for (Capability found : function.capabilities().capabilities()) {
      int at = found.offset();
      if (isGrant(function.config(), found)) {
        String source = "IMS grant at 0x" + Integer.toHexString(at);
        granted(sheet, Sign.HYPERCALL, function.config().get(ImsGrant.BY_CALL, at), source);
        granted(sheet, Sign.HOST_TRANSLATES, function.config().get(ImsGrant.OWN, at), source);
        return;
      }
    }
  }

  private static boolean isGrant(ConfigSpace config, Capability found) {
    int at = found.offset();
    return found.key().equals(ImsGrant.KEY)
        && config.visible(at, ImsGrant.SIZE)
        && config.get(ImsGrant.ID, at) == ImsGrant.VSEC_ID
        && config.get(ImsGrant.REVISION, at) >= ImsGrant.VERSION
        && config.get(ImsGrant.LENGTH, at) == ImsGrant.SIZE;
  }

  private static void granted(Sheet sheet, Sign sign, long bit, String source) {
    sheet.fact(sign, Truth.of(bit != 0), bit != 0 ? "the bit is set" : "the bit is clear", source);
  }

  private static void capability(Sheet sheet, Sign sign, SeenFunction function, CapabilityKey key) {
    String source = "capability 0x" + HexFormat.of().toHexDigits((byte) key.id());
    switch (function.capabilities().sighting(key)) {
      case PRESENT -> sheet.fact(sign, Truth.YES, "the capability is there", source);
      case ABSENT -> sheet.fact(sign, Truth.NO, "the capability is not there", source);
      case HIDDEN -> sheet.unknown(sign, "the configuration space is not visible so far", source);
    }
  }
}
