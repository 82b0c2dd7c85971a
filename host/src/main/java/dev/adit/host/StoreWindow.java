package dev.adit.host;

import dev.adit.devices.PciFunction;
import dev.adit.interrupts.RegisterWindow;
import dev.adit.interrupts.spec.MessageEntry;

/**
 * A function's interrupt message store as the host reaches it, through the function's registers.
 *
 * @param function has the store
 * @param bar in which BAR
 * @param offset where in it
 * @param entries how many, 16 bytes each
 */
record StoreWindow(PciFunction function, int bar, long offset, int entries)
    implements RegisterWindow {
  /** {@return whether an access meets the store} */
  boolean holds(int atBar, long at) {
    return atBar == bar && at >= offset && at < offset + (long) entries * MessageEntry.BYTES;
  }

  @Override
  public long read(long at, int width) {
    return function.read(bar, offset + at, width);
  }

  @Override
  public void write(long at, int width, long value) {
    function.write(bar, offset + at, width, value);
  }
}
