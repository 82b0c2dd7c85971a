package dev.adit.pci;

import dev.adit.pci.spec.PowerManagement;

/**
 * Power management of an emulated function: version 3, states D0 and D3hot, and no reset on the way
 * back from D3hot.
 */
public record PowerManagementCapability() implements EmulatedCapability {
  @Override
  public CapabilityImage image() {
    return CapabilityImage.of(PowerManagement.LAYOUT)
        .with(PowerManagement.VERSION, 3)
        .with(PowerManagement.NO_SOFT_RESET, 1)
        .fixedUnless(false, PowerManagement.PME_ENABLE);
  }
}
