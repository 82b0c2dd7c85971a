package dev.adit.interrupts.store;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.RegisterWindow;

/**
 * Programs an {@link ImsArray} through its registers. The address is written first and the data
 * last, which is what makes the pair live; a read-back pushes the writes to the device.
 */
public final class ImsChip implements StoreChip {
  private static final int PASID_SHIFT = 12;

  private final RegisterWindow window;
  private final int size;

  /**
   * Makes one.
   *
   * @param window the entries
   * @param size how many
   */
  public ImsChip(RegisterWindow window, int size) {
    this.window = window;
    this.size = size;
  }

  @Override
  public StoreTraits traits() {
    return StoreTraits.IMS_DEVICE;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void bind(int index, Cookie cookie) {
    int owner =
        cookie.pasid() == MessageStore.NO_PASID
            ? 0
            : ImsArray.PASID_ENABLE | (cookie.pasid() << PASID_SHIFT);
    if (pending(index)) {
      // It fired while it was nobody's. Only sending clears that: vector 0, which none accepts.
      reset(index);
      control(index, ImsArray.IGNORE);
    }
    control(index, owner | MessageEntries.MASK);
  }

  @Override
  public void store(int index, Message message) {
    window.write(at(index), 8, message.address());
    window.write(at(index) + 8, 4, message.data());
    flush(index);
  }

  @Override
  public void mask(int index, boolean masked) {
    int before = (int) window.read(at(index) + 12, 4);
    control(index, masked ? before | MessageEntries.MASK : before & ~MessageEntries.MASK);
  }

  @Override
  public void clear(int index) {
    int owner = (int) window.read(at(index) + 12, 4) & ~MessageEntries.PENDING;
    control(index, owner | MessageEntries.MASK | ImsArray.IGNORE);
    if (pending(index)) {
      // Only sending clears it, and the next owner must not find it: the old pair still leads home.
      control(index, (owner & ~MessageEntries.MASK) | ImsArray.IGNORE);
    }
    reset(index);
  }

  private void reset(int index) {
    control(index, MessageEntries.MASK | ImsArray.IGNORE);
    window.write(at(index), 8, ImsArray.RESET_ADDRESS);
    window.write(at(index) + 8, 4, 0);
    flush(index);
  }

  private boolean pending(int index) {
    return (window.read(at(index) + 12, 4) & MessageEntries.PENDING) != 0;
  }

  private void control(int index, int control) {
    window.write(at(index) + 12, 4, control);
    flush(index);
  }

  private void flush(int index) {
    long _ = window.read(at(index) + 12, 4);
  }

  private static long at(int index) {
    return (long) index * WindowedStore.ENTRY_BYTES;
  }
}
