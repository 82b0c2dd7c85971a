package dev.adit.host;

import dev.adit.devices.dsa.DsaProfile;
import dev.adit.platform.Evidence;
import dev.adit.platform.Fact;
import dev.adit.platform.Sign;
import dev.adit.platform.Truth;

/**
 * What Adit knows of the machine that an emulated function lives in, which is Adit itself: the
 * function's messages go to Adit's remapping unit and nowhere else, whatever this process runs on.
 */
final class OwnEvidence {
  private OwnEvidence() {}

  static Evidence of(DsaProfile profile) {
    boolean pasid = profile.has(DsaProfile.Option.PASID);
    return Evidence.NONE
        .with(yes(Sign.NATIVE_DECLARED, "messages end in Adit's own remapping unit"))
        .with(yes(Sign.INTERRUPT_REMAPPING, "the unit is on and checks requester IDs"))
        .with(yes(Sign.IOMMU_PRESENT, "each virtual device has an address space of its own"))
        .with(yes(Sign.IOMMU_PASID, "address spaces are found by PASID"))
        .with(fact(Sign.FUNCTION_PASID, pasid, "profile of the function"))
        .with(fact(Sign.FUNCTION_IMS, profile.imsEntries() > 0, "profile of the function"))
        .with(yes(Sign.FUNCTION_PASID_CHECK, "engines compare the PASID beside an entry"));
  }

  private static Fact yes(Sign sign, String detail) {
    return fact(sign, true, detail);
  }

  private static Fact fact(Sign sign, boolean holds, String detail) {
    return new Fact(sign, Truth.of(holds), detail, "Adit");
  }
}
