package dev.adit.interrupts;

import dev.adit.interrupts.spec.CompatibilityMessage;

/** Delivery of a message as it is. */
final class Compatibility {
  private Compatibility() {}

  static long deliver(InterruptBus bus, long address, int data, boolean extendedDestination) {
    CompatibilityMessage message = new CompatibilityMessage(address, data);
    int destination = extendedDestination ? message.extendedDestination() : message.destination();
    bus.deliver(destination, message.vector(), message.attributes());
    return Outcome.delivered(Outcome.Kind.COMPATIBILITY, 0, destination, message.vector());
  }
}
