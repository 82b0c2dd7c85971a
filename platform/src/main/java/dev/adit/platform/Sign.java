package dev.adit.platform;

import java.util.Optional;

/**
 * A question about a machine or about one of its functions that the rules ask. The answer is a
 * {@link Fact}. Signs that somebody can change carry what to do; they stand in the order of ease.
 */
public enum Sign {
  /** Whether a test for bare metal exists for this processor architecture. */
  ARCHITECTURE_TEST("the architecture has a test for bare metal"),

  /** CPUID.1:ECX bit 31, a convention among hypervisors. */
  CPUID_HYPERVISOR("the CPUID hypervisor bit is set"),

  /** The signature in CPUID leaf 0x40000000. */
  HYPERVISOR_LEAF("CPUID leaf 0x40000000 names a hypervisor"),

  /** SMBIOS type 0, byte 0x13, bit 4. */
  SMBIOS_VM("the SMBIOS says 'virtual machine'"),

  /** DMI system vendor on the list of hypervisors. */
  DMI_HYPERVISOR("the DMI system vendor is a hypervisor"),

  /** DMI system vendor that real machines and virtual ones share. */
  DMI_SHARED_VENDOR("the DMI system vendor makes real and virtual machines"),

  /** VT-d ECAP bit 44, 0 on all real hardware; also the virtual command interface itself. */
  IOMMU_VCS("the IOMMU reports the virtual command interface (ECAP.VCS)"),

  /** VT-d CAP bit 7. */
  IOMMU_CACHING_MODE("the IOMMU reports caching mode (CAP.CM)"),

  /** AMD IOMMU capability header bit 26. */
  AMD_NPCACHE("the AMD IOMMU caches not-present entries (NpCache)"),

  /** A virtio IOMMU, which is virtual by nature. */
  VIRTIO_IOMMU("the IOMMU is a virtio device"),

  /** The platform itself declares that IMS is native. No firmware table can say so today. */
  NATIVE_DECLARED("the platform declares native IMS"),

  /** The kernel has the IMS interface of Linux 6.2 to 6.9. */
  KERNEL_IMS("the kernel has an IMS interface"),

  /** Interrupt messages of the function pass a remapper that is switched on. */
  INTERRUPT_REMAPPING(
      "interrupt remapping is on",
      "switch on VT-d or AMD-Vi in the firmware setup and do not boot with intremap=off"),

  /** An IOMMU is there and in use by the kernel. */
  IOMMU_PRESENT(
      "an IOMMU is in use",
      "switch on VT-d or AMD-Vi in the firmware setup and boot with intel_iommu=on or"
          + " amd_iommu=on"),

  /** The IOMMU translates per PASID. */
  IOMMU_PASID(
      "the IOMMU translates per PASID",
      "use an IOMMU with PASIDs; on VT-d boot with intel_iommu=on,sm_on for scalable mode"),

  /** The function has the PASID capability. */
  FUNCTION_PASID(
      "the function has PASIDs", "use a function whose PASID capability is there and visible"),

  /** The function has a store for interrupt messages beyond MSI and MSI-X. */
  FUNCTION_IMS("the function has IMS", "use a function with IMS, or let the VMM show its DVSEC"),

  /** The device translates by itself and needs no IOMMU for its sub-devices. */
  FUNCTION_OWN_IOMMU("the device has an IOMMU of its own"),

  /** The device compares the PASID of a work item with the one beside the message. */
  FUNCTION_PASID_CHECK("the device checks the PASID of a message entry"),

  /** The firmware describes an IOMMU (DMAR, IVRS, IORT or VIOT). */
  FIRMWARE_IOMMU_TABLE("the firmware describes an IOMMU"),

  /** The IOMMU can do scalable mode (VT-d ECAP.SMTS). */
  IOMMU_SCALABLE("the IOMMU can do scalable mode (ECAP.SMTS)"),

  /** The kernel uses scalable mode where the IOMMU can do it. */
  SCALABLE_MODE_ASKED("the kernel is asked for scalable mode"),

  /** The IOMMU knows PASIDs (VT-d ECAP.PASID). */
  IOMMU_KNOWS_PASID("the IOMMU knows PASIDs (ECAP.PASID)"),

  /** The processor has ENQCMD. */
  CPU_ENQCMD("the processor has ENQCMD"),

  /** The function has the ATS capability. */
  FUNCTION_ATS("the function has ATS"),

  /** The function has the page request capability. */
  FUNCTION_PRI("the function has PRI"),

  /** A DSA or IAX function is bound to the driver idxd. */
  IDXD_BOUND("the function is bound to idxd"),

  /** The attribute pasid_enabled of idxd. */
  IDXD_PASID_ENABLED("pasid_enabled is 1"),

  /** The parameter sva of idxd. */
  IDXD_SVA("idxd's parameter sva is on"),

  /** The kernel is built with shared virtual memory for idxd. */
  KERNEL_IDXD_SVM("the kernel is built with CONFIG_INTEL_IDXD_SVM"),

  /** The host says at the function that it translates messages which the guest composes. */
  HOST_TRANSLATES("the host says that it translates the messages the guest composes"),

  /** The guest's administrator takes the host's word for that: an extension of Adit. */
  GRANT_ACCEPTED(
      "the guest's administrator accepts a host that translates messages",
      "load adit_ims with accept_grant=1, which goes past the discussion (docs/ims-in-guests.md)"),

  /** Hypervisor and guest agree on a call that returns real messages. */
  HYPERCALL(
      "the hypervisor offers a call that returns real interrupt messages",
      "run under a hypervisor that composes the messages of IMS by a hypercall"),

  /** The remapper of the physical machine tells PASIDs apart. */
  PASID_ISOLATION(
      "the physical remapper isolates interrupts by PASID",
      "use a remapper that checks PASIDs; no hardware does, up to VT-d 5.10");

  private final String text;
  private final String remedy;

  Sign(String text) {
    this(text, "");
  }

  Sign(String text, String remedy) {
    this.text = text;
    this.remedy = remedy;
  }

  /** {@return the question as a statement} */
  public String text() {
    return text;
  }

  /** {@return how somebody can make the statement true, if that is possible at all} */
  public Optional<String> remedy() {
    return remedy.isEmpty() ? Optional.empty() : Optional.of(remedy);
  }

  /** {@return the name in output and rules, such as {@code iommu-vcs}} */
  public String id() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
