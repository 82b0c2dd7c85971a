package dev.adit.platform;

import static dev.adit.platform.Truth.NO;
import static dev.adit.platform.Truth.UNKNOWN;
import static dev.adit.platform.Truth.YES;

import java.util.List;
import java.util.Map;

/**
 * The decision's two tables as worked examples: what the platform says, and what somebody wants to
 * do on it. What the rows come to is for {@link Decision} to say.
 */
public final class TruthTable {
  /** A machine on which nothing looks virtual, with everything that a SIOV device can wish for. */
  public static final Evidence BARE_METAL =
      Evidence.of(
          Map.ofEntries(
              Map.entry(Sign.ARCHITECTURE_TEST, YES),
              Map.entry(Sign.CPUID_HYPERVISOR, NO),
              Map.entry(Sign.HYPERVISOR_LEAF, NO),
              Map.entry(Sign.SMBIOS_VM, NO),
              Map.entry(Sign.DMI_HYPERVISOR, NO),
              Map.entry(Sign.DMI_SHARED_VENDOR, NO),
              Map.entry(Sign.IOMMU_VCS, NO),
              Map.entry(Sign.IOMMU_CACHING_MODE, NO),
              Map.entry(Sign.AMD_NPCACHE, NO),
              Map.entry(Sign.VIRTIO_IOMMU, NO),
              Map.entry(Sign.NATIVE_DECLARED, NO),
              Map.entry(Sign.KERNEL_IMS, YES),
              Map.entry(Sign.INTERRUPT_REMAPPING, YES),
              Map.entry(Sign.IOMMU_PRESENT, YES),
              Map.entry(Sign.IOMMU_PASID, YES),
              Map.entry(Sign.PASID_ISOLATION, NO),
              Map.entry(Sign.HYPERCALL, NO),
              Map.entry(Sign.HOST_TRANSLATES, NO),
              Map.entry(Sign.GRANT_ACCEPTED, NO),
              Map.entry(Sign.FUNCTION_PASID, YES),
              Map.entry(Sign.FUNCTION_IMS, YES),
              Map.entry(Sign.FUNCTION_OWN_IOMMU, NO),
              Map.entry(Sign.FUNCTION_PASID_CHECK, YES)));

  /** A guest that shows itself as one, without a vIOMMU and without a hypercall for messages. */
  public static final Evidence GUEST =
      BARE_METAL.and(
          Evidence.of(
              Map.of(
                  Sign.CPUID_HYPERVISOR, YES,
                  Sign.IOMMU_PRESENT, NO,
                  Sign.IOMMU_PASID, NO,
                  Sign.INTERRUPT_REMAPPING, NO)));

  /** A guest with a vIOMMU that translates and remaps, in caching mode. */
  public static final Evidence GUEST_WITH_IOMMU =
      GUEST.and(
          Evidence.of(
              Map.of(
                  Sign.IOMMU_CACHING_MODE, YES,
                  Sign.IOMMU_PRESENT, YES,
                  Sign.IOMMU_PASID, YES,
                  Sign.INTERRUPT_REMAPPING, YES)));

  /** A machine of an architecture without a test for bare metal. */
  public static final Evidence NO_TEST =
      BARE_METAL.and(
          Evidence.of(
              Map.of(
                  Sign.ARCHITECTURE_TEST, NO,
                  Sign.CPUID_HYPERVISOR, UNKNOWN,
                  Sign.HYPERVISOR_LEAF, UNKNOWN)));

  /**
   * A row of a table.
   *
   * @param id its name, stable across versions
   * @param title what it is about
   * @param evidence what the machine and the function show
   * @param use what somebody wants to do
   */
  public record Row(String id, String title, Evidence evidence, Use use) {}

  /** What the platform says, for a function by its own driver. */
  public static final List<Row> PLATFORMS =
      List.of(
          platform("no-test", "The architecture has no test for bare metal", NO_TEST),
          platform("virtual", "The test says no bare metal; no hypercall", GUEST),
          platform(
              "virtual-hypercall",
              "The test says no bare metal; a hypercall is agreed on",
              GUEST.assuming(Sign.HYPERCALL, YES)),
          platform("probably-bare", "The test says probably bare metal", BARE_METAL),
          platform(
              "definitely-bare",
              "The platform declares native IMS",
              BARE_METAL.assuming(Sign.NATIVE_DECLARED, YES)));

  /** What somebody wants to do. */
  public static final List<Row> CASES =
      List.of(
          new Row("bare-function", "Bare metal, PF or VF", BARE_METAL, Use.FUNCTION),
          new Row(
              "bare-sub-device",
              "Bare metal, sub-device with a store that only the host writes",
              BARE_METAL,
              Use.SUB_DEVICE_HOST_STORE),
          new Row(
              "bare-sub-device-queue-store",
              "Bare metal, sub-device of a device with an IOMMU of its own, messages in queue"
                  + " memory that the host writes",
              BARE_METAL
                  .assuming(Sign.FUNCTION_OWN_IOMMU, YES)
                  .assuming(Sign.FUNCTION_PASID, NO)
                  .assuming(Sign.FUNCTION_PASID_CHECK, UNKNOWN),
              Use.SUB_DEVICE_QUEUE_STORE),
          new Row(
              "bare-sub-device-guest-store",
              "Bare metal, sub-device with a store that its user or guest can write",
              BARE_METAL,
              Use.SUB_DEVICE_GUEST_STORE),
          new Row(
              "guest-function",
              "Guest, PF or VF with a store that can be trapped, no hypercall",
              GUEST,
              Use.FUNCTION),
          new Row(
              "guest-function-translated",
              "Guest, PF or VF, the host says that it translates (trap or vIOMMU)",
              GUEST.assuming(Sign.HOST_TRANSLATES, YES),
              Use.FUNCTION),
          new Row(
              "guest-function-accepted",
              "The same, and the guest's administrator accepts it (extension of Adit)",
              GUEST.assuming(Sign.HOST_TRANSLATES, YES).assuming(Sign.GRANT_ACCEPTED, YES),
              Use.FUNCTION),
          new Row(
              "guest-function-hypercall",
              "Guest, PF or VF, with a hypercall",
              GUEST.assuming(Sign.HYPERCALL, YES),
              Use.FUNCTION),
          new Row(
              "guest-passed-sub-device",
              "Guest without vIOMMU, sub-device passed to it",
              GUEST,
              Use.PASSED_SUB_DEVICE),
          new Row(
              "guest-sub-device",
              "Guest with vIOMMU that manages sub-devices with PASIDs",
              GUEST_WITH_IOMMU,
              Use.SUB_DEVICE_HOST_STORE),
          new Row(
              "guest-own-iommu",
              "Guest, sub-device of a device with an IOMMU of its own, with a hypercall",
              GUEST
                  .assuming(Sign.FUNCTION_OWN_IOMMU, YES)
                  .assuming(Sign.FUNCTION_PASID, NO)
                  .assuming(Sign.HYPERCALL, YES),
              Use.SUB_DEVICE_HOST_STORE));

  private TruthTable() {}

  private static Row platform(String id, String title, Evidence evidence) {
    return new Row(id, title, evidence, Use.FUNCTION);
  }
}
