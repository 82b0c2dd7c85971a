package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Register;
import dev.adit.interrupts.MessageStore;

/** The interrupts of the device itself: a bit in INTCAUSE, then vector 0 (section 3.7). */
final class MiscInterrupts {
  private static final int VECTOR = 0;

  private final RegisterFile registers;
  private final MessageStore msix;
  private final Tally sent = new Tally();

  MiscInterrupts(RegisterFile registers, MessageStore msix) {
    this.registers = registers;
    this.msix = msix;
  }

  /** Signals a cause, whether or not it was set: a handler may have read it already. */
  void raise(int cause) {
    registers.setBits(Register.INTCAUSE, cause);
    sent.increment();
    msix.fire(VECTOR);
  }

  long sent() {
    return sent.get();
  }
}
