package dev.adit.pci;

import dev.adit.pci.spec.CapabilityKey;
import dev.adit.pci.spec.CapabilityNames;

/**
 * A capability found in a configuration space.
 *
 * @param key which one; for a DVSEC with its vendor and ID, if visible
 * @param offset where it begins
 * @param version from the header of an extended capability, else 0
 */
public record Capability(CapabilityKey key, int offset, int version) {
  /** {@return its name} */
  public String name() {
    return CapabilityNames.of(key);
  }
}
