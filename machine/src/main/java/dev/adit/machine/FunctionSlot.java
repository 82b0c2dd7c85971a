package dev.adit.machine;

import dev.adit.devices.PciFunction;

/** A function on the machine's own bus. */
record FunctionSlot(PciFunction function, int requesterId) implements Slot {
  @Override
  public long readConfig(int offset, int width) {
    return function.config().read(offset, width);
  }

  @Override
  public void writeConfig(int offset, int width, long value) {
    function.config().write(offset, width, value);
  }

  @Override
  public long read(int bar, long offset, int width) {
    return function.read(bar, offset, width);
  }

  @Override
  public void write(int bar, long offset, int width, long value) {
    function.write(bar, offset, width, value);
  }
}
