package dev.adit.devices.sdi;

import static dev.adit.devices.sdi.spec.SdiLayout.*;

import dev.adit.devices.EntryStore;
import dev.adit.devices.sdi.spec.SdiLayout;
import dev.adit.interrupts.RegisterWindow;
import dev.adit.interrupts.store.ImsChip;
import dev.adit.interrupts.store.MsixChip;
import dev.adit.interrupts.store.StoreChip;

/** The entries of one SDI: its message store, or its MSI-X table where that may not be used. */
final class SdiEntries implements EntryStore {
  private final Sdi sdi;
  private final boolean ims;
  private final StoreChip chip;

  /**
   * @param ims whether it is the message store
   */
  SdiEntries(Sdi sdi, boolean ims) {
    this.sdi = sdi;
    this.ims = ims;
    chip =
        ims
            ? new ImsChip(SdiLayout.STORE_FORMAT, new Window(sdi, STORE), sdi.store().size())
            : new MsixChip(new Window(sdi, TABLE), sdi.msix().size());
  }

  private record Window(Sdi sdi, int base) implements RegisterWindow {
    @Override
    public long read(long offset, int width) {
      return sdi.read(base + offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
      sdi.write(base + offset, width, value);
    }
  }

  /** {@return how work names an entry} */
  int handle(int index) {
    return ims ? index | IN_STORE : index;
  }

  @Override
  public StoreChip chip() {
    return chip;
  }

  @Override
  public int requesterId() {
    return sdi.requesterId();
  }

  @Override
  public int reserved() {
    return 0;
  }

  @Override
  public boolean pending(int index) {
    return ims ? sdi.store().pending(index) : sdi.msix().pending(index);
  }
}
