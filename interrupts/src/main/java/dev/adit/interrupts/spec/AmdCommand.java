package dev.adit.interrupts.spec;

import static dev.adit.interrupts.spec.Field.bit;
import static dev.adit.interrupts.spec.Field.bits;
import static dev.adit.interrupts.spec.Field.reserved;

/**
 * A command in the command buffer, 128 bits (AMD I/O Virtualization Technology Specification,
 * "Commands").
 *
 * @param lo bits 63:0
 * @param hi bits 127:64
 */
public record AmdCommand(long lo, long hi) {
  /** Bytes of a command. */
  public static final int BYTES = 16;

  /** The operations. */
  public static final int COMPLETION_WAIT = 1;

  public static final int INVALIDATE_DEVTAB_ENTRY = 2;
  public static final int INVALIDATE_PAGES = 3;
  public static final int INVALIDATE_IOTLB = 4;
  public static final int INVALIDATE_INTERRUPT_TABLE = 5;
  public static final int INVALIDATE_ALL = 8;

  private static final Field S = bit("S", 0);
  private static final Field I = bit("I", 1);
  private static final Field F = bit("F", 2);
  private static final Field STORE_ADDRESS = bits("STOREADDRESS", 51, 3);
  private static final Field DEVICE_ID = bits("DEVICEID", 15, 0);
  private static final Field OPCODE = bits("OPCODE", 63, 60);
  private static final Field STORE_DATA = bits("STOREDATA", 127, 64);

  /** COMPLETION_WAIT. */
  public static final Layout WAIT_LAYOUT =
      Layout.of(
          "COMPLETION_WAIT", 128, S, I, F, STORE_ADDRESS, reserved(59, 52), OPCODE, STORE_DATA);

  /** INVALIDATE_DEVTAB_ENTRY and INVALIDATE_INTERRUPT_TABLE. */
  public static final Layout DEVICE_LAYOUT =
      Layout.of(
          "INVALIDATE_INTERRUPT_TABLE",
          128,
          DEVICE_ID,
          reserved(59, 16),
          OPCODE,
          reserved(127, 64));

  /** INVALIDATE_ALL. */
  public static final Layout ALL_LAYOUT =
      Layout.of("INVALIDATE_ALL", 128, reserved(59, 0), OPCODE, reserved(127, 64));

  /** {@return a command that makes the unit forget a device's interrupt table} */
  public static AmdCommand invalidateInterruptTable(int requesterId) {
    return new AmdCommand(
        OPCODE.of(INVALIDATE_INTERRUPT_TABLE) | DEVICE_ID.of(requesterId & 0xFFFF), 0);
  }

  /** {@return a command that makes the unit forget a device table entry} */
  public static AmdCommand invalidateDevice(int requesterId) {
    return new AmdCommand(
        OPCODE.of(INVALIDATE_DEVTAB_ENTRY) | DEVICE_ID.of(requesterId & 0xFFFF), 0);
  }

  /** {@return a command that makes the unit forget everything} */
  public static AmdCommand invalidateAll() {
    return new AmdCommand(OPCODE.of(INVALIDATE_ALL), 0);
  }

  /** {@return a wait that writes 8 bytes to memory} */
  public static AmdCommand waitStore(long address, long data) {
    return new AmdCommand(
        OPCODE.of(COMPLETION_WAIT) | S.of(1) | STORE_ADDRESS.of(address >>> 3), data);
  }

  /** {@return a wait that sets the completion bit of the status register} */
  public static AmdCommand waitInterrupt() {
    return new AmdCommand(OPCODE.of(COMPLETION_WAIT) | I.of(1), 0);
  }

  /** {@return the operation, 4 bits} */
  public int opcode() {
    return (int) OPCODE.get(lo);
  }

  /** {@return invalidation: whose entry or table} */
  public int requesterId() {
    return (int) DEVICE_ID.get(lo);
  }

  /** {@return wait: whether data are to be stored} */
  public boolean stores() {
    return S.isSet(lo);
  }

  /** {@return wait: whether the completion interrupt is wanted} */
  public boolean interrupts() {
    return I.isSet(lo);
  }

  /** {@return wait: where the data go, a multiple of 8} */
  public long storeAddress() {
    return STORE_ADDRESS.get(lo) << 3;
  }

  /** {@return whether the bits that a layout reserves are 0} */
  public boolean reservedZero(Layout layout) {
    return (lo & layout.mask(Field.Access.RSVD, 0)) == 0
        && (hi & layout.mask(Field.Access.RSVD, 1)) == 0;
  }
}
