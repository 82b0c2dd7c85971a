package dev.adit.platform;

import static dev.adit.platform.Condition.all;
import static dev.adit.platform.Condition.any;
import static dev.adit.platform.Condition.not;
import static dev.adit.platform.Condition.says;
import static dev.adit.platform.Condition.unproved;

import dev.adit.interrupts.IsolationLevel;
import dev.adit.platform.Condition.Always;
import dev.adit.platform.Condition.ImsIs;
import dev.adit.platform.Condition.OutcomeIs;
import dev.adit.platform.Condition.PlatformIs;
import dev.adit.platform.Condition.RoleIs;
import dev.adit.platform.Condition.StoreIs;
import dev.adit.platform.Condition.WriterIs;
import dev.adit.platform.Effect.Caveat;
import dev.adit.platform.Effect.Classify;
import dev.adit.platform.Effect.Complain;
import dev.adit.platform.Effect.Decide;
import dev.adit.platform.Effect.Isolate;
import dev.adit.platform.Effect.Note;
import java.util.List;

/**
 * The rules of the decision, in the order in which they are asked.
 *
 * <p>"Thread" stands for the discussion of "PCI: add SIOV and IMS capability detection" on the
 * Linux mailing lists, 30 October to 17 November 2020; "bare-metal test v1" to "v3" for the patches
 * that followed it, December 2020 to January 2021.
 */
public final class Rules {
  /** Something says at once that this is a guest. */
  public static final Condition GUEST =
      any(
          says(Sign.CPUID_HYPERVISOR),
          says(Sign.SMBIOS_VM),
          says(Sign.DMI_HYPERVISOR),
          says(Sign.IOMMU_VCS),
          says(Sign.IOMMU_CACHING_MODE));

  private static final Condition FUNCTION = new RoleIs(Use.Role.FUNCTION);
  private static final Condition SUB_DEVICE = new RoleIs(Use.Role.SUB_DEVICE);
  private static final Condition PASSED = new RoleIs(Use.Role.PASSED_SUB_DEVICE);
  private static final Condition DRIVER_STORE = new WriterIs(Use.Writer.DRIVER);
  private static final Condition TENANT_STORE = new WriterIs(Use.Writer.TENANT);
  private static final Condition DEVICE_MEMORY = new StoreIs(Use.Store.DEVICE_MEMORY);
  private static final Condition VIRTUAL = new PlatformIs(Platform.NOT_BARE_METAL);
  private static final Condition NO_TEST = new PlatformIs(Platform.NO_TEST);
  private static final Condition PROBABLY = new PlatformIs(Platform.PROBABLY_BARE_METAL);
  private static final Condition ALLOWED = new OutcomeIs(Outcome.ALLOW);
  private static final Condition HYPERCALL = says(Sign.HYPERCALL);

  /** What the machine is: the first that fires counts. */
  public static final List<Rule> PLATFORM =
      List.of(
          virtual(
              "vm.iommu-vcs",
              Sign.IOMMU_VCS,
              "Real hardware never reports the virtual command interface, so this IOMMU is"
                  + " software.",
              "VT-d 5.10, 11.4.3"),
          virtual(
              "vm.cpuid",
              Sign.CPUID_HYPERVISOR,
              "The CPUID hypervisor bit is set.",
              "thread, Gleixner 12 Nov; bare-metal test v1"),
          virtual(
              "vm.hypervisor-leaf",
              Sign.HYPERVISOR_LEAF,
              "CPUID leaf 0x40000000 carries the signature of a hypervisor, whatever the"
                  + " hypervisor bit says.",
              "convention of VMware, KVM, Xen, Hyper-V and QEMU"),
          virtual(
              "vm.smbios",
              Sign.SMBIOS_VM,
              "The firmware says in SMBIOS type 0 that this is a virtual machine.",
              "bare-metal test v1, review by Woodhouse; v3"),
          virtual(
              "vm.caching-mode",
              Sign.IOMMU_CACHING_MODE,
              "The VT-d unit reports caching mode, which only emulated ones need.",
              "thread, Woodhouse 8 Nov; bare-metal test v3; VT-d 5.10, 11.4.2"),
          virtual(
              "vm.amd-npcache",
              Sign.AMD_NPCACHE,
              "The AMD IOMMU says that it caches not-present entries, which only emulated ones"
                  + " need.",
              "bare-metal test v3; Linux 6.2, AMD interrupt remapping"),
          virtual(
              "vm.virtio-iommu",
              Sign.VIRTIO_IOMMU,
              "A virtio IOMMU is always virtual.",
              "bare-metal test v3"),
          virtual(
              "vm.dmi",
              Sign.DMI_HYPERVISOR,
              "The DMI system vendor is a hypervisor.",
              "thread, Gleixner 12 Nov; bare-metal test v3"),
          virtual(
              "vm.hypercall",
              Sign.HYPERCALL,
              "Somebody answers hypercalls, so there is a hypervisor.",
              "follows from the thread, Gleixner 8 Nov"),
          virtual(
              "vm.host-translates",
              Sign.HOST_TRANSLATES,
              "The function says that a host translates its messages, so there is a host.",
              "Adit, docs/ims-in-guests.md"),
          new Rule(
              "bare.declared",
              says(Sign.NATIVE_DECLARED),
              new Classify(Platform.DEFINITELY_BARE_METAL),
              "The platform itself declares that IMS is native.",
              "thread, Hellwig 11 to 16 Nov, as opt-in; no machine does so today"),
          new Rule(
              "bare.probably",
              all(says(Sign.ARCHITECTURE_TEST), not(says(Sign.CPUID_HYPERVISOR))),
              new Classify(Platform.PROBABLY_BARE_METAL),
              "Nothing that could be seen says that this machine is virtual.",
              "thread, Gleixner 12 Nov; Tian 16 Nov"),
          new Rule(
              "bare.no-test",
              new Always(),
              new Classify(Platform.NO_TEST),
              "Whether this is bare metal cannot be tested: the architecture has no test, or the"
                  + " processor's answer is missing.",
              "thread, Gunthorpe 13 Nov; Tian 16 Nov"));

  /** How well interrupts are isolated: the first that fires counts. */
  public static final List<Rule> ISOLATION =
      List.of(
          new Rule(
              "isolation.remapper-pasid",
              all(says(Sign.INTERRUPT_REMAPPING), says(Sign.PASID_ISOLATION)),
              new Isolate(IsolationLevel.REMAPPER_PASID),
              "The remapper compares requester ID and PASID.",
              "thread, Tian 16 Nov; Gunthorpe and Raj 9 to 10 Nov"),
          new Rule(
              "isolation.device-pasid",
              all(
                  says(Sign.INTERRUPT_REMAPPING),
                  says(Sign.FUNCTION_PASID_CHECK),
                  not(FUNCTION),
                  DRIVER_STORE),
              new Isolate(IsolationLevel.DEVICE_PASID),
              "The remapper compares the requester ID, the device compares PASIDs, and only the"
                  + " host writes the store.",
              "DSA 3.0, 3.7 and 5.4; thread, Raj 9 Nov"),
          new Rule(
              "isolation.requester-id",
              says(Sign.INTERRUPT_REMAPPING),
              new Isolate(IsolationLevel.REQUESTER_ID),
              "The remapper compares the requester ID of a message with its entry.",
              "VT-d 5.10, 5.1.4 and 9.9; AMD: a table per device"),
          new Rule(
              "isolation.none",
              new Always(),
              new Isolate(IsolationLevel.NONE),
              "No remapper is known to check the messages: any DWORD write to 0xFEExxxxx can be"
                  + " any interrupt.",
              "VT-d 5.10, 5.1.4"));

  /** What may be used: the first that fires counts. */
  public static final List<Rule> DECISION =
      List.of(
          decide(
              "ims.off",
              new ImsIs(Ims.OFF),
              Outcome.MSI_X,
              "IMS is switched off.",
              "thread, Tian 16 Nov"),
          decide(
              "function.no-ims",
              all(not(says(Sign.FUNCTION_IMS)), not(PASSED)),
              Outcome.MSI_X,
              "The function has no message store beyond MSI and MSI-X.",
              "Intel SIOV DVSEC, capability bit 0"),
          decide(
              "passed.msix",
              PASSED,
              Outcome.MSI_X,
              "A sub-device passed to a guest shows MSI-X only; the host backs its vectors.",
              "thread, Gunthorpe and Tian 10 Nov; DSA 3.0, 7.5.4"),
          decide(
              "sub-device.tenant-store",
              all(SUB_DEVICE, TENANT_STORE, unproved(says(Sign.PASID_ISOLATION))),
              Outcome.DENY,
              "Isolation: sub-devices share a requester ID, so whoever can write the store of one"
                  + " could forge the messages of another.",
              "thread, Gleixner 9 Nov, quoting the SIOV specification"),
          decide(
              "function.tenant-store",
              all(FUNCTION, TENANT_STORE, unproved(says(Sign.INTERRUPT_REMAPPING))),
              Outcome.DENY,
              "Isolation: a tenant writes the messages and no remapper is known to check them.",
              "VT-d 5.10, 5.1.4; thread, Gleixner 8 Nov"),
          decide(
              "guest.function.hypercall",
              all(VIRTUAL, FUNCTION, HYPERCALL),
              Outcome.ALLOW,
              "The hypervisor returns real messages and the remapper filters by requester ID.",
              "thread, Gleixner 8 and 10 Nov"),
          decide(
              "guest.function.accepted-grant",
              all(
                  VIRTUAL,
                  FUNCTION,
                  DRIVER_STORE,
                  says(Sign.HOST_TRANSLATES),
                  says(Sign.GRANT_ACCEPTED),
                  any(DEVICE_MEMORY, says(Sign.INTERRUPT_REMAPPING))),
              Outcome.ALLOW,
              "The host says that it translates what the guest composes, and the guest's"
                  + " administrator has accepted that.",
              "extension of Adit; models of the thread, Gleixner 8 and 15 Nov (case B)"),
          decide(
              "guest.function.no-hypercall",
              all(VIRTUAL, FUNCTION),
              Outcome.MSI_X,
              "In a guest without a hypercall for messages the pairs that the guest knows are"
                  + " not real; the driver falls back to MSI-X.",
              "thread, Tian 16 Nov"),
          decide(
              "guest.own-iommu.hypercall",
              all(VIRTUAL, SUB_DEVICE, says(Sign.FUNCTION_OWN_IOMMU), HYPERCALL),
              Outcome.ALLOW,
              "The device translates by itself, so a hypercall for messages is all that is needed.",
              "thread, Gunthorpe 16 Nov"),
          decide(
              "guest.own-iommu.no-hypercall",
              all(VIRTUAL, SUB_DEVICE, says(Sign.FUNCTION_OWN_IOMMU)),
              Outcome.MSI_X,
              "The device translates by itself, but the messages a guest knows are not real"
                  + " without a hypercall.",
              "thread, Gunthorpe 16 Nov"),
          decide(
              "guest.sub-device.isolated",
              all(
                  VIRTUAL,
                  SUB_DEVICE,
                  says(Sign.FUNCTION_PASID),
                  says(Sign.IOMMU_PRESENT),
                  says(Sign.IOMMU_PASID),
                  any(HYPERCALL, says(Sign.IOMMU_VCS)),
                  says(Sign.PASID_ISOLATION)),
              Outcome.ALLOW,
              "The guest gets real messages, and the physical remapper keeps its PASIDs apart"
                  + " from others.",
              "thread, Tian 16 Nov, second mail"),
          decide(
              "guest.sub-device",
              all(VIRTUAL, SUB_DEVICE),
              Outcome.DENY,
              "Isolation: sub-devices that a guest manages need a vIOMMU with PASIDs, messages from"
                  + " the hypervisor and a physical remapper that tells PASIDs apart.",
              "thread, Tian 16 Nov, second mail; Gleixner 15 Nov"),
          decide(
              "no-test.auto",
              all(NO_TEST, new ImsIs(Ims.AUTO)),
              Outcome.MSI_X,
              "Without a test for bare metal, auto does not guess.",
              "thread, Gunthorpe 13 Nov; Tian 16 Nov"),
          decide(
              "bare.function",
              FUNCTION,
              Outcome.ALLOW,
              "A function with a requester ID of its own may use any store: IMS is only another"
                  + " place for the pair.",
              "thread, Gleixner 9 and 15 Nov (case A)"),
          decide(
              "bare.sub-device.isolated",
              all(SUB_DEVICE, TENANT_STORE),
              Outcome.ALLOW,
              "The remapper tells the PASIDs of sub-devices apart, so a forged message is stopped.",
              "follows from the thread, Tian 16 Nov, second mail"),
          decide(
              "bare.sub-device",
              all(
                  SUB_DEVICE,
                  any(
                      all(
                          says(Sign.FUNCTION_PASID),
                          says(Sign.IOMMU_PRESENT),
                          says(Sign.IOMMU_PASID)),
                      says(Sign.FUNCTION_OWN_IOMMU))),
              Outcome.ALLOW,
              "Only the host writes the store, and PASIDs keep the sub-devices' memory apart.",
              "thread, Gleixner 9 Nov; Tian 9 Nov"),
          decide(
              "bare.sub-device.no-pasid",
              SUB_DEVICE,
              Outcome.MSI_X,
              "Sub-devices need PASIDs in function and IOMMU, or a device that translates by"
                  + " itself.",
              "thread, Gleixner 15 Nov (case C); Gunthorpe 16 Nov"));

  /** What else the user must see: all that fire. */
  public static final List<Rule> REMARKS =
      List.of(
          new Rule(
              "caveat.hidden-vmm",
              all(PROBABLY, ALLOWED, new ImsIs(Ims.AUTO)),
              new Caveat(),
              "Probably bare metal: an old VMM that shows none of the signs would look the same,"
                  + " and IMS would not work under it. If it does not, boot with ims=off.",
              "thread, Gleixner 12 Nov; Tian 16 Nov"),
          new Rule(
              "caveat.administrator",
              all(NO_TEST, ALLOWED),
              new Caveat(),
              "Allowed because the administrator says ims=on; nothing here could check that this"
                  + " is bare metal.",
              "thread, Tian 16 Nov"),
          new Rule(
              "caveat.accepted-grant",
              all(VIRTUAL, FUNCTION, ALLOWED, says(Sign.GRANT_ACCEPTED), unproved(HYPERCALL)),
              new Caveat(),
              "This goes past the discussion, which knows no IMS in a guest without a hypercall:"
                  + " the host's word that it translates messages is all there is.",
              "thread, Tian 16 Nov, for what it goes past"),
          new Rule(
              "caveat.function-unknown",
              all(ALLOWED, unproved(says(Sign.FUNCTION_IMS))),
              new Caveat(),
              "Whether the function has IMS could not be seen; the verdict holds if it has.",
              "thread, Raj 13 Nov: VFIO hides the DVSEC"),
          new Rule(
              "complain.on",
              all(
                  new ImsIs(Ims.ON),
                  not(ALLOWED),
                  not(PASSED),
                  unproved(not(says(Sign.FUNCTION_IMS)))),
              new Complain(),
              "ims=on was asked for and is refused: the switch does not override what is known to"
                  + " be wrong.",
              "thread, Tian 16 Nov; Gleixner 17 Nov"),
          new Rule(
              "note.shared-vendor",
              all(says(Sign.DMI_SHARED_VENDOR), not(says(Sign.DMI_HYPERVISOR))),
              new Note(),
              "The DMI vendor makes real machines and virtual ones; it was dropped from the test"
                  + " and proves nothing.",
              "bare-metal test v3, review by Romanovsky and Woodhouse"),
          new Rule(
              "note.no-remapping",
              all(ALLOWED, not(says(Sign.INTERRUPT_REMAPPING))),
              new Note(),
              "Interrupt remapping is off: messages work, but nothing checks who sends them. Linux"
                  + " 6.2 to 6.9 offered IMS only with remapping on.",
              "Linux 6.2, interrupt remapping domains"),
          new Rule(
              "note.kernel",
              all(ALLOWED, not(says(Sign.KERNEL_IMS))),
              new Note(),
              "This kernel has no IMS interface: Linux had it from 6.2 to 6.9. A driver has to"
                  + " bring its own.",
              "Linux 6.2 and 6.10, PCI/MSI"),
          new Rule(
              "note.guest-view",
              VIRTUAL,
              new Note(),
              "The isolation level counts what can be seen from inside; the host's remapper may do"
                  + " more.",
              "thread, Gleixner 8 Nov"));

  private Rules() {}

  /** {@return all rules, in the order in which they are asked} */
  public static List<Rule> list() {
    return java.util.stream.Stream.of(PLATFORM, ISOLATION, DECISION, REMARKS)
        .flatMap(List::stream)
        .toList();
  }

  private static Rule virtual(String id, Sign sign, String text, String source) {
    return new Rule(id, says(sign), new Classify(Platform.NOT_BARE_METAL), text, source);
  }

  private static Rule decide(
      String id, Condition when, Outcome outcome, String text, String source) {
    return new Rule(id, when, new Decide(outcome), text, source);
  }
}
