package dev.adit.interrupts.remap;

/**
 * How an AMD unit is set up.
 *
 * @param longEntries GAEn: table entries have 128 bits, else 32
 * @param extendedDestination XTEn: destinations have 32 bits; needs long entries
 */
public record AmdConfig(boolean longEntries, boolean extendedDestination) {
  public AmdConfig {
    if (extendedDestination && !longEntries) {
      throw new IllegalArgumentException("32-bit destinations need 128-bit entries");
    }
  }
}
