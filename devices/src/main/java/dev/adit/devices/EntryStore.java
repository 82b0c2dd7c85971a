package dev.adit.devices;

import dev.adit.interrupts.store.StoreChip;

/**
 * The entries that interrupts of virtual devices can go through: a message store, or an MSI-X table
 * where there is no store or it may not be used. Whose each entry is, is the platform's affair; the
 * device only says how they are written.
 */
public interface EntryStore {
  /** {@return how entries are written} */
  StoreChip chip();

  /** {@return the ID that its messages are sent with, 16 bits} */
  int requesterId();

  /** {@return how many entries, from 0 on, the function's own driver keeps} */
  int reserved();

  /** {@return whether an entry has an interrupt waiting behind its mask} */
  boolean pending(int index);
}
