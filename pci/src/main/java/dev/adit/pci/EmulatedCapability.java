package dev.adit.pci;

/** A capability as an emulated function shows it. */
public interface EmulatedCapability {
  /** {@return its registers and their reset values} */
  CapabilityImage image();
}
