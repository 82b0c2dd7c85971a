package dev.adit.devices.sdi.spec;

import dev.adit.interrupts.spec.EntryFormat;
import dev.adit.interrupts.spec.MessageEntry;

/**
 * Where the SDI function has its registers; docs/reference/sdi.md is its manual. All are
 * little-endian.
 *
 * <pre>
 *   BAR0, 16 KiB, for the driver of the function
 *     0x0000 + 8 * n   R/W 4   SDI n: bit 0 enable
 *     0x2000           MSI-X table of the function
 *     0x3000           its pending bits
 *   BAR2, 8 KiB for each SDI
 *     0x0000           registers, a page for the SDI's user
 *     0x1000           MSI-X table of the SDI
 *     0x1800           its pending bits
 *     0x1c00           its interrupt message store, 16 bytes an entry
 * </pre>
 */
public final class SdiLayout {
  /** Of a vendor range that no manufacturer has. */
  public static final int VENDOR = 0xFFF0;

  public static final int DEVICE = 0x0070;

  public static final int CONTROL_BYTES = 0x4000;
  public static final int CONTROL_STRIDE = 8;
  public static final int ENABLE = 1;
  public static final int FUNCTION_TABLE = 0x2000;
  public static final int FUNCTION_PENDING = 0x3000;

  /** Bytes of BAR2 for each SDI. */
  public static final int SDI_BYTES = 0x2000;

  /** Bytes of its registers. */
  public static final int PAGE = 0x1000;

  public static final int TABLE = 0x1000;
  public static final int PENDING = 0x1800;
  public static final int STORE = 0x1c00;

  /** Entries of an SDI's store. */
  public static final int STORE_ENTRIES = 64;

  /** Bytes of an entry of table or store. */
  public static final int ENTRY = MessageEntry.BYTES;

  /** Control words of the store's entries; messages go to local APICs only. */
  public static final EntryFormat STORE_FORMAT =
      new EntryFormat(1 << 1, 1 << 2, 1 << 3, 12, 0xFEE0_0000L, -1L << 20);

  /** Register, R 4: interrupts that the SDI has, beside the driver's own vector 0. */
  public static final int VECTORS = 0x00;

  /** Register, R/W 8: address of what is copied. */
  public static final int SOURCE = 0x08;

  /** Register, R/W 8: address that it is copied to. */
  public static final int DESTINATION = 0x10;

  /** Register, R/W 4: how many bytes, 1 to {@link #MOST_BYTES}. */
  public static final int LENGTH = 0x18;

  /**
   * Register, R/W 4: the vector or entry that tells the end; {@link #IN_STORE}, {@link #SILENT}.
   */
  public static final int HANDLE = 0x1c;

  /** Register, W 4: any value begins the work, which is done when the write returns. */
  public static final int DOORBELL = 0x20;

  /** Register, R 4: what became of the last work. */
  public static final int STATUS = 0x24;

  /** Work is done by whoever rings the doorbell, so it is short. */
  public static final int MOST_BYTES = 1 << 16;

  /** Handle: the entry is one of the store, not a vector of the MSI-X table. */
  public static final int IN_STORE = 1 << 31;

  /** Handle: signal nothing. */
  public static final int SILENT = 0x7FFF_FFFF;

  /** Status: nothing has been done since the reset. */
  public static final int IDLE = 0;

  /** Status: the bytes are copied. */
  public static final int DONE = 1;

  /** Status: there is no such vector or entry; nothing was done. */
  public static final int BAD_HANDLE = 2;

  /** Status: an address leads nowhere; some bytes may have been copied. */
  public static final int BAD_ADDRESS = 3;

  /** Status: the length is out of bounds; nothing was done. */
  public static final int BAD_LENGTH = 4;

  /** Status: the SDI is not enabled. */
  public static final int DISABLED = 5;

  private SdiLayout() {}
}
