package dev.adit.interrupts.store;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.RegisterWindow;
import dev.adit.interrupts.spec.EntryFormat;
import dev.adit.interrupts.spec.MessageEntry;

/**
 * Programs an {@link ImsArray} through its registers. The address is written first and the data
 * last, which is what makes the pair live; a read-back pushes the writes to the device.
 */
public final class ImsChip implements StoreChip {
  private static final int CONTROL = MessageEntry.CONTROL;

  private final EntryFormat format;
  private final RegisterWindow window;
  private final int size;

  /**
   * Makes one.
   *
   * @param format of the entries
   * @param window the entries
   * @param size how many
   */
  public ImsChip(EntryFormat format, RegisterWindow window, int size) {
    this.format = format;
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
    int owner = format.owned(cookie.pasid());
    if (pending(index)) {
      // It fired while it was nobody's. Only sending clears that: vector 0, which none accepts.
      reset(index);
      control(index, format.ignore());
    }
    control(index, owner | MessageEntries.MASK);
  }

  @Override
  public void store(int index, Message message) {
    window.write(at(index), 8, message.address());
    window.write(at(index) + MessageEntry.DATA, 4, message.data());
    flush(index);
  }

  @Override
  public void mask(int index, boolean masked) {
    int before = (int) window.read(at(index) + CONTROL, 4);
    control(index, masked ? before | MessageEntries.MASK : before & ~MessageEntries.MASK);
  }

  @Override
  public void clear(int index) {
    int owner = (int) window.read(at(index) + CONTROL, 4) & ~format.pending();
    control(index, owner | MessageEntries.MASK | format.ignore());
    if (pending(index)) {
      // Only sending clears it, and the next owner must not find it: the old pair still leads home.
      control(index, (owner & ~MessageEntries.MASK) | format.ignore());
    }
    reset(index);
  }

  private void reset(int index) {
    control(index, MessageEntries.MASK | format.ignore());
    window.write(at(index), 8, format.resetAddress());
    window.write(at(index) + MessageEntry.DATA, 4, 0);
    flush(index);
  }

  @Override
  public boolean pending(int index) {
    return (window.read(at(index) + CONTROL, 4) & format.pending()) != 0;
  }

  @Override
  public boolean holds(int index, Message message) {
    return window.read(at(index), 8) == message.address();
  }

  private void control(int index, int control) {
    window.write(at(index) + CONTROL, 4, control);
    flush(index);
  }

  private void flush(int index) {
    long _ = window.read(at(index) + CONTROL, 4);
  }

  private static long at(int index) {
    return (long) index * MessageEntry.BYTES;
  }
}
