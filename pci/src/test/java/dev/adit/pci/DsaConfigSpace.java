package dev.adit.pci;

import static dev.adit.pci.spec.PciExpress.Type.ROOT_COMPLEX_INTEGRATED_ENDPOINT;

/** A function with every capability type that has one of its own. */
public final class DsaConfigSpace {
  private DsaConfigSpace() {}

  public static EmulatedConfigSpace build() {
    return EmulatedConfigSpace.builder()
        .vendor(0x8086)
        .device(0x0b25)
        .classCode(0x088000)
        .subsystem(0x8086, 0)
        .bar64(0, 65536, true)
        .bar64(2, 131072, true)
        .capability(0x40, new PcieCapability(ROOT_COMPLEX_INTEGRATED_ENDPOINT, true, true, true))
        .capability(0x80, new MsixCapability(9, 0, 0x2000, 0, 0x3000))
        .capability(0x90, new PowerManagementCapability())
        .capability(0x100, new AerCapability())
        .capability(0x200, new SiovCapability(true))
        .capability(0x220, new AtsCapability(32))
        .capability(0x230, new PasidCapability(20, false, true))
        .capability(0x240, new PriCapability(0x200))
        .build();
  }
}
