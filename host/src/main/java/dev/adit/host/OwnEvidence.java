package dev.adit.host;

import dev.adit.devices.Traits;
import dev.adit.platform.Evidence;
import dev.adit.platform.Fact;
import dev.adit.platform.Sign;
import dev.adit.platform.Truth;
import dev.adit.platform.Use;

/**
 * What Adit knows of the machine that an emulated function lives in, which is Adit itself: the
 * function's messages go to Adit's remapping unit and nowhere else, whatever this process runs on.
 * What concerns the function follows from its traits.
 */
final class OwnEvidence {
  private OwnEvidence() {}

  /** {@return the evidence for a function} */
  static Evidence of(Traits traits) {
    return Evidence.NONE
        .with(yes(Sign.NATIVE_DECLARED, "messages end in Adit's own remapping unit"))
        .with(yes(Sign.INTERRUPT_REMAPPING, "the unit is on and checks requester IDs"))
        .with(yes(Sign.IOMMU_PRESENT, "each virtual device has an address space of its own"))
        .with(yes(Sign.IOMMU_PASID, "address spaces are found by PASID"))
        .with(fact(Sign.FUNCTION_PASID, traits.pasids(), "profile of the function"))
        .with(
            fact(Sign.FUNCTION_IMS, traits.store() != Traits.Store.NONE, "profile of the function"))
        .with(
            fact(
                Sign.FUNCTION_PASID_CHECK,
                traits.checksPasid(),
                "engines compare the PASID beside an entry"))
        .with(
            fact(
                Sign.FUNCTION_OWN_IOMMU,
                traits.memory() == Traits.Memory.OWN_IOMMU,
                "profile of the function"));
  }

  /** {@return how the store of a function is used when its interfaces are lent} */
  static Use use(Traits traits) {
    return new Use(
        traits.requesterId() == Traits.RequesterId.EACH_INTERFACE
            ? Use.Role.FUNCTION
            : Use.Role.SUB_DEVICE,
        traits.store() == Traits.Store.QUEUE_MEMORY
            ? Use.Store.QUEUE_MEMORY
            : Use.Store.DEVICE_MEMORY,
        traits.writer() == Traits.Writer.HOST ? Use.Writer.DRIVER : Use.Writer.TENANT);
  }

  private static Fact yes(Sign sign, String detail) {
    return fact(sign, true, detail);
  }

  private static Fact fact(Sign sign, boolean holds, String detail) {
    return new Fact(sign, Truth.of(holds), detail, "Adit");
  }
}
