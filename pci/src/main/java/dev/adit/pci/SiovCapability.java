package dev.adit.pci;

import dev.adit.pci.spec.SiovDvsec;

/**
 * The SIOV DVSEC of an emulated function: pages of 4 KiB, no dependency on another function.
 *
 * @param ims has an Interrupt Message Store
 */
public record SiovCapability(boolean ims) implements EmulatedCapability {
  @Override
  public CapabilityImage image() {
    return CapabilityImage.of(SiovDvsec.LAYOUT)
        .with(SiovDvsec.SUPPORTED_PAGE_SIZES, 1)
        .with(SiovDvsec.SYSTEM_PAGE_SIZE, 1)
        .with(SiovDvsec.IMS, ims ? 1 : 0);
  }
}
