package dev.adit.pci.spec;

import static dev.adit.pci.spec.Formats.HEX4;

/**
 * Adit's own vendor-specific extended capability by which a host grants a guest the programming of
 * a function's interrupt message store (docs/ims-in-guests.md). No specification has it.
 */
public final class ImsGrant {
  /** Bytes, the extended capability header included. */
  public static final int SIZE = 0x10;

  /** What stands in {@link #ID}: "IM". */
  public static final int VSEC_ID = 0x4d49;

  /** What stands in {@link #REVISION}. */
  public static final int VERSION = 1;

  public static final CapabilityKey KEY = Vsec.KEY;
  private static final Register HEADER = new Register(KEY, "Header", 0x04, 4);
  private static final Register FLAGS = new Register(KEY, "Flags", 0x08, 4);
  private static final Register CALL = new Register(KEY, "Call", 0x0c, 4);

  public static final Field ID = HEADER.bits("ID", 15, 0, HEX4);
  public static final Field REVISION = HEADER.bits("Rev", 19, 16, Format.DECIMAL);
  public static final Field LENGTH = HEADER.bits("Len", 31, 20, new Format.Hex(3, 0));

  /** Messages that the guest composes itself work. */
  public static final Field OWN = FLAGS.bit("Own", 0);

  /** The host has a call that returns messages which work. */
  public static final Field BY_CALL = FLAGS.bit("ByCall", 1);

  /** The BAR that the call's registers lie in. */
  public static final Field CALL_BIR = CALL.bits("BIR", 2, 0, Format.DECIMAL);

  /** Where they lie in it, in units of 8 bytes. */
  public static final Field CALL_OFFSET = CALL.bits("Offset", 31, 3, new Format.Hex(8, 3));

  public static final Layout LAYOUT =
      Layout.of(
          KEY, "IMS Grant (Adit)", SIZE, ID, REVISION, LENGTH, OWN, BY_CALL, CALL_BIR, CALL_OFFSET);

  private ImsGrant() {}
}
