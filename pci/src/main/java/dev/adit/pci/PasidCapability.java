package dev.adit.pci;

import dev.adit.pci.spec.Pasid;

/**
 * PASIDs of an emulated function.
 *
 * @param width bits of a PASID, 1 to 20
 * @param execute may ask for execute permission
 * @param privileged may ask for privileged mode
 */
public record PasidCapability(int width, boolean execute, boolean privileged)
    implements EmulatedCapability {
  public PasidCapability {
    if (width < 1 || width > 20) {
      throw new IllegalArgumentException("PASID width: " + width);
    }
  }

  @Override
  public CapabilityImage image() {
    return CapabilityImage.of(Pasid.LAYOUT)
        .with(Pasid.MAX_WIDTH, width)
        .with(Pasid.EXECUTE, execute ? 1 : 0)
        .with(Pasid.PRIVILEGED, privileged ? 1 : 0)
        .fixedUnless(execute, Pasid.EXECUTE_ENABLE)
        .fixedUnless(privileged, Pasid.PRIVILEGED_ENABLE);
  }
}
