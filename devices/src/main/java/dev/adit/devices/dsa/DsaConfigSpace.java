package dev.adit.devices.dsa;

import dev.adit.devices.dsa.DsaProfile.Option;
import dev.adit.pci.AerCapability;
import dev.adit.pci.AtsCapability;
import dev.adit.pci.ConfigSpaceBuilder;
import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.ImsGrantCapability;
import dev.adit.pci.MsixCapability;
import dev.adit.pci.PasidCapability;
import dev.adit.pci.PcieCapability;
import dev.adit.pci.PowerManagementCapability;
import dev.adit.pci.PriCapability;
import dev.adit.pci.SiovCapability;
import dev.adit.pci.spec.PciExpress;

/**
 * The configuration space of a DSA function: the layout of appendix C, with the SIOV DVSEC where
 * real parts have it.
 */
final class DsaConfigSpace {
  private static final int INTEL = 0x8086;
  private static final int SYSTEM_PERIPHERAL = 0x08_80_00;
  private static final int PASID_BITS = 20;
  private static final int PAGE_REQUESTS = 0x200;

  private DsaConfigSpace() {}

  static EmulatedConfigSpace of(DsaProfile profile) {
    boolean pasid = profile.has(Option.PASID);
    ConfigSpaceBuilder builder =
        EmulatedConfigSpace.builder()
            .vendor(INTEL)
            .device(profile.architecture().device())
            .subsystem(INTEL, 0)
            .classCode(SYSTEM_PERIPHERAL)
            .bar64(0, DsaProfile.BAR0_SIZE, true)
            .bar64(2, profile.portalBytes(), true)
            .capability(
                0x40,
                new PcieCapability(
                    PciExpress.Type.ROOT_COMPLEX_INTEGRATED_ENDPOINT, true, true, pasid))
            .capability(
                0x80,
                new MsixCapability(
                    profile.vectors(), 0, DsaProfile.MSIX_TABLE, 0, DsaProfile.MSIX_PBA))
            .capability(0x90, new PowerManagementCapability())
            .capability(0x100, new AerCapability());
    if (profile.has(Option.SIOV)) {
      builder.capability(0x200, new SiovCapability(profile.imsEntries() > 0));
    }
    if (pasid) {
      builder
          .capability(0x220, new AtsCapability(32))
          .capability(0x230, new PasidCapability(PASID_BITS, false, true))
          .capability(0x240, new PriCapability(PAGE_REQUESTS));
    }
    if (profile.has(Option.GRANTED_IMS)) {
      boolean call = profile.has(Option.MAPPABLE_IMS);
      builder.capability(0x260, new ImsGrantCapability(!call, call, 0, DsaProfile.CALL));
    }
    return builder.build();
  }
}
