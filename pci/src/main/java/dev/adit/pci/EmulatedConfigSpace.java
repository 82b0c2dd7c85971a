package dev.adit.pci;

/**
 * The configuration space of an emulated function: 4096 bytes with the access rules of each
 * register.
 */
public final class EmulatedConfigSpace {
  /** Bytes of a PCI Express configuration space. */
  public static final int SIZE = 4096;
}
