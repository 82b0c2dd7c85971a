package dev.adit.pci.spec;

/** What software may do with a field of configuration space. */
public enum Access {
  /** Read only: writes are dropped. */
  RO,
  /** Read and write. */
  RW,
  /** Read; writing 1 clears the bit, writing 0 leaves it. */
  RW1C,
  /** Reads 0; writing 1 starts something. */
  TRIGGER
}
