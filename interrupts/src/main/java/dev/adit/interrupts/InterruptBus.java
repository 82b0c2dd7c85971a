package dev.adit.interrupts;

/**
 * Where interrupts leave the remapping hardware: the processors with their local APICs.
 *
 * <p>Implementations must neither block nor allocate, may be called by several threads, and must
 * not access registers of the calling unit from inside a call: an invalidation waits for deliveries
 * that are on their way.
 */
public interface InterruptBus {
  /**
   * Takes an interrupt.
   *
   * @param destination APIC ID: 8 bits in xAPIC mode, else 32 bits
   * @param vector 8 bits
   * @param attributes see {@link dev.adit.interrupts.spec.Attributes}
   */
  void deliver(int destination, int vector, int attributes);

  /**
   * Takes the notification that a posted-interrupt descriptor has got interrupts: a fixed,
   * edge-triggered one to the descriptor's NDST and NV.
   *
   * @param descriptor the descriptor's address, for those who serve it without an APIC
   */
  default void notify(int destination, int vector, long descriptor) {
    deliver(destination, vector, dev.adit.interrupts.spec.Attributes.FIXED_EDGE);
  }
}
