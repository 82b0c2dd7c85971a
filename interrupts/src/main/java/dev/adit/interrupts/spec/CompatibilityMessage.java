package dev.adit.interrupts.spec;

import static dev.adit.interrupts.spec.Field.bit;
import static dev.adit.interrupts.spec.Field.bits;
import static dev.adit.interrupts.spec.Field.reserved;

/**
 * An x86 interrupt message that names processor and vector itself: what MSI looks like without
 * remapping (Intel SDM 3A, "Message Signalled Interrupts"; VT-d 5.1.2.1, where it is called
 * compatibility format).
 *
 * @param address the 64-bit message address, 0xFEExxxxx
 * @param data the message data
 */
public record CompatibilityMessage(long address, int data) {
  /** Address bits 63:20 of every interrupt message. */
  public static final long RANGE = 0xFEE;

  private static final Field DM = bit("DM", 2);
  private static final Field RH = bit("RH", 3);
  private static final Field FORMAT = bit("FORMAT", 4);
  private static final Field DEST_HIGH = bits("DEST14_8", 11, 5);
  private static final Field DEST = bits("DEST7_0", 19, 12);
  private static final Field PREFIX = bits("FEE", 63, 20);

  private static final Field VECTOR = bits("VECTOR", 7, 0);
  private static final Field DLM = bits("DLM", 10, 8);
  private static final Field LEVEL = bit("LEVEL", 14);
  private static final Field TM = bit("TM", 15);

  /**
   * The address. Bits 11:5 are reserved in the manuals; by a convention of KVM, Hyper-V and Xen
   * they carry bits 14:8 of the destination, so that 32768 processors can be reached without a
   * remapper.
   */
  public static final Layout ADDRESS =
      Layout.of(
          "compatibility address", 64, reserved(1, 0), DM, RH, FORMAT, DEST_HIGH, DEST, PREFIX);

  /** The data. */
  public static final Layout DATA =
      Layout.of(
          "compatibility data", 32, VECTOR, DLM, reserved(13, 11), LEVEL, TM, reserved(31, 16));

  /**
   * {@return an edge-triggered fixed interrupt to one processor}
   *
   * @param destination APIC ID, 15 bits; above 255 only where the platform has the convention
   * @param vector 8 bits
   */
  public static CompatibilityMessage fixed(int destination, int vector) {
    long address = PREFIX.of(RANGE) | DEST.of(destination) | DEST_HIGH.of(destination >>> 8);
    return new CompatibilityMessage(address, (int) VECTOR.of(vector));
  }

  /** {@return whether an address, of either format, lies in the interrupt range} */
  public static boolean inRange(long address) {
    return address >>> 20 == RANGE;
  }

  /** {@return this message's 8-bit destination} */
  public int destination() {
    return destination(address);
  }

  /** {@return this message's vector} */
  public int vector() {
    return vector(data);
  }

  /** {@return the 8-bit destination} */
  public static int destination(long address) {
    return (int) DEST.get(address);
  }

  /** {@return the destination with the extension to 15 bits} */
  public static int extendedDestination(long address) {
    return (int) (DEST.get(address) | DEST_HIGH.get(address) << 8);
  }

  /** {@return redirection hint, destination and trigger mode, delivery mode, packed} */
  public static int attributes(long address, int data) {
    return Attributes.of((int) DLM.get(data), DM.isSet(address), RH.isSet(address), TM.isSet(data));
  }

  /** {@return the vector} */
  public static int vector(int data) {
    return (int) VECTOR.get(data);
  }
}
