package dev.adit.devices.dsa.lend;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.RegisterWindow;
import dev.adit.interrupts.store.MsixChip;
import dev.adit.interrupts.store.StoreChip;
import dev.adit.interrupts.store.StoreTraits;

/**
 * Programs the MSI-X table of a DSA together with the permissions beside it (DSA 3.0, 9.2.21),
 * which say whose descriptors may use a vector.
 */
final class PermittedMsix implements StoreChip {
  private static final int STRIDE = 8;
  private static final int IGNORE = 1 << 2;
  private static final int PASID_ENABLE = 1 << 3;
  private static final int PASID_SHIFT = 12;

  private final MsixChip table;
  private final RegisterWindow permissions;

  PermittedMsix(RegisterWindow table, RegisterWindow permissions, int size) {
    this.table = new MsixChip(table, size);
    this.permissions = permissions;
  }

  @Override
  public StoreTraits traits() {
    return table.traits();
  }

  @Override
  public int size() {
    return table.size();
  }

  @Override
  public void bind(int index, Cookie cookie) {
    table.bind(index, cookie);
    boolean tagged = cookie.pasid() != MessageStore.NO_PASID;
    permit(index, tagged ? PASID_ENABLE | cookie.pasid() << PASID_SHIFT : 0);
  }

  @Override
  public void store(int index, Message message) {
    table.store(index, message);
  }

  @Override
  public void mask(int index, boolean masked) {
    table.mask(index, masked);
  }

  @Override
  public void clear(int index) {
    permit(index, IGNORE);
    table.clear(index);
  }

  private void permit(int index, int permission) {
    permissions.write((long) index * STRIDE, 4, Integer.toUnsignedLong(permission));
  }
}
