package dev.adit.devices.dsa.lend;

import dev.adit.devices.EntryStore;
import dev.adit.devices.dsa.DsaDevice;
import dev.adit.devices.dsa.spec.Block;
import dev.adit.devices.dsa.spec.ImsEntry;
import dev.adit.interrupts.RegisterWindow;
import dev.adit.interrupts.spec.MessageEntry;
import dev.adit.interrupts.store.ImsChip;
import dev.adit.interrupts.store.StoreChip;
import dev.adit.pci.spec.Msix;

/**
 * The entries of a DSA that completions can go through: its interrupt message store (section 5.4),
 * or its MSI-X table with the permissions beside it.
 */
final class DsaEntries implements EntryStore {
  private final DsaDevice device;
  private final int requesterId;
  private final boolean ims;
  private final StoreChip chip;
  private final long base;

  /**
   * @param imsEntries entries of the store, 0 for the MSI-X table
   * @param offsets the register that says where the tables lie
   */
  DsaEntries(DsaDevice device, int imsEntries, int requesterId, long offsets) {
    this.device = device;
    this.requesterId = requesterId;
    ims = imsEntries > 0;
    if (ims) {
      base = (offsets >>> 48) << 8;
      chip = new ImsChip(ImsEntry.FORMAT, window(base), imsEntries);
    } else {
      base = device.config().get(Msix.PBA_OFFSET) << 3;
      long table = device.config().get(Msix.TABLE_OFFSET) << 3;
      chip =
          new PermittedMsix(
              window(table), window(Block.MSIXPERM.table(offsets)), device.msix().size());
    }
  }

  private RegisterWindow window(long start) {
    return new RegisterWindow() {
      @Override
      public long read(long offset, int width) {
        return device.read(0, start + offset, width);
      }

      @Override
      public void write(long offset, int width, long value) {
        device.write(0, start + offset, width, value);
      }
    };
  }

  private static long control(int index) {
    return (long) index * MessageEntry.BYTES + MessageEntry.CONTROL;
  }

  @Override
  public StoreChip chip() {
    return chip;
  }

  @Override
  public int requesterId() {
    return requesterId;
  }

  /** Vector 0 is the device's own. */
  @Override
  public int reserved() {
    return ims ? 0 : 1;
  }

  @Override
  public boolean pending(int index) {
    return ims
        ? (device.read(0, base + control(index), 4) & ImsEntry.FORMAT.pending()) != 0
        : (device.read(0, base, 8) >>> index & 1) != 0;
  }
}
