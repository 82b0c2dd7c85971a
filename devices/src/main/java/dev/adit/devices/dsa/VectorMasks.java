package dev.adit.devices.dsa;

/**
 * Forwards masks of a virtual MSI-X table to the entries behind its vectors. A vector is open if
 * the table says so, or the VMM that emulates the table and routes vectors past it.
 */
final class VectorMasks {
  private final Lender lender;
  private final boolean[] byTable;
  private final boolean[] byRoute;
  private final boolean[] open;

  VectorMasks(Lender lender, int vectors) {
    this.lender = lender;
    byTable = new boolean[vectors];
    byRoute = new boolean[vectors];
    open = new boolean[vectors];
  }

  /** Takes what the table says. */
  synchronized void table(int vector, boolean isOpen) {
    byTable[vector] = isOpen;
    forward(vector);
  }

  /** Takes what the VMM says; of vectors that do not exist, nothing. */
  synchronized void route(int vector, boolean isOpen) {
    if (vector >= 0 && vector < byRoute.length) {
      byRoute[vector] = isOpen;
      forward(vector);
    }
  }

  private void forward(int vector) {
    boolean now = byTable[vector] || byRoute[vector];
    if (vector > 0 && now != open[vector]) {
      open[vector] = now;
      lender.mask(vector, !now);
    }
  }
}
