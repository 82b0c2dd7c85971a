package dev.adit.pci.spec;

import static dev.adit.pci.spec.Format.DECIMAL;
import static dev.adit.pci.spec.Formats.HEX2;

/** What the header of a bridge, type 1, adds (PCIe 7.5.1.3). */
public final class Bridge {
  private static final Register SECONDARY_STATUS = register("Secondary status", 0x1e, 2);
  private static final Register CONTROL = register("BridgeCtl", 0x3e, 2);

  public static final Field PRIMARY_BUS = register("primary", 0x18, 1).whole(Access.RO, HEX2);

  /** The bus right behind the bridge. */
  public static final Field SECONDARY_BUS = register("secondary", 0x19, 1).whole(Access.RO, HEX2);

  /** The highest bus behind the bridge. */
  public static final Field SUBORDINATE_BUS =
      register("subordinate", 0x1a, 1).whole(Access.RO, HEX2);

  public static final Layout LAYOUT =
      Layout.of(
          CapabilityKey.HEADER,
          "Bridge",
          0x40,
          PRIMARY_BUS,
          SECONDARY_BUS,
          SUBORDINATE_BUS,
          register("sec-latency", 0x1b, 1).whole(Access.RO, DECIMAL),
          SECONDARY_STATUS.bit("66MHz", 5),
          SECONDARY_STATUS.bit("FastB2B", 7),
          SECONDARY_STATUS.bit("ParErr", 8),
          SECONDARY_STATUS.bits("DEVSEL", 10, 9, Format.names("fast", "medium", "slow", "??")),
          SECONDARY_STATUS.bit(">TAbort", 11),
          SECONDARY_STATUS.bit("<TAbort", 12),
          SECONDARY_STATUS.bit("<MAbort", 13),
          SECONDARY_STATUS.bit("<SERR", 14),
          SECONDARY_STATUS.bit("<PERR", 15),
          CONTROL.bit("Parity", 0),
          CONTROL.bit("SERR", 1),
          CONTROL.bit("NoISA", 2),
          CONTROL.bit("VGA", 3),
          CONTROL.bit("VGA16", 4),
          CONTROL.bit("MAbort", 5),
          CONTROL.bit(">Reset", 6),
          CONTROL.bit("FastB2B", 7),
          CONTROL.bit("PriDiscTmr", 8),
          CONTROL.bit("SecDiscTmr", 9),
          CONTROL.bit("DiscTmrStat", 10),
          CONTROL.bit("DiscTmrSERREn", 11));

  private Bridge() {}

  private static Register register(String name, int offset, int bytes) {
    return new Register(CapabilityKey.HEADER, name, offset, bytes);
  }
}
