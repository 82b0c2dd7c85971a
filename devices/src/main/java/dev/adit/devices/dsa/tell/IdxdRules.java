package dev.adit.devices.dsa.tell;

import static dev.adit.platform.Condition.all;
import static dev.adit.platform.Condition.any;
import static dev.adit.platform.Condition.not;
import static dev.adit.platform.Condition.says;
import static dev.adit.platform.Rules.GUEST;
import static dev.adit.platform.Symptom.cause;

import dev.adit.platform.Sign;
import dev.adit.platform.Symptom;
import java.util.List;

/**
 * The questions that users of DSA and IAX ask, in their own words, and the causes behind them. All
 * rules that fire are causes; one is enough.
 */
final class IdxdRules {
  /** Why is pasid_enabled 0? */
  static final Symptom PASID_ENABLED =
      new Symptom(
          "idxd.pasid-enabled",
          "why is pasid_enabled 0?",
          not(says(IdxdSigns.PASID_ENABLED)),
          List.of(
              cause(
                  "idxd.not-bound",
                  not(says(IdxdSigns.BOUND)),
                  "The function is not bound to idxd, so there is no pasid_enabled: load the module"
                      + " idxd and bind it.",
                  "Linux 6.12, drivers/dma/idxd"),
              cause(
                  "idxd.guest-without-iommu",
                  all(GUEST, not(says(Sign.IOMMU_PRESENT))),
                  "This guest has no vIOMMU, and PASIDs need one in scalable mode. Without it use"
                      + " kernel-type, dedicated work queues (driver_name dmaengine or crypto).",
                  "intel/idxd-config, issue 5"),
              cause(
                  "idxd.no-table",
                  all(not(GUEST), not(says(Sign.FIRMWARE_IOMMU_TABLE))),
                  "The firmware describes no IOMMU: switch on VT-d (Intel VT for Directed I/O) in"
                      + " the firmware setup.",
                  "intel/idxd-config, issue 5"),
              cause(
                  "idxd.iommu-off",
                  all(says(Sign.FIRMWARE_IOMMU_TABLE), not(says(Sign.IOMMU_PRESENT))),
                  "The firmware describes an IOMMU and the kernel does not use it: boot with"
                      + " intel_iommu=on,sm_on.",
                  "intel/idxd-config, issue 5"),
              cause(
                  "idxd.no-scalable-mode",
                  all(says(Sign.IOMMU_PRESENT), not(says(Sign.IOMMU_SCALABLE))),
                  "The IOMMU cannot do scalable mode (ECAP.SMTS is 0). In a guest of QEMU:"
                      + " -device intel-iommu,x-scalable-mode=on.",
                  "VT-d 5.10, 11.4.3"),
              cause(
                  "idxd.scalable-mode-off",
                  all(says(Sign.IOMMU_SCALABLE), not(says(Sign.SCALABLE_MODE_ASKED))),
                  "The IOMMU can do scalable mode and the kernel does not use it: boot with"
                      + " intel_iommu=on,sm_on.",
                  "intel/idxd-config, issue 5"),
              cause(
                  "idxd.iommu-no-pasid",
                  all(says(Sign.IOMMU_SCALABLE), not(says(Sign.IOMMU_KNOWS_PASID))),
                  "The IOMMU does scalable mode without PASIDs (ECAP.PASID is 0).",
                  "VT-d 5.10, 11.4.3"),
              cause(
                  "idxd.no-pasid-capability",
                  not(says(Sign.FUNCTION_PASID)),
                  "The function shows no PASID capability; VFIO hides it from guests.",
                  "Linux 6.12, drivers/dma/idxd; microsoft/openvmm, 4375"),
              cause(
                  "idxd.no-ats",
                  any(not(says(Sign.FUNCTION_ATS)), not(says(Sign.FUNCTION_PRI))),
                  "The function shows no ATS or no PRI, which shared virtual addressing needs.",
                  "Linux 6.12, drivers/dma/idxd"),
              cause(
                  "idxd.sva-parameter",
                  not(says(IdxdSigns.SVA)),
                  "idxd is loaded with sva=0: load it with sva=1.",
                  "Linux 6.12, drivers/dma/idxd"),
              cause(
                  "idxd.kernel-without-svm",
                  not(says(IdxdSigns.KERNEL_SVM)),
                  "The kernel is built without CONFIG_INTEL_IDXD_SVM.",
                  "Linux 6.12, drivers/dma/Kconfig")));

  /** Why no shared wq support? */
  static final Symptom SHARED_WQ =
      new Symptom(
          "idxd.shared-wq",
          "why no shared wq support?",
          any(not(says(IdxdSigns.PASID_ENABLED)), not(says(Sign.CPU_ENQCMD))),
          List.of(
              cause(
                  "idxd.shared-needs-pasid",
                  not(says(IdxdSigns.PASID_ENABLED)),
                  "Shared work queues need PASIDs, and pasid_enabled is 0: see there.",
                  "intel/idxd-config, issues 29 and 78"),
              cause(
                  "idxd.guest-without-enqcmd",
                  all(GUEST, not(says(Sign.CPU_ENQCMD))),
                  "KVM shows ENQCMD to no guest, and shared work queues take nothing else: use"
                      + " dedicated ones.",
                  "Linux, arch/x86/kvm/cpuid.c"),
              cause(
                  "idxd.cpu-without-enqcmd",
                  all(not(GUEST), not(says(Sign.CPU_ENQCMD))),
                  "The processor has no ENQCMD, or the kernel switched it off; shared work queues"
                      + " take nothing else.",
                  "Linux 6.12, drivers/dma/idxd")));

  /** All questions. */
  static final List<Symptom> SYMPTOMS = List.of(PASID_ENABLED, SHARED_WQ);

  private IdxdRules() {}
}
