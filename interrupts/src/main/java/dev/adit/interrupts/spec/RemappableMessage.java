package dev.adit.interrupts.spec;

import static dev.adit.interrupts.spec.Field.bit;
import static dev.adit.interrupts.spec.Field.bits;
import static dev.adit.interrupts.spec.Field.reserved;

/**
 * An interrupt message that names an entry of the remapping table (VT-d 5.1.2.2, 5.1.3).
 *
 * @param address the 64-bit message address, 0xFEExxxxx with bit 4 set
 * @param data the message data; means something only with SHV
 */
public record RemappableMessage(long address, int data) {
  private static final Field HANDLE_15 = bit("HANDLE15", 2);
  private static final Field SHV = bit("SHV", 3);
  private static final Field FORMAT = bit("FORMAT", 4);
  private static final Field HANDLE = bits("HANDLE14_0", 19, 5);
  private static final Field PREFIX = bits("FEE", 63, 20);

  private static final Field SUBHANDLE = bits("SUBHANDLE", 15, 0);
  private static final Field DATA_RESERVED = reserved(31, 16);

  /** The address. */
  public static final Layout ADDRESS =
      Layout.of(
          "remappable address",
          64,
          bits("IGNORED", 1, 0).as(Field.Access.RO),
          HANDLE_15,
          SHV,
          FORMAT,
          HANDLE,
          PREFIX);

  /** The data of a message with SHV; without it the data is not looked at. */
  public static final Layout DATA = Layout.of("remappable data", 32, SUBHANDLE, DATA_RESERVED);

  /**
   * {@return the message for an entry, the way Linux composes it: SHV set, sub-handle 0}
   *
   * @param index 16 bits
   */
  public static RemappableMessage of(int index) {
    return of(index, 0);
  }

  /**
   * {@return the message with SHV for entry {@code handle + subhandle}}
   *
   * @param handle 16 bits
   * @param subhandle 16 bits
   */
  public static RemappableMessage of(int handle, int subhandle) {
    return new RemappableMessage(address(handle) | SHV.of(1), (int) SUBHANDLE.of(subhandle));
  }

  /** {@return the message without SHV for an entry} */
  public static RemappableMessage withoutSubhandle(int handle) {
    return new RemappableMessage(address(handle), 0);
  }

  private static long address(int handle) {
    return PREFIX.of(CompatibilityMessage.RANGE)
        | FORMAT.of(1)
        | HANDLE.of(handle)
        | HANDLE_15.of(handle >>> 15);
  }

  /** {@return whether a message address is in remappable format} */
  public static boolean isRemappable(long address) {
    return FORMAT.isSet(address);
  }

  /** {@return whether the reserved data bits, checked with SHV only, are 0} */
  public static boolean reservedZero(long address, int data) {
    return !SHV.isSet(address) || !DATA_RESERVED.isSet(data);
  }

  /** {@return the entry a message names, 0 to 2 * 65535} */
  public static int index(long address, int data) {
    int handle = (int) (HANDLE.get(address) | HANDLE_15.get(address) << 15);
    return SHV.isSet(address) ? handle + (int) SUBHANDLE.get(data) : handle;
  }

  /** {@return the entry this message names} */
  public int index() {
    return index(address, data);
  }
}
