package dev.adit.platform;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A question about a machine or about one of its functions that the rules ask. The answer is a
 * {@link Fact}. Those that every machine or function can answer stand here; a family of devices
 * makes more of its own. Signs that somebody can change carry what to do; they stand in the order
 * of ease.
 */
public final class Sign implements Comparable<Sign> {
  private static final List<Sign> STANDARD = new ArrayList<>();

  /** What a sign is about. */
  public enum Subject {
    /** The machine. */
    MACHINE,
    /** A function of it. */
    FUNCTION,
    /** The machine, but only users' questions ask for it; no verdict depends on it. */
    QUESTION
  }

  /** Whether a test for bare metal exists for this processor architecture. */
  public static final Sign ARCHITECTURE_TEST =
      standard(Subject.MACHINE, "architecture-test", "the architecture has a test for bare metal");

  /** CPUID.1:ECX bit 31, a convention among hypervisors. */
  public static final Sign CPUID_HYPERVISOR =
      standard(Subject.MACHINE, "cpuid-hypervisor", "the CPUID hypervisor bit is set");

  /** The signature in CPUID leaf 0x40000000. */
  public static final Sign HYPERVISOR_LEAF =
      standard(Subject.MACHINE, "hypervisor-leaf", "CPUID leaf 0x40000000 names a hypervisor");

  /** SMBIOS type 0, byte 0x13, bit 4. */
  public static final Sign SMBIOS_VM =
      standard(Subject.MACHINE, "smbios-vm", "the SMBIOS says 'virtual machine'");

  /** DMI system vendor on the list of hypervisors. */
  public static final Sign DMI_HYPERVISOR =
      standard(Subject.MACHINE, "dmi-hypervisor", "the DMI system vendor is a hypervisor");

  /** DMI system vendor that real machines and virtual ones share. */
  public static final Sign DMI_SHARED_VENDOR =
      standard(
          Subject.MACHINE,
          "dmi-shared-vendor",
          "the DMI system vendor makes real and virtual machines");

  /** VT-d ECAP bit 44, 0 on all real hardware; also the virtual command interface itself. */
  public static final Sign IOMMU_VCS =
      standard(
          Subject.MACHINE,
          "iommu-vcs",
          "the IOMMU reports the virtual command interface (ECAP.VCS)");

  /** VT-d CAP bit 7. */
  public static final Sign IOMMU_CACHING_MODE =
      standard(Subject.MACHINE, "iommu-caching-mode", "the IOMMU reports caching mode (CAP.CM)");

  /** AMD IOMMU capability header bit 26. */
  public static final Sign AMD_NPCACHE =
      standard(
          Subject.MACHINE, "amd-npcache", "the AMD IOMMU caches not-present entries (NpCache)");

  /** A virtio IOMMU, which is virtual by nature. */
  public static final Sign VIRTIO_IOMMU =
      standard(Subject.MACHINE, "virtio-iommu", "the IOMMU is a virtio device");

  /** The platform itself declares that IMS is native. No firmware table can say so today. */
  public static final Sign NATIVE_DECLARED =
      standard(Subject.MACHINE, "native-declared", "the platform declares native IMS");

  /** The kernel has the IMS interface of Linux 6.2 to 6.9. */
  public static final Sign KERNEL_IMS =
      standard(Subject.MACHINE, "kernel-ims", "the kernel has an IMS interface");

  /** Interrupt messages of the function pass a remapper that is switched on. */
  public static final Sign INTERRUPT_REMAPPING =
      standard(
          Subject.MACHINE,
          "interrupt-remapping",
          "interrupt remapping is on",
          "switch on VT-d or AMD-Vi in the firmware setup and do not boot with intremap=off");

  /** An IOMMU is there and in use by the kernel. */
  public static final Sign IOMMU_PRESENT =
      standard(
          Subject.MACHINE,
          "iommu-present",
          "an IOMMU is in use",
          "switch on VT-d or AMD-Vi in the firmware setup and boot with intel_iommu=on or"
              + " amd_iommu=on");

  /** The IOMMU translates per PASID. */
  public static final Sign IOMMU_PASID =
      standard(
          Subject.MACHINE,
          "iommu-pasid",
          "the IOMMU translates per PASID",
          "use an IOMMU with PASIDs; on VT-d boot with intel_iommu=on,sm_on for scalable mode");

  /** The function has the PASID capability. */
  public static final Sign FUNCTION_PASID =
      standard(
          Subject.FUNCTION,
          "function-pasid",
          "the function has PASIDs",
          "use a function whose PASID capability is there and visible");

  /** The function has a store for interrupt messages beyond MSI and MSI-X. */
  public static final Sign FUNCTION_IMS =
      standard(
          Subject.FUNCTION,
          "function-ims",
          "the function has IMS",
          "use a function with IMS, or let the VMM show its DVSEC");

  /** The device translates by itself and needs no IOMMU for its sub-devices. */
  public static final Sign FUNCTION_OWN_IOMMU =
      standard(Subject.FUNCTION, "function-own-iommu", "the device has an IOMMU of its own");

  /** The device compares the PASID of a work item with the one beside the message. */
  public static final Sign FUNCTION_PASID_CHECK =
      standard(
          Subject.FUNCTION,
          "function-pasid-check",
          "the device checks the PASID of a message entry");

  /** The firmware describes an IOMMU (DMAR, IVRS, IORT or VIOT). */
  public static final Sign FIRMWARE_IOMMU_TABLE =
      standard(Subject.MACHINE, "firmware-iommu-table", "the firmware describes an IOMMU");

  /** The IOMMU can do scalable mode (VT-d ECAP.SMTS). */
  public static final Sign IOMMU_SCALABLE =
      standard(Subject.MACHINE, "iommu-scalable", "the IOMMU can do scalable mode (ECAP.SMTS)");

  /** The kernel uses scalable mode where the IOMMU can do it. */
  public static final Sign SCALABLE_MODE_ASKED =
      standard(Subject.QUESTION, "scalable-mode-asked", "the kernel is asked for scalable mode");

  /** The IOMMU knows PASIDs (VT-d ECAP.PASID). */
  public static final Sign IOMMU_KNOWS_PASID =
      standard(Subject.MACHINE, "iommu-knows-pasid", "the IOMMU knows PASIDs (ECAP.PASID)");

  /** The processor has ENQCMD. */
  public static final Sign CPU_ENQCMD =
      standard(Subject.QUESTION, "cpu-enqcmd", "the processor has ENQCMD");

  /** The function has the ATS capability. */
  public static final Sign FUNCTION_ATS =
      standard(Subject.FUNCTION, "function-ats", "the function has ATS");

  /** The function has the page request capability. */
  public static final Sign FUNCTION_PRI =
      standard(Subject.FUNCTION, "function-pri", "the function has PRI");

  /** The host says at the function that it translates messages which the guest composes. */
  public static final Sign HOST_TRANSLATES =
      standard(
          Subject.MACHINE,
          "host-translates",
          "the host says that it translates the messages the guest composes");

  /** The guest's administrator takes the host's word for that: an extension of Adit. */
  public static final Sign GRANT_ACCEPTED =
      standard(
          Subject.MACHINE,
          "grant-accepted",
          "the guest's administrator accepts a host that translates messages",
          "load adit_ims with accept_grant=1, which goes past the discussion"
              + " (docs/ims-in-guests.md)");

  /** Hypervisor and guest agree on a call that returns real messages. */
  public static final Sign HYPERCALL =
      standard(
          Subject.MACHINE,
          "hypercall",
          "the hypervisor offers a call that returns real interrupt messages",
          "run under a hypervisor that composes the messages of IMS by a hypercall");

  /** The remapper of the physical machine tells PASIDs apart. */
  public static final Sign PASID_ISOLATION =
      standard(
          Subject.MACHINE,
          "pasid-isolation",
          "the physical remapper isolates interrupts by PASID",
          "use a remapper that checks PASIDs; no hardware does, up to VT-d 5.10");

  private final Subject subject;
  private final String id;
  private final String text;
  private final String remedy;
  private final int position;

  private Sign(Subject subject, String id, String text, String remedy, int position) {
    this.subject = subject;
    this.id = id;
    this.text = text;
    this.remedy = remedy;
    this.position = position;
  }

  private static Sign standard(Subject subject, String id, String text) {
    return standard(subject, id, text, "");
  }

  private static Sign standard(Subject subject, String id, String text, String remedy) {
    Sign sign = new Sign(subject, id, text, remedy, STANDARD.size() * 2);
    STANDARD.add(sign);
    return sign;
  }

  /**
   * {@return a question that only one family of devices can answer}
   *
   * @param id its name in output and rules, unlike that of any other sign
   * @param text the question as a statement
   */
  public static Sign ofFamily(Subject subject, String id, String text) {
    return new Sign(subject, id, text, "", FUNCTION_PRI.position + 1);
  }

  /** {@return the signs that every machine or function can answer, in order} */
  public static List<Sign> standard() {
    return List.copyOf(STANDARD);
  }

  /** {@return what it is about} */
  public Subject subject() {
    return subject;
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
    return id;
  }

  /** In the order in which signs are told; those of families by their names. */
  @Override
  public int compareTo(Sign other) {
    return position != other.position
        ? Integer.compare(position, other.position)
        : id.compareTo(other.id);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Sign sign && sign.id.equals(id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return id;
  }
}
