package dev.adit.interrupts;

import java.util.ArrayList;
import java.util.List;

/** Processors that write down what reaches them. */
final class RecordingBus implements InterruptBus {
  /** An interrupt that came out; the descriptor is 0 unless it was a notification. */
  record Interrupt(int destination, int vector, int attributes, long descriptor) {}

  final List<Interrupt> seen = new ArrayList<>();

  @Override
  public synchronized void deliver(int destination, int vector, int attributes) {
    seen.add(new Interrupt(destination, vector, attributes, 0));
  }

  @Override
  public synchronized void notify(int destination, int vector, long descriptor) {
    seen.add(new Interrupt(destination, vector, 0, descriptor));
  }

  /** Hands out what was seen and forgets it. */
  synchronized List<Interrupt> take() {
    List<Interrupt> taken = List.copyOf(seen);
    seen.clear();
    return taken;
  }
}
