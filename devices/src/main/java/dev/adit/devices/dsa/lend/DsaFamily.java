package dev.adit.devices.dsa.lend;

import dev.adit.devices.dsa.DsaProfile;

/** Intel's Data Streaming Accelerator. */
public final class DsaFamily extends AcceleratorFamily {
  /** Makes the family; there is no state. */
  public DsaFamily() {
    super(DsaProfile.physical(), "Intel Data Streaming Accelerator", ATTRIBUTES);
  }
}
