package dev.adit.devices.dsa;

import dev.adit.devices.Dropped;
import dev.adit.devices.GuestVectors;
import java.util.List;
import java.util.Map;

/**
 * The physical side of a virtual function: queues, and entries of a message store for its vectors
 * from 1 on. Vector 0 is emulated.
 */
public interface Lender extends GuestVectors.Behind {
  /** {@return the queues by index} */
  List<? extends LentQueue> queues();

  /**
   * {@return the number by which descriptors name a vector's entry: its index in the physical
   * store; or -1 if there is none now}
   *
   * @param vector from 1 on
   */
  int handle(int vector);

  /** Takes the guest's memory out of reach of the engines, or brings it back. */
  void reach(boolean on);

  /** {@return descriptors that engines have worked on for the guest} */
  default long descriptors() {
    return 0;
  }

  /** {@return how long engines have worked for it, in nanoseconds} */
  default long engineNanos() {
    return 0;
  }

  /** {@return completion interrupts that were not sent, by reason} */
  default Map<Dropped, Long> dropped() {
    return Map.of();
  }
}
