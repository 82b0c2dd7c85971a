package dev.adit.interrupts.remap;

import dev.adit.interrupts.InFlight;
import dev.adit.interrupts.MessageSink;

/**
 * What remapping units have in common: they handle a message by what they have cached, under a slot
 * that an invalidation waits for, and give the slot back before they read from memory or record a
 * fault, which takes a lock.
 *
 * <p>A message store in front of a unit takes a slot of the unit and looks its entry up under it
 * too, so that one slot serves both: see {@link #attempt}.
 */
public abstract sealed class RemappingUnit implements Remapper permits VtdUnit, AmdUnit {
  /** Something has to be read from memory; no outcome looks like that. */
  static final long MISS = -1;

  private final InFlight inFlight = new InFlight();

  RemappingUnit() {}

  /** {@return the slots of messages that are being handled} */
  public final InFlight inFlight() {
    return inFlight;
  }

  /**
   * A unit together with somebody who is told what becomes of each message.
   *
   * @param unit handles the messages
   * @param observer is told
   */
  public record Observed(RemappingUnit unit, Observer observer) implements MessageSink {
    @Override
    public void send(long address, int data, int requesterId, int pasid) {
      observer.handled(unit.remap(address, data, requesterId, pasid), requesterId);
    }
  }

  @Override
  public final MessageSink observed(Observer observer) {
    return new Observed(this, observer);
  }

  @Override
  public final long remap(long address, int data, int requesterId, int pasid) {
    long outcome;
    do {
      int slot = inFlight.enter();
      try {
        outcome = attempt(address, data, requesterId, pasid);
      } finally {
        inFlight.leave(slot);
      }
      if (outcome == MISS) {
        // Without the slot: an invalidation may hold the lock that reading takes.
        outcome = fetch(address, data, requesterId, pasid);
      }
    } while (outcome == MISS);
    if (Outcome.isFault(outcome)) {
      report(outcome, address, requesterId, pasid);
    }
    return outcome;
  }

  /**
   * Handles a message by what is cached; by one who has a slot.
   *
   * @return the outcome, or MISS. Unless it has {@link Outcome#arrived arrived}, nothing has
   *     happened, and the message may be sent again
   */
  public abstract long attempt(long address, int data, int requesterId, int pasid);

  /**
   * Reads what a message needs from memory; by one who has no slot.
   *
   * @return MISS to try again, or the fault of what is not cached
   */
  abstract long fetch(long address, int data, int requesterId, int pasid);

  /** Records a fault, unless the entry suppresses that. */
  abstract void report(long outcome, long address, int requesterId, int pasid);
}
