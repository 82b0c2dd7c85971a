package dev.adit.pci;

import dev.adit.pci.spec.Pasid;
import java.util.List;
import java.util.Optional;

/**
 * What is known of certain functions and not written in their configuration space. A rule looks at
 * one function and may add a finding; it never changes what was read.
 */
@FunctionalInterface
interface VendorRule {
  /** {@return what the rule has to say about a function, whose SIOV DVSEC was seen or not} */
  Optional<Finding> apply(SeenFunction function, Sighting dvsec);

  /** All rules; a new one is a line here. */
  List<VendorRule> ALL =
      List.of(
          VendorRule::filtered,
          VendorRule::dsa,
          VendorRule::ice,
          VendorRule::dlb,
          VendorRule::idpf);

  /** VFIO cuts capabilities it does not know out of the list, and leaves an empty first one. */
  private static Optional<Finding> filtered(SeenFunction function, Sighting dvsec) {
    return function.capabilities().filtered()
        ? Optional.of(
            new Finding(
                "filtered-list",
                "the extended list begins with an empty capability, as VFIO leaves it in a guest:"
                    + " others may have been taken out",
                true))
        : Optional.empty();
  }

  /** Real DSA and IAX functions have the DVSEC (two public dumps of 8086:0b25). */
  private static Optional<Finding> dsa(SeenFunction function, Sighting dvsec) {
    boolean known = DeviceIds.DSA_AND_IAX.contains(function);
    return known && dvsec == Sighting.ABSENT
        ? Optional.of(
            new Finding(
                "dsa-dvsec",
                "DSA and IAX have the SIOV DVSEC; here it is filtered out, as VFIO does in guests",
                true))
        : Optional.empty();
  }

  /** The out-of-tree ice driver takes PASID and a BAR0 of 128 MiB for SIOV. */
  private static Optional<Finding> ice(SeenFunction function, Sighting dvsec) {
    boolean known = DeviceIds.ICE.contains(function);
    boolean pasid = function.capabilities().sighting(Pasid.KEY) == Sighting.PRESENT;
    if (!known || !pasid) {
      return Optional.empty();
    }
    long size = function.surroundings().size(0);
    String text =
        size == 0
            ? "has PASID; capable of SIOV if BAR0 is at least 128 MiB, whose size is not known here"
            : size >= 128L << 20
                ? "has PASID and a BAR0 of at least 128 MiB: the ice driver calls that SIOV capable"
                : "has PASID, but a BAR0 below 128 MiB: not SIOV capable to the ice driver";
    return Optional.of(Finding.of("ice-bar0", text));
  }

  /** The DLB driver reads the DVSEC itself, and says no in a guest. */
  private static Optional<Finding> dlb(SeenFunction function, Sighting dvsec) {
    return DeviceIds.DLB.contains(function) && dvsec == Sighting.PRESENT
        ? Optional.of(
            Finding.of("dlb-guest", "its driver uses SIOV on the host only; in a guest it says no"))
        : Optional.empty();
  }

  /** The IDPF specification ties ADIs to the DVSEC and puts IMS vectors into a BAR. */
  private static Optional<Finding> idpf(SeenFunction function, Sighting dvsec) {
    return DeviceIds.IDPF.contains(function) && dvsec != Sighting.HIDDEN
        ? Optional.of(
            Finding.of(
                "idpf-adi",
                dvsec == Sighting.PRESENT
                    ? "may expose ADIs; its IMS vectors may lie in a BAR"
                    : "exposes no ADIs: the IDPF specification ties them to the SIOV DVSEC"))
        : Optional.empty();
  }
}
