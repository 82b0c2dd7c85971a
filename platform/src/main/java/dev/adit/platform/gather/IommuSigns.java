package dev.adit.platform.gather;

import dev.adit.pci.PciAddress;
import dev.adit.platform.Evidence;
import dev.adit.platform.Fact;
import dev.adit.platform.Sign;
import dev.adit.platform.Truth;
import dev.adit.platform.spec.VtdRegisters;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the IOMMUs say in the registers that sysfs shows, or that the kernel's log repeats. */
final class IommuSigns {
  private static final String UNITS = "sys/class/iommu";
  private static final String LOG = "adit/dmesg";
  private static final Pattern LOGGED =
      Pattern.compile(
          "DMAR: (dmar\\d+): reg_base_addr \\S+ ver (\\d+:\\d+) cap ([0-9a-f]{1,16}) ecap"
              + " ([0-9a-f]{1,16})");
  private static final int NP_CACHE = 1 << 26;
  private static final String VIRTIO_IOMMU_TYPE = "0x0017";

  private final Sheet sheet;
  private final Map<String, Vtd> vtd = new TreeMap<>();
  private final List<String> units;

  /**
   * A VT-d unit.
   *
   * @param registers what it says of itself
   * @param source where that was read
   */
  private record Vtd(VtdRegisters registers, String source) {}

  private IommuSigns(Sheet sheet) {
    this.sheet = sheet;
    this.units = sheet.tree().list(UNITS);
  }

  /** Puts down what all units together come to. {@return what single units come to} */
  static IommuSigns gather(Sheet sheet) {
    IommuSigns signs = new IommuSigns(sheet);
    signs.present();
    signs.readVtd();
    boolean intel = !signs.vtd.isEmpty();
    signs.vtdFact(Sign.IOMMU_VCS, "ECAP.VCS", VtdRegisters::virtualCommand);
    signs.vtdFact(Sign.IOMMU_CACHING_MODE, "CAP.CM", VtdRegisters::cachingMode);
    signs.amd();
    signs.virtio();
    if (intel) {
      signs.vtdFact(Sign.IOMMU_SCALABLE, "ECAP.SMTS", VtdRegisters::scalableMode);
      signs.vtdFact(Sign.IOMMU_KNOWS_PASID, "ECAP.PASID", VtdRegisters::pasid);
    }
    signs.scalableMode();
    signs.pasid();
    sheet.fact(
        Sign.PASID_ISOLATION,
        Truth.NO,
        "no VT-d or AMD-Vi remapper compares PASIDs",
        "VT-d 5.10, 9.9: bits 127:84 of an entry are reserved");
    return signs;
  }

  /**
   * {@return what the VT-d unit that translates for a function says of PASIDs} Units differ: often
   * only those with accelerators behind them know PASIDs. Without a unit of its own, a function has
   * what the machine has.
   */
  Evidence of(PciAddress function) {
    String unit =
        sheet
            .tree()
            .link("sys/bus/pci/devices/" + function + "/iommu")
            .orElse("")
            .replaceAll(".*/", "");
    Vtd own = vtd.get(unit);
    if (own == null || vtd.size() == 1) {
      return Evidence.NONE;
    }
    VtdRegisters registers = own.registers();
    Truth knows = Truth.of(registers.pasid());
    Truth scalable = Truth.of(registers.scalableMode());
    String name = unit + ": ";
    return Evidence.NONE
        .with(fact(Sign.IOMMU_SCALABLE, scalable, name + "ECAP.SMTS", own))
        .with(fact(Sign.IOMMU_KNOWS_PASID, knows, name + "ECAP.PASID", own))
        .with(pasids(knows.and(scalable), own));
  }

  private static Fact fact(Sign sign, Truth truth, String bit, Vtd unit) {
    return Sheet.made(sign, truth, bit + " is " + (truth == Truth.YES ? 1 : 0), unit.source());
  }

  private Fact pasids(Truth can, Vtd unit) {
    Evidence seen = sheet.evidence();
    return Sheet.made(
        Sign.IOMMU_PASID,
        can.and(seen.truth(Sign.SCALABLE_MODE_ASKED)).and(seen.truth(Sign.IOMMU_PRESENT)),
        can == Truth.YES
            ? "PASIDs and scalable mode; " + seen.fact(Sign.SCALABLE_MODE_ASKED).detail()
            : "no PASIDs in scalable mode",
        unit.source());
  }

  private void present() {
    if (!units.isEmpty()) {
      sheet.fact(Sign.IOMMU_PRESENT, Truth.YES, String.join(", ", units), UNITS);
    } else if (sheet.tree().exists(UNITS) || sheet.tree().exists("sys/bus/pci")) {
      sheet.fact(Sign.IOMMU_PRESENT, Truth.NO, "the kernel uses none", UNITS);
    } else {
      sheet.unknown(Sign.IOMMU_PRESENT, "sysfs is not there", UNITS);
    }
  }

  private void readVtd() {
    for (String unit : units) {
      String folder = UNITS + "/" + unit + "/intel-iommu/";
      Optional<Long> cap = hex(folder + "cap");
      Optional<Long> ecap = hex(folder + "ecap");
      if (cap.isPresent() && ecap.isPresent()) {
        int version = version(sheet.tree().text(folder + "version").orElse(""));
        vtd.put(unit, new Vtd(new VtdRegisters(version, cap.get(), ecap.get()), folder));
      }
    }
    int number = 0;
    for (String line : sheet.tree().text(LOG).orElse("").split("\n")) {
      number++;
      Matcher match = LOGGED.matcher(line);
      if (match.find() && !vtd.containsKey(match.group(1))) {
        VtdRegisters registers =
            new VtdRegisters(
                version(match.group(2)),
                Long.parseUnsignedLong(match.group(3), 16),
                Long.parseUnsignedLong(match.group(4), 16));
        vtd.put(match.group(1), new Vtd(registers, LOG + ":" + number));
      }
    }
    vtd.forEach(
        (unit, each) ->
            sheet.detail(
                "%s: VT-d version %d.%d, CAP %#x, ECAP %#x: %s"
                    .formatted(
                        unit,
                        each.registers().version() >>> 4,
                        each.registers().version() & 0xf,
                        each.registers().cap(),
                        each.registers().ecap(),
                        String.join(" ", each.registers().names()))));
  }

  private void vtdFact(Sign sign, String bit, Predicate<VtdRegisters> says) {
    for (Map.Entry<String, Vtd> unit : vtd.entrySet()) {
      if (says.test(unit.getValue().registers())) {
        sheet.fact(sign, Truth.YES, unit.getKey() + ": " + bit + " is 1", unit.getValue().source());
        return;
      }
    }
    String source = vtd.values().stream().map(Vtd::source).findFirst().orElse(UNITS);
    if (!vtd.isEmpty()) {
      sheet.fact(sign, Truth.NO, bit + " is 0 in every unit", source);
    } else if (sheet.tree().exists("sys/firmware/acpi/tables/DMAR")) {
      sheet.unknown(sign, "the kernel does not show the registers of the VT-d unit", UNITS);
    } else {
      none(sign, "no VT-d unit");
    }
  }

  private void amd() {
    for (String unit : units) {
      String path = UNITS + "/" + unit + "/amd-iommu/cap";
      Optional<Long> cap = hex(path);
      if (cap.isPresent()) {
        boolean caches = (cap.get() & NP_CACHE) != 0;
        sheet.detail("%s: AMD-Vi, capability %#x".formatted(unit, cap.get()));
        sheet.fact(
            Sign.AMD_NPCACHE, Truth.of(caches), unit + ": NpCache is " + (caches ? 1 : 0), path);
        return;
      }
    }
    if (sheet.tree().exists("sys/firmware/acpi/tables/IVRS")) {
      sheet.unknown(
          Sign.AMD_NPCACHE, "the kernel does not show the capability of the IOMMU", UNITS);
    } else {
      none(Sign.AMD_NPCACHE, "no AMD IOMMU");
    }
  }

  private void virtio() {
    for (String device : sheet.tree().list("sys/bus/virtio/devices")) {
      String path = "sys/bus/virtio/devices/" + device + "/device";
      if (sheet.tree().text(path).orElse("").equals(VIRTIO_IOMMU_TYPE)) {
        sheet.fact(Sign.VIRTIO_IOMMU, Truth.YES, device + " is of type 23", path);
        return;
      }
    }
    if (AcpiSigns.virtioIommu(sheet)) {
      sheet.fact(
          Sign.VIRTIO_IOMMU,
          Truth.YES,
          "the firmware describes one",
          "sys/firmware/acpi/tables/VIOT");
    } else {
      none(Sign.VIRTIO_IOMMU, "none found");
    }
  }

  private void none(Sign sign, String why) {
    boolean looked = sheet.tree().exists(UNITS) || sheet.tree().exists("sys/bus/pci");
    sheet.fact(sign, looked ? Truth.NO : Truth.UNKNOWN, looked ? why : "sysfs is not there", UNITS);
  }

  /** The kernel's side of scalable mode: its command line, else how it was built. */
  private void scalableMode() {
    String line = sheet.tree().text("proc/cmdline").orElse("");
    Matcher asked = Pattern.compile("\\bintel_iommu=\\S*\\bsm_(on|off)\\b").matcher(line);
    if (asked.find()) {
      sheet.fact(
          Sign.SCALABLE_MODE_ASKED,
          Truth.of(asked.group(1).equals("on")),
          "sm_" + asked.group(1),
          "proc/cmdline:1");
      return;
    }
    sheet
        .option("CONFIG_INTEL_IOMMU_SCALABLE_MODE_DEFAULT_ON")
        .ifPresentOrElse(
            option ->
                sheet.fact(
                    Sign.SCALABLE_MODE_ASKED,
                    Truth.of(option.text().endsWith("=y")),
                    "neither sm_on nor sm_off; " + Sheet.printable(option.text()),
                    option.source()),
            () ->
                sheet.unknown(
                    Sign.SCALABLE_MODE_ASKED,
                    "neither sm_on nor sm_off, and the kernel's default cannot be read",
                    "proc/cmdline:1"));
  }

  private void pasid() {
    if (!vtd.isEmpty()) {
      Evidence seen = sheet.evidence();
      Truth can = seen.truth(Sign.IOMMU_KNOWS_PASID).and(seen.truth(Sign.IOMMU_SCALABLE));
      sheet.fact(pasids(can, vtd.values().iterator().next()));
      return;
    }
    for (String unit : units) {
      String path = UNITS + "/" + unit + "/amd-iommu/features";
      Optional<Long> features = hex(path);
      if (features.isPresent()) {
        // Extended feature register: bit 4 guest translation, 36:32 bits of a PASID minus one.
        boolean guest = (features.get() >>> 4 & 1) != 0 && (features.get() >>> 32 & 0x1f) != 0;
        sheet.fact(
            Sign.IOMMU_PASID,
            Truth.of(guest),
            "%s: features %#x".formatted(unit, features.get()),
            path);
        return;
      }
    }
    none(Sign.IOMMU_PASID, units.isEmpty() ? "no IOMMU in use" : "none that is known to");
  }

  private static int version(String text) {
    Matcher match = Pattern.compile("^(\\d{1,2}):(\\d{1,2})$").matcher(text);
    return match.find()
        ? (Integer.parseInt(match.group(1)) & 0xf) << 4 | (Integer.parseInt(match.group(2)) & 0xf)
        : 0;
  }

  private Optional<Long> hex(String path) {
    return sheet
        .tree()
        .text(path)
        .map(text -> text.split(":", 2)[0])
        .filter(text -> text.matches("[0-9a-fA-F]{1,16}"))
        .map(text -> Long.parseUnsignedLong(text, 16));
  }
}
