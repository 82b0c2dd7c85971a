package dev.adit.pci;

import dev.adit.pci.spec.Ats;

/**
 * Address translation services of an emulated function, page aligned and with global invalidation.
 *
 * @param queueDepth invalidation requests taken, 1 to 32
 */
public record AtsCapability(int queueDepth) implements EmulatedCapability {
  public AtsCapability {
    if (queueDepth < 1 || queueDepth > 32) {
      throw new IllegalArgumentException("ATS queue depth: " + queueDepth);
    }
  }

  @Override
  public CapabilityImage image() {
    return CapabilityImage.of(Ats.LAYOUT)
        .with(Ats.QUEUE_DEPTH, queueDepth & 31)
        .with(Ats.PAGE_ALIGNED, 1)
        .with(Ats.GLOBAL_INVALIDATE, 1);
  }
}
