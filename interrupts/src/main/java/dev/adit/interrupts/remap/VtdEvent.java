package dev.adit.interrupts.remap;

import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.spec.CompatibilityMessage;
import dev.adit.interrupts.spec.VtdFields;
import dev.adit.interrupts.spec.VtdRegister;

/**
 * An event interrupt of the unit: its control register with mask and pending bit and its message
 * registers (VT-d 7.3, 11.4.7.2). The message is never remapped (5.1.6). Guarded by the unit's
 * lock.
 */
final class VtdEvent {
  private long control = VtdRegister.FECTL.reset();
  private long data;
  private long address;
  private long upperAddress;

  long control() {
    return control;
  }

  long data() {
    return data;
  }

  long address() {
    return address;
  }

  long upperAddress() {
    return upperAddress;
  }

  void data(long value) {
    data = value;
  }

  void address(long value) {
    address = value;
  }

  void upperAddress(long value) {
    upperAddress = value;
  }

  /** Something happened. {@return whether the message has to be sent now} */
  boolean raise() {
    if (VtdFields.IM.isSet(control)) {
      control = VtdFields.IP.set(control, 1);
      return false;
    }
    return true;
  }

  /** Writes the control register. {@return whether the message has to be sent now} */
  boolean control(long value) {
    control = VtdFields.IM.set(control, VtdFields.IM.get(value));
    boolean send = VtdFields.IP.isSet(control) && !VtdFields.IM.isSet(control);
    if (send) {
      control = VtdFields.IP.set(control, 0);
    }
    return send;
  }

  /** Software has cleared every reason: what is pending is dropped. */
  void withdraw() {
    control = VtdFields.IP.set(control, 0);
  }

  /** {@return the message as it stands} */
  Message message() {
    return new Message((upperAddress << 32) | address, (int) data);
  }

  /** A copy of the message registers, to be sent when the lock is released. */
  record Message(long address, int data) {
    void send(InterruptBus bus, boolean extendedMode) {
      // In extended mode the upper address register holds destination bits 31:8 in place.
      int upper = extendedMode ? (int) (address >>> 32) & 0xFFFF_FF00 : 0;
      bus.deliver(
          upper | CompatibilityMessage.destination(address),
          CompatibilityMessage.vector(data),
          CompatibilityMessage.attributes(address, data));
    }
  }
}
