package dev.adit.devices.dsa.tell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.platform.Diagnosis;
import dev.adit.platform.Ims;
import dev.adit.platform.Outcome;
import dev.adit.platform.Platform;
import dev.adit.platform.Rule;
import dev.adit.platform.Sign;
import dev.adit.platform.Truth;
import dev.adit.platform.Verdict;
import dev.adit.platform.gather.Assessment;
import dev.adit.platform.gather.Machine;
import dev.adit.platform.gather.MemoryTree;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class IdxdTest {
  private static final String DSA = "sys/bus/pci/devices/0000:6a:01.0";
  private static final String SCALABLE = "9980000001a";

  @Test
  void aDsaOnBareMetalWithEverythingMayUseImsForItsSubDevices() {
    Assessment assessment = assess(host("intel_iommu=on,sm_on", SCALABLE, "1"));
    List<Verdict> verdicts = assessment.functions().getFirst().verdicts();

    assertThat(verdicts)
        .extracting(Verdict::outcome)
        .containsExactly(Outcome.ALLOW, Outcome.ALLOW, Outcome.DENY, Outcome.MSI_X);
    assertThat(verdicts)
        .extracting(verdict -> verdict.isolation().number())
        .containsExactly(1, 2, 1, 2);
    assertThat(assessment.functions().getFirst().diagnoses())
        .extracting(Diagnosis::seen)
        .containsExactly(Truth.NO, Truth.NO);
  }

  @ParameterizedTest
  @CsvSource({
    "'intel_iommu=on,sm_off', 9980000001a, idxd.scalable-mode-off",
    "'intel_iommu=on,sm_on', f00f4a, idxd.no-scalable-mode",
    "'intel_iommu=on,sm_on', 8980000001a, idxd.iommu-no-pasid",
  })
  void pasidEnabledZeroHasItsCauseNamed(String line, String ecap, String cause) {
    Diagnosis diagnosis = pasid(host(line, ecap, "0"));

    assertThat(diagnosis.symptom()).isEqualTo(IdxdRules.PASID_ENABLED);
    assertThat(diagnosis.seen()).isEqualTo(Truth.YES);
    assertThat(diagnosis.causes()).extracting(Rule::id).containsExactly(cause);
  }

  @Test
  void theUnitBeforeTheDeviceCountsNotAnotherOne() {
    String line = "intel_iommu=on,sm_on";
    MemoryTree able = host(line, SCALABLE, "0").link(DSA + "/iommu", "../../virtual/iommu/dmar1");
    MemoryTree unable =
        host(line, "8980000001a", "0").link(DSA + "/iommu", "../../virtual/iommu/dmar1");

    Diagnosis other = pasid(unit(able, "dmar1", "8980000001a"));
    assertThat(other.causes()).extracting(Rule::id).containsExactly("idxd.iommu-no-pasid");
    assertThat(pasid(unit(unable, "dmar1", SCALABLE)).causes())
        .extracting(Rule::id)
        .doesNotContain("idxd.iommu-no-pasid");
  }

  @Test
  void aFirmwareWithoutDmarAndAKernelThatIgnoresItAreToldApart() {
    MemoryTree without = machine("").file(DSA + "/dsa0/pasid_enabled", "0\n");
    MemoryTree ignored =
        machine("")
            .file(DSA + "/dsa0/pasid_enabled", "0\n")
            .file("sys/firmware/acpi/tables/DMAR", "x");

    assertThat(pasid(without).causes()).extracting(Rule::id).containsExactly("idxd.no-table");
    assertThat(pasid(ignored).causes()).extracting(Rule::id).containsExactly("idxd.iommu-off");
  }

  @Test
  void aGuestWithoutIommuIsToldWhichQueuesItCanUse() {
    MemoryTree guest = machine("hypervisor").file(DSA + "/dsa0/pasid_enabled", "0\n");
    List<Diagnosis> diagnoses = assess(guest).functions().getFirst().diagnoses();

    assertThat(diagnoses.get(0).causes())
        .extracting(Rule::id)
        .containsExactly("idxd.guest-without-iommu");
    assertThat(diagnoses.get(0).causes().getFirst().text()).contains("dedicated work queues");
    assertThat(diagnoses.get(1).symptom().question()).isEqualTo("why no shared wq support?");
    assertThat(diagnoses.get(1).causes())
        .extracting(Rule::id)
        .containsExactly("idxd.shared-needs-pasid", "idxd.guest-without-enqcmd");
  }

  @Test
  void aHiddenConfigurationSpaceMakesImsUnknownNotAbsent() {
    MemoryTree tree = machine("").file(DSA + "/config", java.util.Arrays.copyOf(dsa(), 64));
    Machine.Part part = Machine.of(tree, at -> true).functions().getFirst();

    assertThat(part.evidence().truth(Sign.FUNCTION_IMS)).isEqualTo(Truth.UNKNOWN);
    assertThat(part.evidence().truth(Sign.FUNCTION_PASID)).isEqualTo(Truth.UNKNOWN);
  }

  @ParameterizedTest
  @CsvSource({
    // header, flags, accepted; the rule that decides
    "01014d49, 2, N, guest.function.hypercall",
    "01014d49, 1, N, guest.function.no-hypercall",
    "01014d49, 1, Y, guest.function.accepted-grant",
    "01014d49, 0, Y, guest.function.no-hypercall",
    "01014d50, 3, Y, guest.function.no-hypercall",
    "01004d49, 3, Y, guest.function.no-hypercall",
    "00c14d49, 3, Y, guest.function.no-hypercall",
  })
  void theHostsGrantAtAFunctionIsRead(String header, int flags, String accepted, String rule) {
    byte[] config = dsa();
    put(config, 0x240, 0x26010013);
    put(config, 0x260, 0x0001000b);
    put(config, 0x264, Integer.parseUnsignedInt(header, 16));
    put(config, 0x268, flags);
    MemoryTree tree =
        machine("hypervisor")
            .file("sys/module/adit_ims/parameters/accept_grant", accepted + "\n")
            .file(DSA + "/config", config);

    assertThat(assess(tree).functions().getFirst().verdicts().getFirst().rule().id())
        .isEqualTo(rule);
  }

  @Test
  void aHostThatTranslatesGivesItselfAway() {
    byte[] config = dsa();
    put(config, 0x240, 0x26010013);
    put(config, 0x260, 0x0001000b);
    put(config, 0x264, 0x01014d49);
    put(config, 0x268, 1);
    Assessment assessment = assess(machine("").file(DSA + "/config", config));

    assertThat(assessment.functions().getFirst().verdicts().getFirst().platform())
        .isEqualTo(Platform.NOT_BARE_METAL);
  }

  private static Diagnosis pasid(MemoryTree tree) {
    return assess(tree).functions().getFirst().diagnoses().getFirst();
  }

  private static Assessment assess(MemoryTree tree) {
    Machine machine = Machine.of(tree, at -> true);
    return Assessment.of(machine, Ims.AUTO, part -> false);
  }

  private static MemoryTree host(String line, String ecap, String pasidEnabled) {
    return machine("enqcmd")
        .file("proc/cmdline", line)
        .file("sys/firmware/acpi/tables/DMAR", "x")
        .file("sys/class/iommu/dmar0/intel-iommu/cap", "d2008c22260206\n")
        .file("sys/class/iommu/dmar0/intel-iommu/ecap", ecap + "\n")
        .file(DSA + "/dsa0/pasid_enabled", pasidEnabled + "\n");
  }

  private static MemoryTree unit(MemoryTree tree, String name, String ecap) {
    return tree.file("sys/class/iommu/" + name + "/intel-iommu/cap", "d2008c22260206\n")
        .file("sys/class/iommu/" + name + "/intel-iommu/ecap", ecap + "\n");
  }

  private static MemoryTree machine(String flag) {
    return new MemoryTree("test")
        .file("proc/version", "Linux version 6.8.1")
        .file("proc/cpuinfo", "vendor_id\t: GenuineIntel\nflags\t\t: fpu " + flag + "\n")
        .file("proc/interrupts", "24: IR-PCI-MSIX-0000:6a:01.0 0-edge idxd-misc\n")
        .file("sys/module/idxd/parameters/sva", "Y\n")
        .file("adit/config", "CONFIG_INTEL_IDXD_SVM=y\n")
        .folder("sys/firmware/acpi/tables")
        .folder("sys/class/iommu")
        .link(DSA + "/driver", "../../../../bus/pci/drivers/idxd")
        .file(DSA + "/config", dsa());
  }

  /** What of a DSA's configuration space matters here. */
  private static byte[] dsa() {
    byte[] config = new byte[4096];
    put(config, 0x00, 0x0b258086);
    put(config, 0x04, 0x00100000);
    put(config, 0x34, 0x40);
    put(config, 0x40, 0x10);
    put(config, 0x104, 0x01808086);
    put(config, 0x108, 5);
    put(config, 0x10c, 1);
    put(config, 0x110, 1);
    put(config, 0x114, 1);
    put(config, 0x100, 0x22010023);
    put(config, 0x220, 0x2301000f);
    put(config, 0x230, 0x2401001b);
    put(config, 0x234, 0x1404);
    put(config, 0x240, 0x00010013);
    return config;
  }

  private static void put(byte[] config, int at, int value) {
    for (int i = 0; i < 4; i++) {
      config[at + i] = (byte) (value >>> (8 * i));
    }
  }
}
