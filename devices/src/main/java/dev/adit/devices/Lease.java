package dev.adit.devices;

import java.util.function.BooleanSupplier;

/** An interface in somebody's hands: resources of a function, before any guest uses them. */
public interface Lease {
  /** {@return its type} */
  AdiType type();

  /** {@return where its interrupts lie} */
  EntryStore store();

  /** {@return the ID of its requests, 16 bits} */
  int requesterId();

  /** {@return the PASID of its requests, or {@link Dma#NO_PASID}} */
  int pasid();

  /**
   * Composes what the guest sees. Called once.
   *
   * @param memory the guest's memory
   * @param entries those behind its vectors
   * @throws IllegalArgumentException if the state that was asked for contradicts itself
   */
  VirtualFunction compose(GuestSpace memory, VectorEntries entries);

  /** {@return what tells that all is done that the guest has submitted by now} */
  BooleanSupplier drained();

  /** {@return what tells that all is done that the function itself has been given by now} */
  BooleanSupplier settled();

  /** {@return whether nothing of it is in the function; asked after the guest has lost it} */
  boolean idle();

  /** Gives everything back. Called once, when it is idle. */
  void giveBack();
}
