package dev.adit.interrupts.store;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.RegisterWindow;

/**
 * Programs an {@link MsiStore} with one vector. Several would need a composer that hands out
 * aligned runs of vectors; drivers that want several use MSI-X.
 */
public final class MsiChip implements StoreChip {
  private final RegisterWindow capability;

  /**
   * Makes one.
   *
   * @param capability the capability's registers, from its first byte on
   */
  public MsiChip(RegisterWindow capability) {
    this.capability = capability;
  }

  @Override
  public StoreTraits traits() {
    return StoreTraits.MSI;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public void bind(int index, Cookie cookie) {
    mask(index, true);
    capability.write(2, 2, 1);
  }

  @Override
  public void store(int index, Message message) {
    capability.write(4, 4, message.address());
    capability.write(8, 4, message.address() >>> 32);
    capability.write(12, 2, message.data());
    long _ = capability.read(12, 2);
  }

  @Override
  public void mask(int index, boolean masked) {
    capability.write(16, 4, masked ? 1 : 0);
    long _ = capability.read(16, 4);
  }

  @Override
  public void clear(int index) {
    // Only sending clears a pending bit, and the next owner must not find it.
    mask(index, false);
    mask(index, true);
    capability.write(2, 2, 0);
    store(index, new Message(0, 0));
  }
}
