package dev.adit.cli.serve;

import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.EnginePolicy;
import dev.adit.host.VmArguments.Accelerator;
import picocli.CommandLine.Option;

/** What kind of DSA is emulated: the options that all commands which serve one share. */
public final class DsaOptions {
  /** How descriptors get from the guest to the device. */
  public enum PortalAccess {
    trap,
    mmap;

    /** {@return a way by its name; trap where nothing is named, as that is what happens then} */
    public static PortalAccess of(String name) {
      return name.equals(mmap.name()) ? mmap : trap;
    }

    /**
     * {@return who can execute a guest on this machine: KVM cannot emulate the instruction that
     * writes to a trapped portal}
     */
    public Accelerator accelerator() {
      return this == mmap ? Accelerator.ofThisMachine() : Accelerator.TCG;
    }
  }

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
    DsaProfile usual = DsaProfile.physical();
    return usual.withSizes(wqs, usual.entries(), usual.groups(), engines);
  }

  /**
   * {@return the profile of the function, without an interrupt message store: a guest sees one only
   * if it is granted}
   */
  public DsaProfile profile() {
    DsaProfile sized = physical().withIms(0);
    return portals == PortalAccess.mmap ? sized.with(DsaProfile.Option.MAPPABLE_PORTALS) : sized;
  }

  /** {@return where engines run} */
  public EnginePolicy policy() {
    return EnginePolicy.threads();
  }
}
