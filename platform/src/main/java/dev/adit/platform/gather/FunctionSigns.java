package dev.adit.platform.gather;

import dev.adit.pci.Capability;
import dev.adit.pci.ConfigSpace;
import dev.adit.pci.FileTree;
import dev.adit.pci.PciAddress;
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
import java.util.Optional;
import java.util.Set;

/** What a function says of itself. */
final class FunctionSigns {
  private static final int INTEL = 0x8086;
  private static final int MELLANOX = 0x15b3;
  private static final Set<Integer> IDXD =
      Set.of(0x0b25, 0x0cfe, 0x11fb, 0x1212, 0x1216, 0xb02d, 0xfd2d);

  private FunctionSigns() {}

  /** {@return whether a function is a DSA or an IAX} */
  static boolean isIdxd(SeenFunction function) {
    return function.vendor() == INTEL && IDXD.contains(function.device());
  }

  static Evidence gather(FileTree tree, SeenFunction function, SiovSupport siov) {
    Sheet sheet = new Sheet(tree);
    boolean idxd = isIdxd(function);
    ims(sheet, siov, idxd);
    grant(sheet, function);
    capability(sheet, Sign.FUNCTION_PASID, function, Pasid.KEY);
    capability(sheet, Sign.FUNCTION_ATS, function, Ats.KEY);
    capability(sheet, Sign.FUNCTION_PRI, function, Pri.KEY);
    boolean own = function.vendor() == MELLANOX && function.classId() >>> 8 == 2;
    sheet.fact(
        Sign.FUNCTION_OWN_IOMMU,
        Truth.of(own),
        own ? "ConnectX translates by itself" : "not known to translate by itself",
        own ? "thread, Gunthorpe 16 Nov" : "list of known devices");
    if (idxd) {
      sheet.fact(
          Sign.FUNCTION_PASID_CHECK,
          Truth.YES,
          "DSA and IAX compare the PASID of a descriptor with its IMS entry",
          "DSA 3.0, 5.4");
      idxd(sheet, function.address());
    } else {
      sheet.unknown(
          Sign.FUNCTION_PASID_CHECK, "no rule knows this device", "list of known devices");
    }
    return sheet.evidence();
  }

  private static void ims(Sheet sheet, SiovSupport siov, boolean idxd) {
    String source = "SIOV DVSEC, capabilities, bit 0";
    switch (siov.ims()) {
      case PRESENT -> sheet.fact(Sign.FUNCTION_IMS, Truth.YES, "the bit is set", source);
      case HIDDEN ->
          sheet.unknown(
              Sign.FUNCTION_IMS,
              idxd
                  ? "the DVSEC is hidden; a DSA or IAX tells its IMS in register GENCAP"
                  : "the extended configuration space is hidden",
              source);
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

  private static void idxd(Sheet sheet, PciAddress address) {
    String folder = "sys/bus/pci/devices/" + address;
    Optional<String> device =
        sheet.tree().list(folder).stream()
            .filter(name -> name.matches("(dsa|iax)[0-9]{1,6}"))
            .findFirst();
    String driver = sheet.tree().link(folder + "/driver").orElse("");
    boolean bound = device.isPresent() || driver.endsWith("/idxd");
    sheet.fact(
        Sign.IDXD_BOUND,
        Truth.of(bound),
        device.orElse(bound ? "bound" : "no dsa or iax device below it"),
        folder);
    String path = folder + "/" + device.orElse("dsa") + "/pasid_enabled";
    Optional<String> enabled = device.isEmpty() ? Optional.empty() : sheet.tree().text(path);
    if (enabled.isPresent()) {
      String value = Sheet.printable(enabled.get());
      sheet.fact(
          Sign.IDXD_PASID_ENABLED, Truth.of(value.equals("1")), "pasid_enabled is " + value, path);
    } else {
      sheet.fact(
          Sign.IDXD_PASID_ENABLED,
          bound ? Truth.UNKNOWN : Truth.NO,
          bound ? "cannot be read" : "the attribute does not exist",
          path);
    }
  }
}
