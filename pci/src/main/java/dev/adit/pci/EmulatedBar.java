package dev.adit.pci;

import dev.adit.pci.spec.Header;

/**
 * A memory BAR of an emulated function.
 *
 * @param index 0 to 5
 * @param size bytes, a power of two, at least 16
 * @param wide takes 64 bits and the index after it
 * @param prefetchable reads have no side effect
 */
public record EmulatedBar(int index, long size, boolean wide, boolean prefetchable) {
  public EmulatedBar {
    boolean fits = wide ? index <= 4 : index <= 5 && size <= 1L << 31;
    if (index < 0 || !fits || size < 16 || Long.bitCount(size) != 1) {
      throw new IllegalArgumentException("BAR " + index + " of " + size + " bytes");
    }
  }

  /** {@return where its register lies} */
  public int offset() {
    return Header.BAR0 + 4 * index;
  }

  /** {@return the type bits, which are read only} */
  int type() {
    return (wide ? 4 : 0) | (prefetchable ? 8 : 0);
  }
}
