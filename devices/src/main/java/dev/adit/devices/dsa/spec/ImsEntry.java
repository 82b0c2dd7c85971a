package dev.adit.devices.dsa.spec;

import dev.adit.interrupts.spec.EntryFormat;

/**
 * An entry of the interrupt message storage (Intel DSA Architecture Specification 3.0, section
 * 9.2.28):
 *
 * <pre>
 *   bytes 7:0    message address; a write whose bits 63:20 are not 0xFEE is ignored, bits 1:0 are 0
 *   bytes 11:8   message data
 *   bytes 15:12  0 mask   1 pending (read only)   2 ignore   3 PASID enable   31:12 PASID
 * </pre>
 */
public final class ImsEntry {
  /** The format; after reset the address is 0xFEE00000. */
  public static final EntryFormat FORMAT =
      new EntryFormat(1 << 1, 1 << 2, 1 << 3, 12, 0xFEE0_0000L, -1L << 20);

  private ImsEntry() {}
}
