package dev.adit.pci;

import dev.adit.pci.spec.Aer;
import dev.adit.pci.spec.Field;

/** Advanced error reporting of an emulated function, version 2, with the severities of reset. */
public record AerCapability() implements EmulatedCapability {
  /** The reset value of the severity register (PCIe 7.8.4.4). */
  private static final long SEVERITY = 0x00462030;

  @Override
  public CapabilityImage image() {
    CapabilityImage image = CapabilityImage.of(Aer.LAYOUT).withVersion(2);
    for (Field error : Aer.SEVERITY) {
      image = image.with(error, error.get(SEVERITY));
    }
    return image;
  }
}
