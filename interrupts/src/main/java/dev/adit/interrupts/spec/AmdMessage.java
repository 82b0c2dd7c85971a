package dev.adit.interrupts.spec;

/**
 * An interrupt message to an AMD unit that remaps: in compatibility format by its looks, but bits
 * 10:0 of the data are the index into the sender's table.
 *
 * @param address the 64-bit message address, 0xFEExxxxx
 * @param data the message data
 */
public record AmdMessage(long address, int data) {
  private static final Field INDEX = Field.bits("INDEX", 10, 0);

  /** The data. */
  public static final Layout DATA = Layout.of("AMD data", 32, INDEX, Field.reserved(31, 11));

  /** {@return the message for an entry} */
  public static AmdMessage of(int index) {
    return new AmdMessage(CompatibilityMessage.RANGE << 20, (int) INDEX.of(index));
  }

  /** {@return the entry that message data name} */
  public static int index(int data) {
    return (int) INDEX.get(data);
  }
}
