package dev.adit.devices.dsa;

import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;

/**
 * A work queue as it is lent to a virtual function: the whole of a dedicated queue of a physical
 * function, or a part of a shared one. Whoever lends it sees to PASIDs and to its neighbours.
 *
 * <p>Commands come from one thread at a time, descriptors from the thread of register accesses.
 * Nothing blocks.
 */
public interface LentQueue {
  /** {@return the most entries that the guest can have} */
  int size();

  /**
   * Takes the queue into service.
   *
   * @return false if that cannot be done now: work of former days has not ended yet
   */
  boolean enable(QueueTerms terms);

  /**
   * Waits for what is in the queue.
   *
   * @param close whether it takes nothing from now on
   * @param discard whether what was not begun is dropped, without record and interrupt
   * @return what tells that everything that was in the queue is done
   */
  BooleanSupplier drain(boolean close, boolean discard);

  /** Takes the queue, which was closed, out of service. */
  void disable();

  /** {@return whether nothing is left of what was in the queue, now that it is out of service} */
  boolean free();

  /**
   * Takes a descriptor.
   *
   * @param limit the occupancy that it must find less than
   * @return whether it was taken
   */
  boolean offer(MemorySegment from, long at, int limit);

  /** {@return descriptors that wait, 0 to {@link #size}} */
  int occupancy();

  /**
   * Keeps descriptors back, or lets them go on: while a device is suspended, what its guest submits
   * is taken and waits.
   *
   * @return what tells that everything that went on before is done
   */
  BooleanSupplier hold(boolean on);

  /** {@return the descriptors kept back, oldest first, 64 bytes each} */
  MemorySegment held();

  /**
   * Puts descriptors back that {@link #held} gave, while the queue is enabled and held.
   *
   * @return false if there are more than the queue has room for
   */
  boolean keep(MemorySegment descriptors);
}
