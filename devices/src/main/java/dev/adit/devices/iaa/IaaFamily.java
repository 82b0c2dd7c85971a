package dev.adit.devices.iaa;

import dev.adit.devices.dsa.lend.AcceleratorFamily;

/** Intel's In-Memory Analytics Accelerator. */
public final class IaaFamily extends AcceleratorFamily {
  /** Makes the family; there is no state. */
  public IaaFamily() {
    super(
        IaaArchitecture.physical(),
        "Intel In-Memory Analytics Accelerator",
        ATTRIBUTES.stream().filter(each -> !each.name().equals("operations")).toList());
  }
}
