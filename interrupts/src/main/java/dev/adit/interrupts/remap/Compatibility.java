package dev.adit.interrupts.remap;

import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.spec.CompatibilityMessage;

/** Delivery of a message as it is. */
final class Compatibility {
  private Compatibility() {}

  static long deliver(InterruptBus bus, long address, int data, boolean extendedDestination) {
    int destination =
        extendedDestination
            ? CompatibilityMessage.extendedDestination(address)
            : CompatibilityMessage.destination(address);
    int vector = CompatibilityMessage.vector(data);
    bus.deliver(destination, vector, CompatibilityMessage.attributes(address, data));
    return Outcome.delivered(Outcome.Kind.COMPATIBILITY, 0, destination, vector);
  }
}
