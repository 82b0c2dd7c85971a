package dev.adit.pci;

import dev.adit.pci.spec.ImsGrant;

/**
 * The grant of an emulated function's interrupt message store to a guest.
 *
 * @param own messages that the guest composes work
 * @param call the host composes messages on request
 * @param bar where the call's registers lie, if there is one
 * @param offset their offset in the BAR, a multiple of 8
 */
public record ImsGrantCapability(boolean own, boolean call, int bar, int offset)
    implements EmulatedCapability {
  @Override
  public CapabilityImage image() {
    return CapabilityImage.of(ImsGrant.LAYOUT)
        .with(ImsGrant.ID, ImsGrant.VSEC_ID)
        .with(ImsGrant.REVISION, ImsGrant.VERSION)
        .with(ImsGrant.LENGTH, ImsGrant.SIZE)
        .with(ImsGrant.OWN, own ? 1 : 0)
        .with(ImsGrant.BY_CALL, call ? 1 : 0)
        .with(ImsGrant.CALL_BIR, call ? bar : 0)
        .with(ImsGrant.CALL_OFFSET, call ? offset >>> 3 : 0);
  }
}
