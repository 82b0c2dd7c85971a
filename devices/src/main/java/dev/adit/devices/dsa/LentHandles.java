package dev.adit.devices.dsa;

/**
 * Interrupt handles of a virtual function (section 7.5.4): asked for by vector of its MSI-X table,
 * answered with the entry of the physical store that stands behind the vector. They are checked
 * where descriptors are executed, by the PASID beside the entry.
 */
final class LentHandles implements Handles {
  private final Lender lender;
  private final int vectors;

  /**
   * @param vectors entries of the MSI-X table
   */
  LentHandles(Lender lender, int vectors) {
    this.lender = lender;
    this.vectors = vectors;
  }

  @Override
  public boolean inTable(int index, boolean ims) {
    return !ims && index >= 1 && index < vectors;
  }

  @Override
  public int request(int index, boolean ims) {
    return lender.handle(index);
  }

  /** There is nothing to take back: an entry stays with its vector until it is revoked. */
  @Override
  public boolean release(int handleOrIndex, boolean ims) {
    boolean known = inTable(handleOrIndex, ims);
    for (int vector = 1; !ims && vector < vectors; vector++) {
      known |= lender.handle(vector) == handleOrIndex;
    }
    return known;
  }

  @Override
  public void clear() {
    // Nothing is kept here.
  }

  /** The device's own interrupts cannot go through lent entries, which are for completions. */
  @Override
  public int entry(int handle, boolean ims) {
    return NONE;
  }
}
