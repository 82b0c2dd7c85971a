package dev.adit.vfiouser;

import java.lang.foreign.MemorySegment;

/**
 * The interrupt vectors of a device, as the client set them up. {@link #signal} may be called by
 * any thread; it neither allocates nor blocks.
 */
public interface Interrupts {
  /**
   * Fires a vector. Without an eventfd, or masked, it is remembered and fires when that changes. A
   * vector that does not exist is ignored.
   *
   * @param index {@link Irq#INTX} and so on
   */
  void signal(int index, int vector);

  /** {@return whether a vector fired and could not be delivered yet} */
  boolean pending(int index, int vector);

  /** Forgets that a vector fired. */
  void withdraw(int index, int vector);

  /**
   * Reads the pending bits of an index as a pending-bit array of MSI-X shows them: vector 0 is bit
   * 0 of byte 0. Bits of vectors that do not exist are zero.
   *
   * @param offset first byte of the array to read
   */
  void readPending(int index, long offset, MemorySegment into, long at, int count);
}
