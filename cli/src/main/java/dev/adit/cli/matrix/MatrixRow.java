package dev.adit.cli.matrix;

import static dev.adit.platform.Outcome.ALLOW;
import static dev.adit.platform.Outcome.DENY;
import static dev.adit.platform.Outcome.MSI_X;

import dev.adit.interrupts.IsolationLevel;
import dev.adit.platform.Ims;
import dev.adit.platform.Outcome;
import dev.adit.platform.Use;

/**
 * The cases of the discussion of October and November 2020 in which somebody may or may not use
 * IMS, each with the machine it stands for and with the verdict the discussion came to.
 */
enum MatrixRow {
  BARE_FUNCTION(
      "bare metal, PF/VF, store in device memory",
      new Setup(Device.DSA, IsolationLevel.REQUESTER_ID, false, false, false),
      Use.FUNCTION,
      ALLOW,
      ALLOW),
  BARE_FUNCTION_QUEUE(
      "bare metal, PF/VF, store in queue memory",
      new Setup(Device.QUEUES, IsolationLevel.REQUESTER_ID, false, false, false),
      Use.FUNCTION_QUEUE_STORE,
      ALLOW,
      ALLOW),
  BARE_SUB_DEVICE(
      "bare metal, sub-device, store owned by the host",
      new Setup(Device.DSA_WITH_PASID, IsolationLevel.DEVICE_PASID, false, false, false),
      Use.SUB_DEVICE_HOST_STORE,
      ALLOW,
      ALLOW),
  BARE_TENANT_STORE(
      "bare metal, sub-device, store writable by its user",
      new Setup(Device.QUEUES_WITH_PASID, IsolationLevel.DEVICE_PASID, false, false, false),
      Use.SUB_DEVICE_GUEST_STORE,
      DENY,
      DENY),
  BARE_SDI(
      "bare metal, SDI of PCIe 7.0, store writable by its user",
      new Setup(Device.SDI, IsolationLevel.REQUESTER_ID, false, false, false),
      new Use(Use.Role.FUNCTION, Use.Store.DEVICE_MEMORY, Use.Writer.TENANT),
      ALLOW,
      ALLOW),
  GUEST_FUNCTION(
      "guest, PF/VF, store that can be trapped, no hypercall",
      new Setup(Device.DSA, IsolationLevel.REQUESTER_ID, true, false, false),
      Use.FUNCTION,
      MSI_X,
      MSI_X),
  GUEST_HYPERCALL(
      "guest, PF/VF, hypercall, store in device memory",
      new Setup(Device.DSA, IsolationLevel.REQUESTER_ID, true, false, true),
      Use.FUNCTION,
      ALLOW,
      ALLOW),
  GUEST_HYPERCALL_QUEUE(
      "guest, PF/VF, hypercall, store in queue memory",
      new Setup(Device.QUEUES, IsolationLevel.REQUESTER_ID, true, false, true),
      Use.FUNCTION_QUEUE_STORE,
      ALLOW,
      ALLOW),
  GUEST_PASSED_SUB_DEVICE(
      "guest without vIOMMU, passed sub-device",
      new Setup(Device.DSA_VIEW, IsolationLevel.DEVICE_PASID, true, false, false),
      Use.PASSED_SUB_DEVICE,
      MSI_X,
      MSI_X),
  GUEST_MANAGED(
      "guest with vIOMMU, its own sub-devices, no hypercall",
      new Setup(Device.DSA_WITH_PASID, IsolationLevel.DEVICE_PASID, true, true, false),
      Use.SUB_DEVICE_HOST_STORE,
      DENY,
      DENY),
  GUEST_MANAGED_HYPERCALL(
      "guest with vIOMMU, its own sub-devices, hypercall, no PASIDs in the remapper",
      new Setup(Device.DSA_WITH_PASID, IsolationLevel.DEVICE_PASID, true, true, true),
      Use.SUB_DEVICE_HOST_STORE,
      DENY,
      DENY),
  GUEST_MANAGED_ISOLATED(
      "guest with vIOMMU, its own sub-devices, hypercall, PASIDs in the remapper",
      new Setup(Device.DSA_WITH_PASID, IsolationLevel.REMAPPER_PASID, true, true, true),
      Use.SUB_DEVICE_HOST_STORE,
      ALLOW,
      ALLOW),
  GUEST_OWN_IOMMU(
      "guest, sub-device of a device with an IOMMU of its own, no hypercall",
      new Setup(Device.QUEUES_OWN_IOMMU, IsolationLevel.REQUESTER_ID, true, false, false),
      new Use(Use.Role.SUB_DEVICE, Use.Store.QUEUE_MEMORY, Use.Writer.DRIVER),
      MSI_X,
      MSI_X),
  GUEST_OWN_IOMMU_HYPERCALL(
      "guest, sub-device of a device with an IOMMU of its own, hypercall",
      new Setup(Device.QUEUES_OWN_IOMMU, IsolationLevel.REQUESTER_ID, true, false, true),
      new Use(Use.Role.SUB_DEVICE, Use.Store.QUEUE_MEMORY, Use.Writer.DRIVER),
      ALLOW,
      ALLOW),
  GUEST_SDI_HYPERCALL(
      "guest, SDI of PCIe 7.0, hypercall, store that the guest writes",
      new Setup(Device.SDI, IsolationLevel.REQUESTER_ID, true, false, true),
      Use.FUNCTION,
      ALLOW,
      ALLOW);

  /** The function of a row and how it is used. */
  enum Device {
    /** A DSA, whole, without PASIDs. */
    DSA,
    /** A work queue of a DSA with a PASID; on level 3 its messages are tagged with it. */
    DSA_WITH_PASID,
    /** A sub-device of a DSA as a guest sees it. */
    DSA_VIEW,
    /** A function with messages in queue memory. */
    QUEUES,
    /** The same, with a PASID for the queue. */
    QUEUES_WITH_PASID,
    /** The same, with an IOMMU of its own. */
    QUEUES_OWN_IOMMU,
    /** A sub-device with a requester ID of its own. */
    SDI
  }

  /**
   * The machine of a row.
   *
   * @param device the function
   * @param level what protects interrupts on the physical machine
   * @param guest whether the driver runs in a guest
   * @param viommu whether that has a virtual IOMMU
   * @param hypercall whether its hypervisor has the call for messages
   */
  record Setup(
      Device device, IsolationLevel level, boolean guest, boolean viommu, boolean hypercall) {}

  private final String title;

  // Records of enums and flags, which have no state.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Setup setup;

  @SuppressWarnings("ImmutableEnumChecker")
  private final Use use;

  private final Outcome auto;
  private final Outcome on;

  MatrixRow(String title, Setup setup, Use use, Outcome auto, Outcome on) {
    this.title = title;
    this.setup = setup;
    this.use = use;
    this.auto = auto;
    this.on = on;
  }

  String title() {
    return title;
  }

  Setup setup() {
    return setup;
  }

  Use use() {
    return use;
  }

  /** {@return the verdict that the discussion came to} Off is off, in every case. */
  Outcome expected(Ims ims) {
    return switch (ims) {
      case AUTO -> auto;
      case ON -> on;
      case OFF -> MSI_X;
    };
  }
}
