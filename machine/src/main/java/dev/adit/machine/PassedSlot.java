package dev.adit.machine;

import dev.adit.devices.PciFunction;
import dev.adit.interrupts.RegisterWindow;
import dev.adit.interrupts.domain.TrappedStore;
import dev.adit.pci.spec.Msix;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A function passed to a guest: configuration space and MSI-X table are intercepted, everything
 * else in the BARs is mapped.
 */
final class PassedSlot implements Slot {
  private final PciFunction function;
  private final int requesterId;
  private final RegisterWindow table;
  private final TrappedStore backing;
  private final int tableBar;
  private final long tableOffset;
  private final long tableEnd;
  private final AtomicLong traps = new AtomicLong();

  PassedSlot(PciFunction function, int requesterId, RegisterWindow table, TrappedStore backing) {
    this.function = function;
    this.requesterId = requesterId;
    this.table = table;
    this.backing = backing;
    tableBar = (int) function.config().get(Msix.TABLE_BIR);
    tableOffset = function.config().get(Msix.TABLE_OFFSET) << 3;
    tableEnd = tableOffset + function.msix().size() * 16L;
  }

  long traps() {
    return traps.get();
  }

  void translateAgain() {
    backing.translateAgain();
  }

  /** Resets the function and takes back what backs its vectors. */
  void reset() {
    function.reset();
    backing.reset();
  }

  @Override
  public int requesterId() {
    return requesterId;
  }

  @Override
  public long readConfig(int offset, int width) {
    traps.incrementAndGet();
    return function.config().read(offset, width);
  }

  @Override
  public void writeConfig(int offset, int width, long value) {
    traps.incrementAndGet();
    function.config().write(offset, width, value);
  }

  @Override
  public long read(int bar, long offset, int width) {
    if (bar == tableBar && offset >= tableOffset && offset < tableEnd) {
      traps.incrementAndGet();
      return table.read(offset - tableOffset, width);
    }
    return function.read(bar, offset, width);
  }

  @Override
  public void write(int bar, long offset, int width, long value) {
    if (bar == tableBar && offset >= tableOffset && offset < tableEnd) {
      traps.incrementAndGet();
      table.write(offset - tableOffset, width, value);
    } else {
      function.write(bar, offset, width, value);
    }
  }
}
