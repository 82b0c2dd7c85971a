package dev.adit.cli.serve;

import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.EnginePolicy;
import picocli.CommandLine.Option;

/** What kind of DSA is emulated: the options that all commands which serve one share. */
public final class DsaOptions {
  @Option(
      names = "--portals",
      paramLabel = "HOW",
      defaultValue = "trap",
      description = {
        "How descriptors reach the device: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
        "Guests under KVM need mmap: KVM cannot emulate MOVDIR64B."
      })
  private PortalAccess portals;

  @Option(
      names = "--wqs",
      paramLabel = "N",
      defaultValue = "8",
      description = "Work queues (default: ${DEFAULT-VALUE}).")
  private int wqs;

  @Option(
      names = "--engines",
      paramLabel = "N",
      defaultValue = "4",
      description = "Engines, each a thread (default: ${DEFAULT-VALUE}).")
  private int engines;

  /** {@return how descriptors reach the device} */
  public PortalAccess portals() {
    return portals;
  }

  /** {@return the profile of the function as its host sees it} */
  public DsaProfile physical() {
    return sized(DsaProfile.physical());
  }

  private DsaProfile sized(DsaProfile usual) {
    return usual.withSizes(wqs, usual.entries(), usual.groups(), engines);
  }

  /**
   * {@return the profile of the function, without an interrupt message store: a guest sees one only
   * if it is granted}
   */
  public DsaProfile profile() {
    return profile(DsaProfile.physical());
  }

  /**
   * {@return the same of another accelerator}
   *
   * @param usual as it is when nothing is said
   */
  public DsaProfile profile(DsaProfile usual) {
    DsaProfile sized = sized(usual).withIms(0);
    return portals == PortalAccess.mmap ? sized.with(DsaProfile.Option.MAPPABLE_PORTALS) : sized;
  }

  /** {@return where engines run} */
  public EnginePolicy policy() {
    return EnginePolicy.threads();
  }
}
