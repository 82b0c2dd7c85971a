package dev.adit.platform.gather;

import dev.adit.platform.Sign;
import dev.adit.platform.Truth;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What the processor says: architecture, hypervisor bit, hypervisor leaf, ENQCMD. */
final class ProcessorSigns {
  /** CPUID leaf 0x40000000 as four little-endian registers: EAX, EBX, ECX, EDX. */
  static final String LEAF = "adit/cpuid-40000000";

  private static final String CPUINFO = "proc/cpuinfo";
  private static final List<String> SIGNATURES =
      List.of(
          "KVMKVMKVM",
          "Linux KVM Hv",
          "TCGTCGTCGTCG",
          "VMwareVMware",
          "XenVMMXenVMM",
          "Microsoft Hv",
          "VBoxVBoxVBox",
          "bhyve bhyve",
          "prl hyperv",
          "lrpepyh vr",
          "ACRNACRNACRN",
          "Jailhouse",
          "QNXQVMBSQG",
          "HAXMHAXMHAXM",
          "EVMMEVMMEVMM",
          "SRESRESRESRE",
          "UnisysSpar64");

  private ProcessorSigns() {}

  static void gather(Sheet sheet) {
    String architecture = architecture(sheet);
    boolean x86 = architecture.equals("x86");
    if (architecture.isEmpty()) {
      sheet.unknown(Sign.ARCHITECTURE_TEST, CPUINFO + " " + sheet.why(CPUINFO), CPUINFO);
    } else {
      sheet.fact(Sign.ARCHITECTURE_TEST, Truth.of(x86), architecture, CPUINFO);
    }
    flags(sheet, x86);
    leaf(sheet, architecture);
  }

  private static String architecture(Sheet sheet) {
    for (String[] mark :
        new String[][] {
          {"vendor_id", "x86"}, {"CPU implementer", "Arm"}, {"isa", "RISC-V"}, {"cpu\t", "POWER"}
        }) {
      if (sheet.line(CPUINFO, line -> line.startsWith(mark[0])).isPresent()) {
        return mark[1];
      }
    }
    return "";
  }

  private static void flags(Sheet sheet, boolean x86) {
    Optional<Sheet.Line> flags = sheet.line(CPUINFO, line -> line.startsWith("flags"));
    if (!x86 || flags.isEmpty()) {
      String why = x86 ? "the processor lists no flags" : "no CPUID here";
      sheet.unknown(Sign.CPUID_HYPERVISOR, why, CPUINFO);
      sheet.unknown(Sign.CPU_ENQCMD, why, CPUINFO);
      return;
    }
    String words = " " + flags.get().text() + " ";
    flag(sheet, Sign.CPUID_HYPERVISOR, words, "hypervisor", flags.get().source());
    flag(sheet, Sign.CPU_ENQCMD, words, "enqcmd", flags.get().source());
  }

  private static void flag(Sheet sheet, Sign sign, String words, String flag, String source) {
    boolean there = words.contains(" " + flag + " ");
    sheet.fact(
        sign, Truth.of(there), "flag '" + flag + "' is " + (there ? "set" : "not set"), source);
  }

  private static void leaf(Sheet sheet, String architecture) {
    if (!architecture.equals("x86") && !architecture.isEmpty()) {
      sheet.fact(Sign.HYPERVISOR_LEAF, Truth.NO, "no CPUID here", CPUINFO);
      return;
    }
    Optional<byte[]> leaf = sheet.tree().read(LEAF).filter(bytes -> bytes.length >= 16);
    String source = "CPUID leaf 0x40000000";
    if (leaf.isEmpty()) {
      sheet.unknown(
          Sign.HYPERVISOR_LEAF,
          sheet.tree().exists(LEAF)
              ? "/dev/cpu/0/cpuid may not be read without root"
              : "no /dev/cpu/0/cpuid (module cpuid is not loaded)",
          source);
      return;
    }
    String text = new String(leaf.get(), 4, 12, StandardCharsets.ISO_8859_1);
    String shown = Sheet.printable(text);
    Truth known = Truth.of(SIGNATURES.contains(shown));
    sheet.fact(
        Sign.HYPERVISOR_LEAF,
        known,
        known == Truth.YES ? "signature '" + shown + "'" : "no signature of a hypervisor",
        source);
  }
}
