package dev.adit.devices.dsa;

import dev.adit.devices.PciFunction.Area;
import dev.adit.devices.PciFunction.Bar;
import dev.adit.devices.dsa.DsaProfile.Option;
import java.util.List;

/**
 * The two BARs of a DSA, be it a physical function or a virtual one (DSA 3.0, 9.1.1.1 and 9.1.1.2).
 */
final class DsaBars {
  /** The BAR of the control registers. */
  static final int REGISTERS = 0;

  /** The BAR of the portals. */
  static final int PORTALS = 2;

  private DsaBars() {}

  /**
   * {@return both}
   *
   * @param store what of the registers a guest may map
   */
  static List<Bar> of(DsaProfile profile, List<Area> store) {
    List<Area> mappable =
        profile.has(Option.MAPPABLE_PORTALS)
            ? List.of(new Area(0, profile.portalBytes()))
            : List.of();
    return List.of(
        new Bar(REGISTERS, DsaProfile.BAR0_SIZE, store),
        new Bar(PORTALS, profile.portalBytes(), mappable));
  }

  /** {@return whether an access is inside one of them} */
  static boolean hold(DsaProfile profile, int bar, long offset, int width) {
    long size = bar == REGISTERS ? DsaProfile.BAR0_SIZE : profile.portalBytes();
    return (bar == REGISTERS || bar == PORTALS)
        && offset >= 0
        && offset <= size - Math.max(width, 1);
  }
}
