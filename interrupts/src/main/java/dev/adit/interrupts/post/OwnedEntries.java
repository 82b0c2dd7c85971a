package dev.adit.interrupts.post;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.remap.RemapTable;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** A remapping table that remembers whose each entry was last, so that a fault has a name. */
final class OwnedEntries implements RemapTable {
  private final RemapTable table;
  private final AtomicIntegerArray owners;

  OwnedEntries(RemapTable table) {
    this.table = table;
    owners = new AtomicIntegerArray(table.size(0));
  }

  /** {@return the number of an entry's owner, present or last; 0 if it never had one} */
  int owner(int index) {
    return index < owners.length() ? owners.get(index) : 0;
  }

  @Override
  public int size(int requesterId) {
    return table.size(requesterId);
  }

  @Override
  public boolean perFunction() {
    return table.perFunction();
  }

  @Override
  public Message message(int index) {
    return table.message(index);
  }

  @Override
  public void fill(int requesterId, int index, Aim aim, Cookie cookie) {
    owners.set(index, cookie.vm());
    table.fill(requesterId, index, aim, cookie);
  }

  @Override
  public boolean aim(int requesterId, int index, Aim aim, Cookie cookie) {
    return table.aim(requesterId, index, aim, cookie);
  }

  @Override
  public void empty(int requesterId, int index) {
    table.empty(requesterId, index);
  }
}
