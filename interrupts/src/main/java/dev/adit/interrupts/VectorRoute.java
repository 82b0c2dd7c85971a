package dev.adit.interrupts;

/**
 * A way for one vector past the message: where a VMM emulates the MSI-X table itself and has given
 * something to signal (an eventfd) for each vector that may be delivered now.
 */
@FunctionalInterface
public interface VectorRoute {
  /** Signals the vector. Must neither block nor allocate, and may be called by several threads. */
  void deliver();
}
