package dev.adit.platform;

import static dev.adit.platform.Outcome.ALLOW;
import static dev.adit.platform.Outcome.DENY;
import static dev.adit.platform.Outcome.MSI_X;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.IsolationLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class DecisionTest {
  @ParameterizedTest
  @CsvSource({
    // row, auto, on, off, caveats under auto, complaints under on
    "no-test,           MSI_X, ALLOW, MSI_X, 0, 0",
    "virtual,           MSI_X, MSI_X, MSI_X, 0, 1",
    "virtual-hypercall, ALLOW, ALLOW, MSI_X, 0, 0",
    "probably-bare,     ALLOW, ALLOW, MSI_X, 1, 0",
    "definitely-bare,   ALLOW, ALLOW, MSI_X, 0, 0",
  })
  void thePlatformAndTheSwitchDecideAsTheThreadSays(
      String id, Outcome auto, Outcome on, Outcome off, int caveats, int complaints) {
    TruthTable.Row row = row(TruthTable.PLATFORMS, id);

    assertThat(decide(row, Ims.AUTO).outcome()).isEqualTo(auto);
    assertThat(decide(row, Ims.ON).outcome()).isEqualTo(on);
    assertThat(decide(row, Ims.OFF).outcome()).isEqualTo(off);
    assertThat(decide(row, Ims.AUTO).caveats()).hasSize(caveats);
    assertThat(decide(row, Ims.ON).complaints()).hasSize(complaints);
  }

  @ParameterizedTest
  @CsvSource({
    "bare-function,               ALLOW, ALLOW",
    "bare-sub-device,             ALLOW, ALLOW",
    "bare-sub-device-guest-store, DENY,  DENY",
    "guest-function,              MSI_X, MSI_X",
    "guest-function-translated,   MSI_X, MSI_X",
    "guest-function-accepted,     ALLOW, ALLOW",
    "guest-function-hypercall,    ALLOW, ALLOW",
    "guest-passed-sub-device,     MSI_X, MSI_X",
    "guest-sub-device,            DENY,  DENY",
    "guest-own-iommu,             ALLOW, ALLOW",
  })
  void everyCaseComesOutAsTheTableSays(String id, Outcome auto, Outcome on) {
    TruthTable.Row row = row(TruthTable.CASES, id);

    assertThat(decide(row, Ims.AUTO).outcome()).isEqualTo(auto);
    assertThat(decide(row, Ims.ON).outcome()).isEqualTo(on);
    assertThat(decide(row, Ims.OFF).allowed()).isFalse();
  }

  @Test
  void queueMemoryIsAsGoodAsDeviceMemoryForAFunctionOnBareMetal() {
    assertThat(decide(TruthTable.BARE_METAL, Use.FUNCTION_QUEUE_STORE).outcome()).isEqualTo(ALLOW);
  }

  @ParameterizedTest
  @MethodSource("signsOfAVirtualMachine")
  void oneSignOfAVirtualMachineIsEnough(Sign sign) {
    Verdict verdict = decide(TruthTable.BARE_METAL.assuming(sign, Truth.YES), Use.FUNCTION, Ims.ON);

    assertThat(verdict.platform()).isEqualTo(Platform.NOT_BARE_METAL);
    assertThat(verdict.outcome()).isEqualTo(MSI_X);
    assertThat(verdict.complaints()).hasSize(1);
  }

  @Test
  void aGrantThatNobodyAcceptedIsNoHypercall() {
    Evidence granted = TruthTable.GUEST.assuming(Sign.HOST_TRANSLATES, Truth.YES);

    assertThat(decide(granted, Use.FUNCTION).rule().id()).isEqualTo("guest.function.no-hypercall");
    assertThat(decide(granted, Use.FUNCTION).changes())
        .containsExactly(
            new Verdict.Change(List.of(Sign.GRANT_ACCEPTED.remedy().orElseThrow()), ALLOW));
  }

  @Test
  void anAcceptedGrantIsNamedAsTheExtensionThatItIs() {
    Evidence accepted =
        TruthTable.GUEST
            .assuming(Sign.HOST_TRANSLATES, Truth.YES)
            .assuming(Sign.GRANT_ACCEPTED, Truth.YES);

    assertThat(decide(accepted, Use.FUNCTION).caveats())
        .extracting(Rule::id)
        .containsExactly("caveat.accepted-grant");
    assertThat(decide(accepted, Use.FUNCTION_QUEUE_STORE).outcome())
        .as("nobody traps queue memory")
        .isEqualTo(MSI_X);
    assertThat(
            decide(accepted.assuming(Sign.INTERRUPT_REMAPPING, Truth.YES), Use.FUNCTION_QUEUE_STORE)
                .outcome())
        .as("a vIOMMU translates wherever the message lies")
        .isEqualTo(ALLOW);
    assertThat(decide(accepted, Use.SUB_DEVICE_HOST_STORE).outcome()).isEqualTo(DENY);
  }

  @Test
  void everySignOfAVirtualMachineIsShownNotOnlyTheFirst() {
    Evidence evidence =
        TruthTable.GUEST.assuming(Sign.IOMMU_VCS, Truth.YES).assuming(Sign.SMBIOS_VM, Truth.YES);

    assertThat(decide(evidence, Use.FUNCTION).fired().stream().map(f -> f.rule().id()))
        .contains("vm.iommu-vcs", "vm.cpuid", "vm.smbios");
  }

  @Test
  void vendorsThatAlsoMakeRealMachinesProveNothing() {
    Verdict verdict =
        decide(TruthTable.BARE_METAL.assuming(Sign.DMI_SHARED_VENDOR, Truth.YES), Use.FUNCTION);

    assertThat(verdict.outcome()).isEqualTo(ALLOW);
    assertThat(verdict.notes()).extracting(Rule::id).contains("note.shared-vendor");
  }

  @Test
  void withoutTheProcessorsAnswerAutoDoesNotGuess() {
    Verdict verdict = decide(Evidence.NONE, Use.FUNCTION);

    assertThat(verdict.platform()).isEqualTo(Platform.NO_TEST);
    assertThat(verdict.outcome()).isEqualTo(MSI_X);
    assertThat(verdict.unknown()).extracting(Fact::sign).contains(Sign.CPUID_HYPERVISOR);
  }

  @Test
  void missingAnswersThatWouldTurnAnAllowanceAreNamed() {
    Verdict verdict =
        decide(TruthTable.BARE_METAL.assuming(Sign.SMBIOS_VM, Truth.UNKNOWN), Use.FUNCTION);

    assertThat(verdict.outcome()).isEqualTo(ALLOW);
    assertThat(verdict.unknown()).extracting(Fact::sign).containsExactly(Sign.SMBIOS_VM);
    assertThat(verdict.changes())
        .containsExactly(
            new Verdict.Change(List.of("it turns out that " + Sign.SMBIOS_VM.text()), MSI_X));
  }

  @Test
  void aSubDeviceWithoutPasidsNeedsThemAndAnIommu() {
    Evidence evidence =
        TruthTable.BARE_METAL
            .assuming(Sign.IOMMU_PRESENT, Truth.NO)
            .assuming(Sign.IOMMU_PASID, Truth.NO);
    Verdict verdict = decide(evidence, Use.SUB_DEVICE_HOST_STORE);

    assertThat(verdict.outcome()).isEqualTo(MSI_X);
    assertThat(verdict.changes())
        .containsExactly(
            new Verdict.Change(
                List.of(
                    Sign.IOMMU_PRESENT.remedy().orElseThrow(),
                    Sign.IOMMU_PASID.remedy().orElseThrow()),
                ALLOW));
  }

  @Test
  void aDeviceWithItsOwnIommuNeedsNoOtherForItsSubDevices() {
    Evidence evidence =
        TruthTable.BARE_METAL
            .assuming(Sign.IOMMU_PRESENT, Truth.NO)
            .assuming(Sign.IOMMU_PASID, Truth.NO)
            .assuming(Sign.FUNCTION_OWN_IOMMU, Truth.YES);

    assertThat(decide(evidence, Use.SUB_DEVICE_HOST_STORE).outcome()).isEqualTo(ALLOW);
  }

  @Test
  void aGuestManagesSubDevicesOnlyWithMessagesAndPasidIsolation() {
    Evidence guest = TruthTable.GUEST_WITH_IOMMU;
    Evidence call = guest.assuming(Sign.HYPERCALL, Truth.YES);
    Evidence command = guest.assuming(Sign.IOMMU_VCS, Truth.YES);
    Evidence isolated = guest.assuming(Sign.PASID_ISOLATION, Truth.YES);

    assertThat(decide(call, Use.SUB_DEVICE_HOST_STORE).outcome()).isEqualTo(DENY);
    assertThat(decide(command, Use.SUB_DEVICE_HOST_STORE).outcome()).isEqualTo(DENY);
    assertThat(decide(isolated, Use.SUB_DEVICE_HOST_STORE).outcome()).isEqualTo(DENY);
    for (Evidence half : List.of(call, command)) {
      Verdict verdict =
          decide(half.assuming(Sign.PASID_ISOLATION, Truth.YES), Use.SUB_DEVICE_HOST_STORE);
      assertThat(verdict.outcome()).isEqualTo(ALLOW);
      assertThat(verdict.isolation()).isEqualTo(IsolationLevel.REMAPPER_PASID);
    }
  }

  @Test
  void isolationLevelsFollowWhatIsChecked() {
    Evidence bare = TruthTable.BARE_METAL;

    assertThat(decide(bare, Use.FUNCTION).isolation()).isEqualTo(IsolationLevel.REQUESTER_ID);
    assertThat(decide(bare, Use.SUB_DEVICE_HOST_STORE).isolation())
        .isEqualTo(IsolationLevel.DEVICE_PASID);
    assertThat(decide(bare, Use.SUB_DEVICE_GUEST_STORE).isolation())
        .isEqualTo(IsolationLevel.REQUESTER_ID);
    assertThat(
            decide(bare.assuming(Sign.INTERRUPT_REMAPPING, Truth.UNKNOWN), Use.FUNCTION)
                .isolation())
        .isEqualTo(IsolationLevel.NONE);
  }

  @Test
  void everyDenialSaysWhatWouldChangeIt() {
    for (TruthTable.Row row : rows()) {
      for (Ims ims : Ims.values()) {
        Verdict verdict = decide(row, ims);
        if (!verdict.allowed() && row.use().role() != Use.Role.PASSED_SUB_DEVICE) {
          assertThat(verdict.changes()).as("%s ims=%s", row.id(), ims).isNotEmpty();
        }
      }
    }
  }

  @Test
  void anyEvidenceGetsAVerdictThatItsOwnAnswersBearOut() {
    long seed = 0x1A51;
    Random random = new Random(seed);
    for (int i = 0; i < 4_000; i++) {
      Evidence evidence = random(random);
      Use use =
          new Use(
              pick(random, Use.Role.values()),
              pick(random, Use.Store.values()),
              pick(random, Use.Writer.values()));
      Ims ims = pick(random, Ims.values());
      String what = "seed " + seed + ", round " + i + ": " + use + " " + ims + " " + evidence;
      Verdict verdict = decide(evidence, use, ims);

      assertThat(verdict.outcome()).as(what).isEqualTo(Decision.outcome(evidence, use, ims));
      if (verdict.allowed()) {
        assertThat(ims).as(what).isNotEqualTo(Ims.OFF);
        assertThat(evidence.truth(Sign.FUNCTION_IMS)).as(what).isNotEqualTo(Truth.NO);
        assertThat(use.role()).as(what).isNotEqualTo(Use.Role.PASSED_SUB_DEVICE);
        if (evidence.truth(Sign.CPUID_HYPERVISOR) == Truth.YES
            && evidence.truth(Sign.IOMMU_VCS) != Truth.YES) {
          Truth accepted =
              evidence.truth(Sign.HOST_TRANSLATES).and(evidence.truth(Sign.GRANT_ACCEPTED));
          assertThat(evidence.truth(Sign.HYPERCALL).or(accepted)).as(what).isEqualTo(Truth.YES);
        }
      }
      if (verdict.platform() == Platform.PROBABLY_BARE_METAL) {
        assertThat(evidence.truth(Sign.SMBIOS_VM)).as(what).isNotEqualTo(Truth.YES);
        assertThat(evidence.truth(Sign.CPUID_HYPERVISOR)).as(what).isEqualTo(Truth.NO);
        assertThat(verdict.allowed() && ims == Ims.AUTO && verdict.caveats().isEmpty())
            .as(what)
            .isFalse();
      }
    }
  }

  @Test
  void ruleIdsAreUniqueAndEveryRuleNamesItsSource() {
    assertThat(Rules.list()).extracting(Rule::id).doesNotHaveDuplicates();
    assertThat(Rules.list()).allMatch(rule -> !rule.source().isBlank() && !rule.text().isBlank());
  }

  private static Verdict decide(TruthTable.Row row, Ims ims) {
    return Decision.decide(row.evidence(), row.use(), ims);
  }

  private static Verdict decide(Evidence evidence, Use use) {
    return decide(evidence, use, Ims.AUTO);
  }

  private static Verdict decide(Evidence evidence, Use use, Ims ims) {
    return Decision.decide(evidence, use, ims);
  }

  private static TruthTable.Row row(List<TruthTable.Row> rows, String id) {
    return rows.stream().filter(row -> row.id().equals(id)).findFirst().orElseThrow();
  }

  private static List<TruthTable.Row> rows() {
    List<TruthTable.Row> rows = new ArrayList<>(TruthTable.PLATFORMS);
    rows.addAll(TruthTable.CASES);
    return rows;
  }

  private static Evidence random(Random random) {
    Evidence evidence = Evidence.NONE;
    for (Sign sign : Sign.standard()) {
      evidence = evidence.assuming(sign, pick(random, Truth.values()));
    }
    return evidence;
  }

  private static <T> T pick(Random random, T[] values) {
    return values[random.nextInt(values.length)];
  }

  /** Each of them alone says that a machine is virtual. */
  private static List<Sign> signsOfAVirtualMachine() {
    return List.of(
        Sign.CPUID_HYPERVISOR,
        Sign.HYPERVISOR_LEAF,
        Sign.SMBIOS_VM,
        Sign.DMI_HYPERVISOR,
        Sign.IOMMU_VCS,
        Sign.IOMMU_CACHING_MODE,
        Sign.AMD_NPCACHE,
        Sign.VIRTIO_IOMMU,
        Sign.HOST_TRANSLATES);
  }
}
