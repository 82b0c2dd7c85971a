package dev.adit.interrupts.spec;

import java.util.Optional;

/** Why a remapping unit blocked an interrupt. VT-d has codes 20h to 2Bh (5.1.4, 7.1). */
public enum FaultReason {
  /** A reserved field in a remappable request is not 0. */
  REQUEST_RESERVED(0x20, false, false),
  /** The index lies beyond the table, or the entry above the host's address width. */
  INDEX(0x21, false, true),
  /** The entry is not present. */
  NOT_PRESENT(0x22, true, true),
  /** The entry could not be read. */
  TABLE_ACCESS(0x23, false, true),
  /** A reserved field in a present entry is not 0. */
  ENTRY_RESERVED(0x24, true, true),
  /** A request in compatibility format where that is blocked. */
  COMPATIBILITY_BLOCKED(0x25, false, false),
  /** The sender is not the one the entry admits. */
  SOURCE(0x26, true, true),
  /** The posted-interrupt descriptor could not be accessed. */
  DESCRIPTOR_ACCESS(0x27, true, true),
  /** A reserved field in the posted-interrupt descriptor is not 0. */
  DESCRIPTOR_RESERVED(0x28, true, true),
  /** A request without PASID to the interrupt range that is no valid interrupt. */
  NOT_AN_INTERRUPT(0x29, false, false),
  /** The unit requires extended interrupt mode, and it is off. */
  EXTENDED_MODE_REQUIRED(0x2A, false, false),
  /** The unit requires remapping, and it is off. */
  REMAPPING_REQUIRED(0x2B, false, false),
  /**
   * Adit's PASID extension, not VT-d: the request's PASID is not the one the entry is bound to. The
   * code lies outside all ranges of the specification.
   */
  PASID(0xF0, true, true),
  /**
   * AMD: a device table entry that is not there or not valid, event 1. The reasons of AMD's units
   * are numbered A0h plus the event's code, to be told from those of VT-d.
   */
  AMD_DEVICE_ENTRY(0xA1, false, false),
  /** AMD: the device's control or its table has no such interrupt, event 2 with bit I. */
  AMD_BLOCKED(0xA2, true, true),
  /** AMD: the device table could not be read, event 3. */
  AMD_DEVICE_TABLE_ACCESS(0xA3, false, false),
  /** AMD: the interrupt table could not be read, event 4. */
  AMD_TABLE_ACCESS(0xA4, false, true);

  private final int code;
  private final boolean qualified;
  private final boolean indexed;

  FaultReason(int code, boolean qualified, boolean indexed) {
    this.code = code;
    this.qualified = qualified;
    this.indexed = indexed;
  }

  /** {@return the fault reason code, 8 bits} */
  public int code() {
    return code;
  }

  /** {@return whether the entry's FPD bit suppresses the report} */
  public boolean qualified() {
    return qualified;
  }

  /** {@return whether the record holds the index} */
  public boolean indexed() {
    return indexed;
  }

  /** {@return the reason with a code} */
  public static Optional<FaultReason> of(int code) {
    for (FaultReason reason : values()) {
      if (reason.code == code) {
        return Optional.of(reason);
      }
    }
    return Optional.empty();
  }
}
