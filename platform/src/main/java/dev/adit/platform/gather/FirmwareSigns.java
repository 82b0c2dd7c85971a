package dev.adit.platform.gather;

import dev.adit.platform.Sign;
import dev.adit.platform.Truth;
import dev.adit.platform.spec.Firmware;
import java.util.List;
import java.util.Optional;

/** What SMBIOS and DMI say. */
final class FirmwareSigns {
  private static final String ENTRY = "sys/firmware/dmi/entries/0-0/raw";
  private static final String TABLE = "sys/firmware/dmi/tables/DMI";
  private static final String VENDOR = "sys/class/dmi/id/sys_vendor";

  /** The list of the bare-metal test, version 3. */
  private static final List<String> HYPERVISORS =
      List.of(
          "QEMU",
          "Bochs",
          "KVM",
          "Xen",
          "VMware",
          "VMW",
          "innotek GmbH",
          "Oracle Corporation",
          "Parallels",
          "BHYVE");

  /** On the list once and dropped: their real machines carry the same string. */
  private static final List<String> SHARED = List.of("Microsoft Corporation", "Amazon EC2");

  private FirmwareSigns() {}

  static void gather(Sheet sheet) {
    smbios(sheet);
    dmi(sheet);
  }

  private static void smbios(Sheet sheet) {
    Optional<byte[]> entry = sheet.tree().read(ENTRY);
    String source = entry.isPresent() ? ENTRY : TABLE;
    if (entry.isEmpty()) {
      entry = sheet.tree().read(TABLE).flatMap(Firmware::find);
    }
    Optional<Boolean> virtual = entry.flatMap(Firmware::virtualMachine);
    if (virtual.isPresent()) {
      sheet.fact(
          Sign.SMBIOS_VM,
          Truth.of(virtual.get()),
          "type 0, byte 0x13, bit 4 is " + (virtual.get() ? "set" : "clear"),
          source);
    } else if (entry.isPresent()) {
      sheet.fact(Sign.SMBIOS_VM, Truth.NO, "structure 0 is too old to say", source);
    } else if (sheet.tree().exists(ENTRY) || sheet.tree().exists(TABLE)) {
      sheet.unknown(Sign.SMBIOS_VM, "the SMBIOS may not be read without root", source);
    } else if (sheet.tree().exists("sys/class/dmi/id")) {
      sheet.unknown(Sign.SMBIOS_VM, "the SMBIOS itself is not there, only its strings", source);
    } else if (sheet.tree().exists("sys/firmware")) {
      sheet.fact(Sign.SMBIOS_VM, Truth.NO, "the machine has no SMBIOS", "sys/firmware");
    } else {
      sheet.unknown(Sign.SMBIOS_VM, "the SMBIOS is not there", source);
    }
  }

  private static void dmi(Sheet sheet) {
    Optional<String> vendor = sheet.tree().text(VENDOR).map(Sheet::printable);
    if (vendor.isEmpty()) {
      boolean none = sheet.tree().exists("sys/firmware") && !sheet.tree().exists("sys/class/dmi");
      Truth truth = none ? Truth.NO : Truth.UNKNOWN;
      String why = none ? "the machine has no DMI strings" : "the vendor cannot be read";
      sheet.fact(Sign.DMI_HYPERVISOR, truth, why, VENDOR);
      sheet.fact(Sign.DMI_SHARED_VENDOR, truth, why, VENDOR);
      return;
    }
    String name = vendor.get();
    String seen = "'" + name + "'";
    sheet.fact(Sign.DMI_HYPERVISOR, Truth.of(oneOf(HYPERVISORS, name)), seen, VENDOR);
    sheet.fact(Sign.DMI_SHARED_VENDOR, Truth.of(oneOf(SHARED, name)), seen, VENDOR);
    sheet
        .tree()
        .text("sys/class/dmi/id/product_name")
        .ifPresent(product -> sheet.detail("DMI: " + name + ", " + Sheet.printable(product)));
  }

  private static boolean oneOf(List<String> names, String vendor) {
    return names.stream().anyMatch(vendor::contains);
  }
}
