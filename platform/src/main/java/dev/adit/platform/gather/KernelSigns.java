package dev.adit.platform.gather;

import dev.adit.platform.Sign;
import dev.adit.platform.Truth;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the kernel says: its version and IMS era, interrupt remapping, parameters. */
final class KernelSigns {
  private static final String VERSION = "proc/version";
  private static final String INTERRUPTS = "proc/interrupts";
  private static final String ACCEPT = "sys/module/adit_ims/parameters/accept_grant";
  private static final Pattern RELEASE =
      Pattern.compile("^Linux version ((\\d{1,4})\\.(\\d{1,4})\\S*)");
  private static final Pattern CHIP =
      Pattern.compile("^\\s*\\d+:.*?\\b((?:v?IR-)?(?:PCI-MSI|IO-APIC|PCI-MSIX|IMS)\\S*)");

  private KernelSigns() {}

  /** {@return the release of the kernel, or nothing} */
  static Optional<String> release(Sheet sheet) {
    return sheet
        .tree()
        .text(VERSION)
        .map(RELEASE::matcher)
        .filter(Matcher::find)
        .map(match -> Sheet.printable(match.group(1)));
  }

  static void gather(Sheet sheet) {
    era(sheet);
    remapping(sheet);
    sheet.fact(
        Sign.NATIVE_DECLARED,
        Truth.NO,
        "no firmware table can declare it",
        "ACPI 6.5; VT-d 5.10, 8.1");
    sheet.fact(
        Sign.HYPERCALL,
        Truth.NO,
        "no hypervisor is known to offer one",
        "Hyper-V, KVM, VMware, Xen");
    sheet.fact(
        Sign.HOST_TRANSLATES,
        Truth.NO,
        "no hypervisor is known to do so",
        "Hyper-V, KVM, VMware, Xen");
    accepted(sheet);
  }

  private static void era(Sheet sheet) {
    Matcher match = RELEASE.matcher(sheet.tree().text(VERSION).orElse(""));
    if (!match.find()) {
      sheet.unknown(Sign.KERNEL_IMS, "the kernel's version cannot be read", VERSION);
      return;
    }
    int major = Integer.parseInt(match.group(2));
    int minor = Integer.parseInt(match.group(3));
    boolean era = major == 6 && minor >= 2 && minor <= 9;
    String when =
        era
            ? "has the IMS interface of 6.2 to 6.9"
            : major < 6 || (major == 6 && minor < 2)
                ? "is older than 6.2, the first with IMS"
                : "is newer than 6.9, the last with IMS";
    sheet.fact(
        Sign.KERNEL_IMS,
        Truth.of(era),
        "Linux " + Sheet.printable(match.group(1)) + " " + when,
        VERSION + ":1");
  }

  private static void remapping(Sheet sheet) {
    Optional<Sheet.Line> remapped =
        sheet.line(INTERRUPTS, line -> chip(line).map(name -> name.contains("IR-")).orElse(false));
    Optional<Sheet.Line> plain = sheet.line(INTERRUPTS, line -> chip(line).isPresent());
    if (remapped.isPresent()) {
      String name = chip(remapped.get().text()).orElse("");
      sheet.fact(
          Sign.INTERRUPT_REMAPPING,
          Truth.YES,
          "interrupts come by " + name,
          remapped.get().source());
    } else if (plain.isPresent()) {
      String name = chip(plain.get().text()).orElse("");
      sheet.fact(
          Sign.INTERRUPT_REMAPPING,
          Truth.NO,
          "interrupts come by " + name + ", not by a chip with IR-",
          plain.get().source());
    } else {
      sheet.unknown(
          Sign.INTERRUPT_REMAPPING,
          INTERRUPTS + " tells of no chip that could be remapped",
          INTERRUPTS);
    }
  }

  private static Optional<String> chip(String line) {
    Matcher match = CHIP.matcher(line);
    return match.find() ? Optional.of(Sheet.printable(match.group(1))) : Optional.empty();
  }

  private static void accepted(Sheet sheet) {
    Optional<String> set = sheet.tree().text(ACCEPT);
    sheet.fact(
        Sign.GRANT_ACCEPTED,
        Truth.of(set.map(value -> value.equals("Y")).orElse(false)),
        set.map(value -> "accept_grant=" + value).orElse("adit_ims is not loaded"),
        ACCEPT);
  }
}
