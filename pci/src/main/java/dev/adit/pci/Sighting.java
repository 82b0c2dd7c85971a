package dev.adit.pci;

/** Whether something is there, as far as one can see. */
public enum Sighting {
  /** It is there. */
  PRESENT,
  /** Its place could be read, and it is not there. */
  ABSENT,
  /**
   * Its place could not be read (only 64 or 256 bytes visible, a list that is broken before its
   * end, a text that tells only what is there), or somebody on the way filters what we see.
   */
  HIDDEN
}
