package dev.adit.interrupts.spec;

import static dev.adit.interrupts.spec.Field.bit;
import static dev.adit.interrupts.spec.Field.bits;
import static dev.adit.interrupts.spec.Field.reserved;

/**
 * An entry of the event log, 128 bits (AMD I/O Virtualization Technology Specification, "Event
 * Logging"), with the fields that events of interrupts have.
 *
 * @param lo bits 63:0
 * @param hi bits 127:64: the address of the message, or of the command
 */
public record AmdEvent(long lo, long hi) {
  /** Bytes of an event. */
  public static final int BYTES = 16;

  /** The event codes: those of interrupts are the low digit of a {@link FaultReason}. */
  public static final int ILLEGAL_COMMAND = 5;

  public static final int COMMAND_HARDWARE = 6;

  private static final Field DEVICE_ID = bits("DEVICEID", 15, 0);
  private static final Field I = bit("I", 51);
  private static final Field CODE = bits("EVENTCODE", 63, 60);
  private static final Field ADDRESS = bits("ADDRESS", 127, 64);

  /** An event of an interrupt. */
  public static final Layout LAYOUT =
      Layout.of("event", 128, DEVICE_ID, reserved(50, 16), I, reserved(59, 52), CODE, ADDRESS);

  /** {@return the event of a blocked interrupt} */
  public static AmdEvent blocked(FaultReason reason, int requesterId, long address) {
    return new AmdEvent(
        CODE.of(reason.code() & 0xF) | I.of(1) | DEVICE_ID.of(requesterId & 0xFFFF), address);
  }

  /** {@return the event of a command that stopped the command buffer} */
  public static AmdEvent command(int code, long address) {
    return new AmdEvent(CODE.of(code), address);
  }

  /** {@return the event code, 4 bits} */
  public int code() {
    return (int) CODE.get(lo);
  }

  /** {@return the sender} */
  public int requesterId() {
    return (int) DEVICE_ID.get(lo);
  }

  /** {@return whether it is about an interrupt} */
  public boolean interrupt() {
    return I.isSet(lo);
  }
}
