package dev.adit.pci;

import dev.adit.pci.spec.Pri;

/**
 * Page requests of an emulated function; responses carry the PASID.
 *
 * @param capacity outstanding page requests at most
 */
public record PriCapability(int capacity) implements EmulatedCapability {
  @Override
  public CapabilityImage image() {
    return CapabilityImage.of(Pri.LAYOUT)
        .with(Pri.STOPPED, 1)
        .with(Pri.RESPONSE_PASID, 1)
        .with(Pri.CAPACITY, Integer.toUnsignedLong(capacity));
  }
}
