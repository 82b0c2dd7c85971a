package dev.adit.pci.spec;

import static dev.adit.pci.spec.Access.RW;

/** Address Translation Service, extended capability 0x0F (PCIe 10.5.1). */
public final class Ats {
  public static final CapabilityKey KEY = CapabilityKey.extended(0x0f);
  private static final Register CAP = new Register(KEY, "ATSCap", 0x04, 2);
  private static final Register CONTROL = new Register(KEY, "ATSCtl", 0x06, 2);

  /** Invalidation requests taken before it pushes back; 0 means 32. */
  public static final Field QUEUE_DEPTH = CAP.bits("Invalidate Queue Depth", 4, 0, Formats.HEX2);

  public static final Field PAGE_ALIGNED = CAP.bit("PageAligned", 5);
  public static final Field GLOBAL_INVALIDATE = CAP.bit("GlobalInval", 6);
  public static final Field RELAXED_ORDERING = CAP.bit("RelaxedOrd", 7);
  public static final Field ENABLE = CONTROL.bit("Enable", 15, RW);

  /** Smallest unit of translation: 2^(value + 12) bytes. */
  public static final Field SMALLEST_UNIT =
      CONTROL.bits("Smallest Translation Unit", 4, 0, RW, Formats.HEX2);

  public static final Layout LAYOUT =
      Layout.of(
          KEY,
          "Address Translation Service (ATS)",
          8,
          QUEUE_DEPTH,
          PAGE_ALIGNED,
          GLOBAL_INVALIDATE,
          RELAXED_ORDERING,
          ENABLE,
          SMALLEST_UNIT);

  private Ats() {}
}
