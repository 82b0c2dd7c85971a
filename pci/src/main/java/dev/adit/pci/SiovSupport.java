package dev.adit.pci;

import dev.adit.pci.spec.Siov;
import dev.adit.pci.spec.SiovDvsec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a function says about Scalable I/O Virtualization, in both generations.
 *
 * @param dvsec whether it has the DVSEC of the first generation (Intel's specification)
 * @param ims whether that says the function has an Interrupt Message Store
 * @param siov whether it has the capability of the second generation (PCIe 7.0)
 * @param sdis requester IDs of the second generation's SDIs
 * @param findings what vendor rules and sanity rules add
 */
public record SiovSupport(
    Sighting dvsec,
    Sighting ims,
    Sighting siov,
    Optional<RequesterIds> sdis,
    List<Finding> findings) {
  public SiovSupport {
    findings = List.copyOf(findings);
  }

  /** {@return what a function says} */
  public static SiovSupport of(SeenFunction function) {
    List<Finding> findings = new ArrayList<>();
    Sighting dvsec = function.capabilities().sighting(SiovDvsec.KEY);
    Sighting siov = function.capabilities().sighting(Siov.KEY);
    for (VendorRule rule : VendorRule.ALL) {
      rule.apply(function, dvsec).ifPresent(findings::add);
    }
    Optional<RequesterIds> sdis = sdis(function);
    sdis.flatMap(RequesterIds::problem)
        .ifPresent(problem -> findings.add(Finding.of("siov-sdi-ids", "SDIs: " + problem)));
    if (siov == Sighting.PRESENT && function.get(Siov.ACTIVE) != 0) {
      findings.add(
          Finding.of(
              "siov-sdi-active",
              "SDIs are active; a driver that takes over may need a function-level reset"));
    }
    boolean hidden = findings.stream().anyMatch(Finding::hides);
    Sighting shown = dvsec == Sighting.ABSENT && hidden ? Sighting.HIDDEN : dvsec;
    return new SiovSupport(shown, ims(function, shown), siov, sdis, findings);
  }

  private static Sighting ims(SeenFunction function, Sighting dvsec) {
    if (dvsec != Sighting.PRESENT) {
      return dvsec;
    }
    Capability found = function.capabilities().find(SiovDvsec.KEY).orElseThrow();
    // All ones are what a function answers that went away meanwhile, and no set of abilities.
    boolean visible =
        function.config().visible(SiovDvsec.IMS, found.offset())
            && function.config().u32(found.offset() + SiovDvsec.IMS.register().offset()) != -1;
    boolean present = function.get(SiovDvsec.IMS) != 0;
    return !visible ? Sighting.HIDDEN : present ? Sighting.PRESENT : Sighting.ABSENT;
  }

  private static Optional<RequesterIds> sdis(SeenFunction function) {
    return function
        .capabilities()
        .find(Siov.KEY)
        .flatMap(found -> RequesterIds.of(function, found));
  }
}
