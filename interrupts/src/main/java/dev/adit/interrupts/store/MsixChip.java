package dev.adit.interrupts.store;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.RegisterWindow;
import dev.adit.interrupts.spec.MessageEntry;

/**
 * Programs an {@link MsixTable} through its registers, the way the specification asks for: an entry
 * is masked while its pair changes.
 */
public final class MsixChip implements StoreChip {
  private final RegisterWindow window;
  private final int size;

  /**
   * Makes one.
   *
   * @param window the table
   * @param size its entries
   */
  public MsixChip(RegisterWindow window, int size) {
    this.window = window;
    this.size = size;
  }

  @Override
  public StoreTraits traits() {
    return StoreTraits.MSIX;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void bind(int index, Cookie cookie) {
    // The table has no PASIDs; a device that checks them keeps them elsewhere.
    mask(index, true);
  }

  @Override
  public void store(int index, Message message) {
    boolean open = (window.read(at(index) + MessageEntry.CONTROL, 4) & MessageEntries.MASK) == 0;
    if (open) {
      mask(index, true);
    }
    window.write(at(index), 4, message.address());
    window.write(at(index) + 4, 4, message.address() >>> 32);
    window.write(at(index) + MessageEntry.DATA, 4, message.data());
    if (open) {
      mask(index, false);
    }
  }

  @Override
  public void mask(int index, boolean masked) {
    window.write(at(index) + MessageEntry.CONTROL, 4, masked ? MessageEntries.MASK : 0);
    long _ = window.read(at(index) + MessageEntry.CONTROL, 4);
  }

  @Override
  public void clear(int index) {
    // Only sending clears a pending bit, and the next owner must not find it.
    mask(index, false);
    mask(index, true);
    store(index, new Message(0, 0));
  }

  private static long at(int index) {
    return (long) index * MessageEntry.BYTES;
  }
}
