package dev.adit.host;

import dev.adit.devices.PciFunction;
import dev.adit.interrupts.store.MsixTable;
import dev.adit.pci.EmulatedConfigSpace;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A function with an interrupt message store that a guest programs, and with the host between the
 * two: a window of registers that the host answers itself. Everything else is the function's.
 */
public abstract sealed class PassedStore implements PciFunction permits TrappedIms, ParavirtualIms {
  final PciFunction function;

  PassedStore(PciFunction function) {
    this.function = function;
    function.config().listen(new ConfigListener());
  }

  /** {@return how many interrupts the guest has that could be delivered to it} */
  public abstract int held();

  /** Takes everything back that the guest was given, when the function is reset. */
  abstract void revoke();

  private final class ConfigListener implements EmulatedConfigSpace.Listener {
    @Override
    public void functionLevelReset() {
      revoke();
    }
  }

  @Override
  public final EmulatedConfigSpace config() {
    return function.config();
  }

  @Override
  public final List<Bar> bars() {
    return function.bars();
  }

  @Override
  public final MsixTable msix() {
    return function.msix();
  }

  @Override
  public final void back(Bar bar, Area area, MemorySegment memory) {
    function.back(bar, area, memory);
  }

  @Override
  public final void vectorOpen(int vector, boolean open) {
    function.vectorOpen(vector, open);
  }

  @Override
  public final void abandoned() {
    function.abandoned();
  }

  @Override
  public final void reset() {
    function.reset();
    revoke();
  }

  @Override
  public final void close() {
    function.close();
    revoke();
  }
}
