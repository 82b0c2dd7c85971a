package dev.adit.machine;

import dev.adit.devices.PciFunction;

/**
 * What a tenant reaches of a function that it shares: the page of its queue in BAR2, which is what
 * the host maps for it, or everything where the host hands out the function as it is.
 */
record TenantSlot(PciFunction function, int requesterId, int queue, boolean everything)
    implements Slot {
  @Override
  public long readConfig(int offset, int width) {
    return everything ? function.config().read(offset, width) : -1;
  }

  @Override
  public void writeConfig(int offset, int width, long value) {
    if (everything) {
      function.config().write(offset, width, value);
    }
  }

  @Override
  public long read(int bar, long offset, int width) {
    return reaches(bar, offset) ? function.read(bar, offset, width) : -1;
  }

  @Override
  public void write(int bar, long offset, int width, long value) {
    if (reaches(bar, offset)) {
      function.write(bar, offset, width, value);
    }
  }

  boolean reaches(int bar, long offset) {
    return everything || (bar == 2 && Math.floorDiv(offset, QueueFunction.PAGE) == queue);
  }
}
