package dev.adit.devices.dsa.lend;

import dev.adit.devices.Section;
import dev.adit.devices.Setting;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.DsaType;
import java.util.List;
import java.util.Map;

/**
 * What can be chosen about a virtual DSA: what it offers less than its function can do, so that one
 * image runs on functions that differ, and how its guest gets at it.
 *
 * @param flavour what its guest sees of its configuration
 * @param operations bit n leaves opcode n in
 * @param features bits of GENCAP that are left in
 * @param transferShift the largest transfer is 2 to this power
 * @param batchShift the largest batch is 2 to this power
 * @param portals how its guest's descriptors come
 */
public record DsaAttributes(
    Flavour flavour,
    long operations,
    long features,
    int transferShift,
    int batchShift,
    Portals portals) {
  /** What a guest sees of its device's configuration. */
  public enum Flavour {
    /** Its driver configures queue and group within what it was given, as Linux expects. */
    CONFIGURABLE,
    /** The host has configured everything, as the DSA specification wants it (7.5.5). */
    FIXED
  }

  /** How a guest's descriptors come. */
  public enum Portals {
    /** As messages; not with KVM, which cannot emulate the instruction that guests use. */
    TRAP,
    /** By memory that guest and server share, which a thread of the server looks at. */
    MMAP
  }

  private static final int MOST_TRANSFER = 31;
  private static final int MOST_BATCH = 15;

  private static final Setting<Flavour> FLAVOUR =
      Setting.choice(
          "flavour",
          Flavour.class,
          "Whether the guest configures its queues, as Linux expects, or finds them configured.");
  private static final Setting<Long> OPERATIONS =
      Setting.mask("operations", "Bit n leaves operation n of the function in.");
  private static final Setting<Long> FEATURES =
      Setting.mask("features", "Bits of GENCAP of the function that are left in.");
  private static final Setting<Integer> TRANSFER =
      Setting.whole(
          "transfer-shift", 12, MOST_TRANSFER, "The largest transfer is 2 to this power.");
  private static final Setting<Integer> BATCH =
      Setting.whole("batch-shift", 1, MOST_BATCH, "The largest batch is 2 to this power.");
  private static final Setting<Portals> PORTALS =
      Setting.choice(
          "portals",
          Portals.class,
          "How descriptors come: trapped, or through a page that the guest maps, as KVM needs it.");

  /** All of them. */
  static final List<Setting<?>> ALL =
      List.of(FLAVOUR, OPERATIONS, FEATURES, TRANSFER, BATCH, PORTALS);

  /** Reads attributes by name. */
  static DsaAttributes of(Map<String, String> attributes) {
    Section section = Section.of(attributes, "attributes");
    return new DsaAttributes(
        FLAVOUR.in(section).orElse(Flavour.CONFIGURABLE),
        OPERATIONS.in(section).orElse(-1L),
        FEATURES.in(section).orElse(-1L),
        TRANSFER.in(section).orElse(MOST_TRANSFER),
        BATCH.in(section).orElse(MOST_BATCH),
        PORTALS.in(section).orElse(Portals.TRAP));
  }

  /**
   * {@return what a device is told that it can do}
   *
   * @param whole what its function can do
   * @param entries of its queues together
   */
  DsaProfile offered(DsaProfile whole, DsaType type, int entries) {
    DsaProfile offered =
        whole
            .lent(type.queues(), entries, type.shared(), flavour == Flavour.CONFIGURABLE)
            .withOperations(
                whole.version(), whole.opcap() & operations, whole.features() & features)
            .withBounds(
                Math.min(whole.transferShift(), transferShift),
                Math.min(whole.batchShift(), batchShift));
    return portals == Portals.MMAP ? offered.with(DsaProfile.Option.MAPPABLE_PORTALS) : offered;
  }
}
