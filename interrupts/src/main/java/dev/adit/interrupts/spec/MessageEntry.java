package dev.adit.interrupts.spec;

/**
 * An entry of a message store in registers, as MSI-X has it (PCI Express Base Specification,
 * section 7.7.2, "MSI-X Capability and Table Structures") and stores of other kinds took it over:
 *
 * <pre>
 *   bytes 7:0    message address
 *   bytes 11:8   message data
 *   bytes 15:12  vector control: bit 0 is the mask, the rest is the store's own
 * </pre>
 */
public final class MessageEntry {
  /** Bytes of an entry. */
  public static final int BYTES = 16;

  /** Offset of the message address, 8 bytes. */
  public static final int ADDRESS = 0;

  /** Offset of the message data, 4 bytes. */
  public static final int DATA = 8;

  /** Offset of the control word, 4 bytes. */
  public static final int CONTROL = 12;

  /** Control: the entry sends nothing, what fires it becomes pending. */
  public static final int MASK = 1;

  private MessageEntry() {}
}
