package dev.adit.devices.dsa.tell;

import dev.adit.pci.DeviceIds;
import dev.adit.pci.SeenFunction;
import dev.adit.pci.Sighting;
import dev.adit.pci.SiovSupport;
import dev.adit.platform.Sign;
import dev.adit.platform.Symptom;
import dev.adit.platform.Truth;
import dev.adit.platform.gather.FamilyEvidence;
import dev.adit.platform.gather.Sheet;
import java.util.List;
import java.util.Optional;

/** DSA and IAX, as the driver idxd shows them. */
public final class IdxdEvidence implements FamilyEvidence {
  private static final String SVA = "sys/module/idxd/parameters/sva";

  @Override
  public String name() {
    return "DSA and IAX";
  }

  @Override
  public boolean knows(SeenFunction function) {
    return DeviceIds.DSA_AND_IAX.contains(function);
  }

  @Override
  public List<Symptom> symptoms() {
    return IdxdRules.SYMPTOMS;
  }

  @Override
  public void machine(Sheet sheet) {
    Optional<String> sva = sheet.tree().text(SVA);
    if (sva.isEmpty()) {
      sheet.unknown(IdxdSigns.SVA, "idxd is not loaded", SVA);
    } else {
      boolean on = sva.get().equals("Y") || sva.get().equals("1");
      sheet.fact(IdxdSigns.SVA, Truth.of(on), "sva=" + sva.get(), SVA);
    }
    sheet.built(IdxdSigns.KERNEL_SVM, "CONFIG_INTEL_IDXD_SVM");
  }

  @Override
  public void function(Sheet sheet, SeenFunction function) {
    if (SiovSupport.of(function).ims() == Sighting.HIDDEN) {
      sheet.unknown(
          Sign.FUNCTION_IMS,
          "the DVSEC is hidden; a DSA or IAX tells its IMS in register GENCAP",
          "SIOV DVSEC, capabilities, bit 0");
    }
    sheet.fact(
        Sign.FUNCTION_PASID_CHECK,
        Truth.YES,
        "DSA and IAX compare the PASID of a descriptor with its IMS entry",
        "DSA 3.0, 5.4");
    driver(sheet, "sys/bus/pci/devices/" + function.address());
  }

  private static void driver(Sheet sheet, String folder) {
    Optional<String> device =
        sheet.tree().list(folder).stream()
            .filter(name -> name.matches("(dsa|iax)[0-9]{1,6}"))
            .findFirst();
    String driver = sheet.tree().link(folder + "/driver").orElse("");
    boolean bound = device.isPresent() || driver.endsWith("/idxd");
    sheet.fact(
        IdxdSigns.BOUND,
        Truth.of(bound),
        device.orElse(bound ? "bound" : "no dsa or iax device below it"),
        folder);
    String path = folder + "/" + device.orElse("dsa") + "/pasid_enabled";
    Optional<String> enabled = device.isEmpty() ? Optional.empty() : sheet.tree().text(path);
    if (enabled.isPresent()) {
      String value = enabled.get();
      sheet.fact(
          IdxdSigns.PASID_ENABLED, Truth.of(value.equals("1")), "pasid_enabled is " + value, path);
    } else {
      sheet.fact(
          IdxdSigns.PASID_ENABLED,
          bound ? Truth.UNKNOWN : Truth.NO,
          bound ? "cannot be read" : "the attribute does not exist",
          path);
    }
  }
}
