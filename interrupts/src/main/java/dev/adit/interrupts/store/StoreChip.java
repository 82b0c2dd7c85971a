package dev.adit.interrupts.store;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.Message;

/**
 * How software programs a store: the bus side of an interrupt, which is the same on bare metal and
 * in every guest. Calls come from one thread at a time, between {@link #lock} and {@link #unlock}.
 */
public interface StoreChip {
  /** {@return what the store demands of its parent} */
  StoreTraits traits();

  /** {@return the number of entries} */
  int size();

  /**
   * Prepares an entry for its owner, masked.
   *
   * @throws DomainException with {@link DomainException.Reason#COOKIE} if the store cannot express
   *     the owner
   */
  void bind(int index, Cookie cookie);

  /** Stores a pair so that the device sends the old one or this one, never a mix of both. */
  void store(int index, Message message);

  /** Masks or unmasks an entry. */
  void mask(int index, boolean masked);

  /** Takes an entry from its owner: masked, no pair, no PASID. */
  void clear(int index);

  /** {@return whether an entry is masked with a message waiting, as far as the entry shows that} */
  default boolean pending(int index) {
    return false;
  }

  /**
   * {@return whether an entry still leads where a pair was to lead, as far as can be seen} A reset
   * of the device may have emptied it.
   */
  default boolean holds(int index, Message message) {
    return true;
  }

  /** Begins a group of changes. */
  default void lock() {}

  /** Makes the changes since {@link #lock} take effect; may wait for the device. */
  default void unlock() {}
}
