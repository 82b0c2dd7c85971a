package dev.adit.platform.gather;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.platform.Decision;
import dev.adit.platform.Ims;
import dev.adit.platform.Outcome;
import dev.adit.platform.Platform;
import dev.adit.platform.Sign;
import dev.adit.platform.Truth;
import dev.adit.platform.Use;
import dev.adit.platform.Verdict;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MachineTest {
  @ParameterizedTest
  @CsvSource({
    "QEMU, YES, NO",
    "Bochs, YES, NO",
    "KVM, YES, NO",
    "Xen, YES, NO",
    "'VMware, Inc.', YES, NO",
    "VMW, YES, NO",
    "innotek GmbH, YES, NO",
    "Oracle Corporation, YES, NO",
    "Parallels Software International Inc., YES, NO",
    "BHYVE, YES, NO",
    "Microsoft Corporation, NO, YES",
    "Amazon EC2, NO, YES",
    "Contoso, NO, NO",
  })
  void theDmiVendorIsJudgedAsTheListSays(String vendor, Truth hypervisor, Truth shared) {
    Machine machine = machine(bare().file("sys/class/dmi/id/sys_vendor", vendor + "\n"));

    assertThat(machine.evidence().truth(Sign.DMI_HYPERVISOR)).isEqualTo(hypervisor);
    assertThat(machine.evidence().truth(Sign.DMI_SHARED_VENDOR)).isEqualTo(shared);
  }

  @Test
  void aMachineWithoutAnySignIsProbablyBareMetalAndSaysSo() {
    Verdict verdict = function(machine(bare()));

    assertThat(verdict.platform()).isEqualTo(Platform.PROBABLY_BARE_METAL);
    assertThat(verdict.outcome()).isEqualTo(Outcome.ALLOW);
    assertThat(verdict.caveats()).isNotEmpty();
    assertThat(verdict.unknown())
        .noneMatch(
            fact -> fact.sign().equals(Sign.SMBIOS_VM) || fact.sign().equals(Sign.DMI_HYPERVISOR));
  }

  @Test
  void theHypervisorFlagIsFoundWithItsLine() {
    Machine machine =
        machine(
            cpu(Tar.capture(), "fpu hypervisor lahf_lm")
                .file("proc/version", "Linux version 6.8.1"));

    assertThat(machine.evidence().fact(Sign.CPUID_HYPERVISOR).source()).isEqualTo("proc/cpuinfo:2");
    assertThat(function(machine).platform()).isEqualTo(Platform.NOT_BARE_METAL);
  }

  @Test
  void aFlagThatOnlyContainsTheWordDoesNotCount() {
    assertThat(
            machine(cpu(Tar.capture(), "fpu nohypervisor")).evidence().truth(Sign.CPUID_HYPERVISOR))
        .isEqualTo(Truth.NO);
  }

  @ParameterizedTest
  @CsvSource({
    "TCGTCGTCGTCG, YES",
    "KVMKVMKVM, YES",
    "'Microsoft Hv', YES",
    "GenuineIntel, NO",
    "'', NO"
  })
  void theHypervisorLeafCountsEvenWithTheBitHidden(String signature, Truth truth) {
    byte[] leaf = new byte[16];
    Tar.put(leaf, 4, signature);
    Machine machine = machine(bare().file("adit/cpuid-40000000", leaf));

    assertThat(machine.evidence().truth(Sign.HYPERVISOR_LEAF)).isEqualTo(truth);
  }

  @ParameterizedTest
  @CsvSource({"20, YES", "0, NO"})
  void smbiosTypeZeroIsRead(int extension, Truth truth) {
    byte[] raw = new byte[0x18];
    raw[1] = 0x18;
    raw[0x13] = (byte) extension;
    String path = "sys/firmware/dmi/entries/0-0/raw";

    assertThat(machine(bare().file(path, raw)).evidence().truth(Sign.SMBIOS_VM)).isEqualTo(truth);
    assertThat(
            machine(bare().file(path, Arrays.copyOf(raw, 0x12))).evidence().truth(Sign.SMBIOS_VM))
        .isEqualTo(Truth.NO);
    assertThat(
            machine(bare().file("adit/unreadable", path + "\n")).evidence().truth(Sign.SMBIOS_VM))
        .isEqualTo(Truth.UNKNOWN);
  }

  @ParameterizedTest
  @CsvSource({
    // cap, ecap, CM, VCS, PASID with sm_on
    "d2008c22260206, f00f4a, NO, NO, NO",
    "d2008c22260286, f00f4a, YES, NO, NO",
    "d2008c22260206, 100000f00f4a, NO, YES, NO",
    "d2008c22260206, 9980000001a, NO, NO, YES",
  })
  void vtdRegistersAreRead(String cap, String ecap, Truth cm, Truth vcs, Truth pasid) {
    Machine machine =
        machine(
            bare()
                .file("sys/class/iommu/dmar0/intel-iommu/cap", cap + "\n")
                .file("sys/class/iommu/dmar0/intel-iommu/ecap", ecap + "\n")
                .file("proc/cmdline", "intel_iommu=on,sm_on\n"));

    assertThat(machine.evidence().truth(Sign.IOMMU_CACHING_MODE)).isEqualTo(cm);
    assertThat(machine.evidence().truth(Sign.IOMMU_VCS)).isEqualTo(vcs);
    assertThat(machine.evidence().truth(Sign.IOMMU_PASID)).isEqualTo(pasid);
  }

  @Test
  void registersThatOnlyTheLogShowsAreFoundThere() {
    Machine machine =
        machine(
            bare()
                .file(
                    "adit/dmesg",
                    "x\n[ 0.1] DMAR: dmar0: reg_base_addr fed90000 ver 1:0 cap d2008c22260286 ecap"
                        + " f00f4a\n"));

    assertThat(machine.evidence().fact(Sign.IOMMU_CACHING_MODE).truth()).isEqualTo(Truth.YES);
    assertThat(machine.evidence().fact(Sign.IOMMU_CACHING_MODE).source()).isEqualTo("adit/dmesg:2");
  }

  @ParameterizedTest
  @CsvSource({"40f0f, NO", "4000f0f, YES"})
  void npCacheOfAmdIsRead(String cap, Truth truth) {
    assertThat(
            machine(bare().file("sys/class/iommu/ivhd0/amd-iommu/cap", cap))
                .evidence()
                .truth(Sign.AMD_NPCACHE))
        .isEqualTo(truth);
  }

  @Test
  void aVirtioIommuIsFoundByItsDeviceType() {
    assertThat(
            machine(bare().file("sys/bus/virtio/devices/virtio0/device", "0x0017\n"))
                .evidence()
                .truth(Sign.VIRTIO_IOMMU))
        .isEqualTo(Truth.YES);
  }

  @ParameterizedTest
  @CsvSource({
    "6.1.0-56-amd64, NO",
    "6.2.0, YES",
    "6.9.12-generic, YES",
    "6.10.0, NO",
    "6.12.94, NO",
    "7.2.12, NO",
    "5.15.0, NO"
  })
  void theKernelsEraIsKnown(String release, Truth ims) {
    Machine machine =
        machine(Tar.capture().file("proc/version", "Linux version " + release + " (x) #1"));

    assertThat(machine.evidence().truth(Sign.KERNEL_IMS)).isEqualTo(ims);
    assertThat(machine.kernel()).isEqualTo(release);
  }

  @ParameterizedTest
  @CsvSource({
    "'24: IR-PCI-MSIX-0000:00:01.0 0-edge x', YES",
    "'1: IR-IO-APIC 1-edge i8042', YES",
    "'24: PCI-MSI 1 0-edge x', NO",
    "'24: DMAR-MSI 0-edge dmar0', UNKNOWN"
  })
  void interruptRemappingIsSeenInTheNamesOfTheChips(String line, Truth truth) {
    assertThat(
            machine(bare().file("proc/interrupts", line + "\n"))
                .evidence()
                .truth(Sign.INTERRUPT_REMAPPING))
        .isEqualTo(truth);
  }

  @Test
  void anArchitectureWithoutATestIsNotGuessedAt() {
    Machine machine =
        machine(Tar.capture().file("proc/cpuinfo", "processor\t: 0\nCPU implementer\t: 0x41\n"));

    assertThat(function(machine).platform()).isEqualTo(Platform.NO_TEST);
    assertThat(function(machine).outcome()).isEqualTo(Outcome.MSI_X);
  }

  @Test
  void textOfAStrangerCannotSteerATerminal() {
    Machine machine =
        machine(
            Tar.capture()
                .file("sys/class/dmi/id/sys_vendor", "\u001b[31mEvil\u001b[0m")
                .file("sys/class/dmi/id/product_name", "\u0007x")
                .file("sys/class/iommu/\u001bdmar0/intel-iommu/cap", "d2008c22260286")
                .file("sys/class/iommu/\u001bdmar0/intel-iommu/ecap", "f00f4a"));

    assertThat(machine.evidence().facts().toString() + machine.details())
        .doesNotContain("\u001b", "\u0007");
  }

  private static Verdict function(Machine machine) {
    return Decision.decide(
        machine.evidence().assuming(Sign.FUNCTION_IMS, Truth.YES), Use.FUNCTION, Ims.AUTO);
  }

  private static Tar bare() {
    return cpu(Tar.capture(), "fpu vme")
        .file("proc/version", "Linux version 6.8.1")
        .entry("sys/firmware/acpi/tables/", '5', "", new byte[0])
        .entry("sys/class/iommu/", '5', "", new byte[0]);
  }

  private static Tar cpu(Tar tar, String flags) {
    return tar.file("proc/cpuinfo", "vendor_id\t: GenuineIntel\nflags\t\t: " + flags + "\n");
  }

  private static Machine machine(Tar tar) {
    return Machine.of(Capture.read("test.tar", tar.bytes()), address -> true);
  }
}
