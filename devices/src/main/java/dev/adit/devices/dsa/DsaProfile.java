package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Capabilities.Engcap;
import dev.adit.devices.dsa.spec.Capabilities.Gencap;
import dev.adit.devices.dsa.spec.Capabilities.Grpcap;
import dev.adit.devices.dsa.spec.Capabilities.Wqcap;
import dev.adit.devices.dsa.spec.Command;
import dev.adit.devices.dsa.spec.Field;
import java.util.EnumSet;
import java.util.Set;

/**
 * What one DSA function is: the sizes and capabilities it shows. From it follow the capability
 * registers and where the tables lie in BAR0.
 *
 * @param version the VERSION register, 0x100 or 0x200
 * @param wqs work queues, 1 to 31
 * @param entries entries of all work queues together, 1 to 32768
 * @param groups groups, 1 to 16
 * @param engines engines, 1 to 16
 * @param readBuffers read buffers, 4 for each engine to 255
 * @param opcap the operations offered, see {@link Architecture}
 * @param features the bits of GENCAP that stand for a feature by themselves: fields of one bit
 *     other than CMDCAP and CONFIGURATION
 * @param transferShift the largest transfer is 2 to this power, 12 to 31
 * @param batchShift the largest batch is 2 to this power, 0 to 15
 * @param imsEntries entries of the interrupt message store, a multiple of 256 up to 1792; 0 for
 *     none
 * @param counters performance counters, 0 to 32
 * @param options what else it offers
 * @param architecture which accelerator it is
 */
public record DsaProfile(
    int version,
    int wqs,
    int entries,
    int groups,
    int engines,
    int readBuffers,
    long opcap,
    long features,
    int transferShift,
    int batchShift,
    int imsEntries,
    int counters,
    Set<Option> options,
    Architecture architecture) {

  /** What a function offers or not. */
  public enum Option {
    /** Errors can go to a log in memory. Linux up to 6.12.117 crashes without. */
    EVENT_LOG,
    /**
     * Software may configure groups and queues. Without, all queues and engines are in group 0 and
     * the entries are split evenly.
     */
    CONFIGURATION,
    /** Interrupts are named by handles that software asks for, not by indices. */
    HANDLES,
    /** The configuration space has ATS, PASID and PRS. */
    PASID,
    /** There are shared work queues; needs {@link #PASID}. */
    SHARED,
    /**
     * A queue may block on faults only while PRS is enabled, as the specification has it. Drivers
     * without PRS set the bit all the same.
     */
    STRICT_BLOCK_ON_FAULT,
    /** Software can be told when a queue has room. */
    OCCUPANCY_INTERRUPT,
    /** The configuration space has the SIOV DVSEC. */
    SIOV,
    /**
     * Portals may be mapped into the guest, which makes the device look for descriptors instead of
     * being told.
     */
    MAPPABLE_PORTALS,
    /**
     * The configuration space says, by a capability of Adit's own, that a guest may program the
     * interrupt message store.
     */
    GRANTED_IMS,
    /**
     * The interrupt message store may be mapped into the guest, which makes the device look at an
     * entry when it fires. The guest asks its host for the messages, by a call whose registers the
     * host keeps at {@link #CALL} in BAR0. Goes with {@link #GRANTED_IMS} and 256 entries.
     */
    MAPPABLE_IMS,
    /**
     * Messages of the interrupt message store are tagged with the PASID of their entry, for a
     * platform whose remapper checks it. No hardware does that; see "level 3" in the architecture.
     */
    TAGGED_MESSAGES
  }

  /** Bytes of BAR0. */
  public static final int BAR0_SIZE = 0x1_0000;

  static final int MSIXPERM = 0x200;
  static final int GRPCFG = 0x300;
  static final int PERFMON = 0x1000;
  static final int MSIX_TABLE = 0x2000;
  static final int MSIX_PBA = 0x3000;
  static final int IMS = 0x8000;

  private static final int LENT_READ_BUFFERS = 8;

  /** A mapped store: the entries and the pending bytes. */
  static final int IMS_BYTES = 0x2000;

  /** A mapped store: reads 1; takes the number of an entry that was unmasked. */
  static final int IMS_DOORBELL = 0x7000;

  /** Where BAR0 has the interrupt message store. */
  public static final int IMS_OFFSET = IMS;

  /** Where BAR0 has room for a host's call for messages: 4 KiB that the device does not use. */
  public static final int CALL = 0xF000;

  private static final long V2_OPERATIONS = 0x1_00bf_03ffL;
  private static final long V2_FEATURES =
      Gencap.BLOCK_ON_FAULT.mask()
          | Gencap.OVERLAP.mask()
          | Gencap.CACHE_CONTROL.mask()
          | Gencap.READBACK.mask();

  public DsaProfile {
    within("work queues", wqs, 1, 31);
    within("entries", entries, wqs, 32768);
    within("groups", groups, 1, 16);
    within("engines", engines, 1, 16);
    within("read buffers", readBuffers, 4 * engines, 255);
    within("transfer shift", transferShift, 12, 31);
    within("batch shift", batchShift, 0, 15);
    within("IMS entries", imsEntries, 0, 1792);
    within("counters", counters, 0, 32);
    if (imsEntries % 256 != 0) {
      throw new IllegalArgumentException("IMS entries come in multiples of 256, not " + imsEntries);
    }
    options = Set.copyOf(options);
    if (options.contains(Option.MAPPABLE_IMS)
        && (imsEntries != 256 || !options.contains(Option.GRANTED_IMS))) {
      throw new IllegalArgumentException("A mapped IMS is granted and has 256 entries");
    }
    if (options.contains(Option.MAPPABLE_IMS) && options.contains(Option.TAGGED_MESSAGES)) {
      // Whoever has the memory mapped would choose the tag.
      throw new IllegalArgumentException("Messages of a mapped IMS cannot be tagged");
    }
    if (options.contains(Option.SHARED) && !options.contains(Option.PASID)) {
      throw new IllegalArgumentException("Shared work queues need PASID");
    }
  }

  /** A DSA. */
  public DsaProfile(
      int version,
      int wqs,
      int entries,
      int groups,
      int engines,
      int readBuffers,
      long opcap,
      long features,
      int transferShift,
      int batchShift,
      int imsEntries,
      int counters,
      Set<Option> options) {
    this(
        version,
        wqs,
        entries,
        groups,
        engines,
        readBuffers,
        opcap,
        features,
        transferShift,
        batchShift,
        imsEntries,
        counters,
        options,
        Architecture.DSA);
  }

  private static void within(String what, int value, int low, int high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(what + ": " + value + " is not in " + low + ".." + high);
    }
  }

  /** {@return a physical function like Intel's second version: 8 queues, 4 engines, 128 entries} */
  public static DsaProfile physical() {
    return new DsaProfile(
        0x200,
        8,
        128,
        4,
        4,
        96,
        V2_OPERATIONS,
        V2_FEATURES,
        31,
        10,
        256,
        8,
        EnumSet.of(
            Option.EVENT_LOG,
            Option.CONFIGURATION,
            Option.PASID,
            Option.OCCUPANCY_INTERRUPT,
            Option.SIOV));
  }

  /**
   * {@return a function composed of queues lent by this one: the same operations, one group with
   * one engine, interrupts by handles, and neither message store nor counters}
   *
   * @param newWqs its queues
   * @param newEntries their entries together
   * @param shared whether its queues can be used as shared ones, which takes PASIDs
   * @param configurable whether its software may configure it, which Linux expects; the
   *     specification's virtual device is configured by the host
   */
  public DsaProfile lent(int newWqs, int newEntries, boolean shared, boolean configurable) {
    EnumSet<Option> offered = EnumSet.of(Option.HANDLES);
    if (has(Option.EVENT_LOG)) {
      offered.add(Option.EVENT_LOG);
    }
    if (shared) {
      offered.add(Option.PASID);
      offered.add(Option.SHARED);
    }
    if (configurable) {
      offered.add(Option.CONFIGURATION);
    }
    Draft draft = new Draft(this);
    draft.wqs = newWqs;
    draft.entries = newEntries;
    draft.groups = 1;
    draft.engines = 1;
    draft.readBuffers = LENT_READ_BUFFERS;
    draft.imsEntries = 0;
    draft.counters = 0;
    draft.options = offered;
    return draft.profile();
  }

  /** {@return this profile with other queues, entries, groups and engines} */
  public DsaProfile withSizes(int newWqs, int newEntries, int newGroups, int newEngines) {
    Draft draft = new Draft(this);
    draft.wqs = newWqs;
    draft.entries = newEntries;
    draft.groups = newGroups;
    draft.engines = newEngines;
    return draft.profile();
  }

  /** {@return this profile with another version, other operations and features} */
  public DsaProfile withOperations(int newVersion, long newOpcap, long newFeatures) {
    Draft draft = new Draft(this);
    draft.version = newVersion;
    draft.opcap = newOpcap;
    draft.features = newFeatures;
    return draft.profile();
  }

  /**
   * {@return this profile as another accelerator}
   *
   * @param newOpcap the operations that it has
   */
  public DsaProfile as(Architecture other, long newOpcap) {
    Draft draft = new Draft(this);
    draft.architecture = other;
    draft.opcap = newOpcap;
    return draft.profile();
  }

  /** {@return this profile without performance counters} */
  public DsaProfile withoutCounters() {
    Draft draft = new Draft(this);
    draft.counters = 0;
    return draft.profile();
  }

  /** {@return this profile with other bounds of transfers and batches, as powers of two} */
  public DsaProfile withBounds(int newTransferShift, int newBatchShift) {
    Draft draft = new Draft(this);
    draft.transferShift = newTransferShift;
    draft.batchShift = newBatchShift;
    return draft.profile();
  }

  /** {@return this profile with another interrupt message store; 0 for none} */
  public DsaProfile withIms(int newEntries) {
    Draft draft = new Draft(this);
    draft.imsEntries = newEntries;
    return draft.profile();
  }

  /** {@return this profile with an option more} */
  public DsaProfile with(Option option) {
    EnumSet<Option> more = EnumSet.of(option);
    more.addAll(options);
    return withOptions(more);
  }

  /** {@return this profile with an option less} */
  public DsaProfile without(Option option) {
    EnumSet<Option> less = EnumSet.allOf(Option.class);
    less.retainAll(options);
    less.remove(option);
    return withOptions(less);
  }

  /** {@return this profile without PASID, and so without shared work queues} */
  public DsaProfile withoutPasid() {
    return without(Option.SHARED).without(Option.PASID);
  }

  private DsaProfile withOptions(Set<Option> newOptions) {
    Draft draft = new Draft(this);
    draft.options = newOptions;
    return draft.profile();
  }

  /** {@return whether everything that another function offers is offered here too} */
  public boolean covers(DsaProfile wanted) {
    return wanted.architecture.equals(architecture)
        && (wanted.opcap & ~opcap) == 0
        && (wanted.features & ~features) == 0
        && wanted.entries <= entries
        && wanted.transferShift <= transferShift
        && wanted.batchShift <= batchShift
        && options.containsAll(wanted.options);
  }

  /** {@return whether an option is there} */
  public boolean has(Option option) {
    return options.contains(option);
  }

  /** {@return the MSI-X vectors: one for the device and one for each queue} */
  public int vectors() {
    return wqs + 1;
  }

  /** {@return the bytes of BAR2: four pages for each queue, rounded up to a power of two} */
  public long portalBytes() {
    return Long.highestOneBit(2L * wqs - 1) * Portals.PAGES * Portals.PAGE;
  }

  /** {@return the general capabilities register} */
  public long gencap() {
    long value = features;
    value = Gencap.CMDCAP.set(value, 1);
    value = Gencap.EVENT_LOG.set(value, bit(Option.EVENT_LOG));
    value = Gencap.TRANSFER_SHIFT.set(value, transferShift);
    value = Gencap.BATCH_SHIFT.set(value, batchShift);
    value = Gencap.IMS.set(value, imsEntries / 256);
    return Gencap.CONFIGURATION.set(value, bit(Option.CONFIGURATION));
  }

  /** {@return whether a one-bit field of the general capabilities is set} */
  boolean has(Field feature) {
    return feature.isSet(gencap());
  }

  /** {@return the work queue capabilities register} */
  public long wqcap() {
    long value = Wqcap.TOTAL_SIZE.set(0, entries);
    value = Wqcap.WQS.set(value, wqs);
    value = Wqcap.WQCFG_SIZE.set(value, 1);
    value = Wqcap.SHARED.set(value, bit(Option.SHARED));
    value |= Wqcap.DEDICATED.mask() | Wqcap.PRIORITY.mask() | Wqcap.OCCUPANCY.mask();
    value = Wqcap.OCCUPANCY_INTERRUPT.set(value, bit(Option.OCCUPANCY_INTERRUPT));
    return value | Wqcap.OPCFG.mask();
  }

  /** {@return the group capabilities register} */
  public long grpcap() {
    long value = Grpcap.GROUPS.set(0, groups);
    value = Grpcap.READ_BUFFERS.set(value, readBuffers);
    return value | Grpcap.READ_BUFFER_CONTROLS.mask() | Grpcap.GLOBAL_LIMIT.mask();
  }

  /** {@return the engine capabilities register} */
  public long engcap() {
    return Engcap.ENGINES.set(0, engines);
  }

  /** {@return the command capabilities register, bit n for command n} */
  public int cmdcap() {
    int value = 0;
    for (Command command : Command.values()) {
      boolean handleCommand = command.code() >= Command.REQUEST_INT_HANDLE.code();
      value |= handleCommand && !has(Option.HANDLES) ? 0 : 1 << command.code();
    }
    return value;
  }

  private int bit(Option option) {
    return has(option) ? 1 : 0;
  }

  /** {@return where the queue configurations lie in BAR0} */
  int wqcfg() {
    return (GRPCFG + groups * 64 + 0xFF) & ~0xFF;
  }

  /** A profile on the way to another one, checked when it is done. */
  private static final class Draft {
    private int version;
    private int wqs;
    private int entries;
    private int groups;
    private int engines;
    private int readBuffers;
    private long opcap;
    private long features;
    private int transferShift;
    private int batchShift;
    private int imsEntries;
    private int counters;
    private Set<Option> options;
    private Architecture architecture;

    Draft(DsaProfile from) {
      version = from.version;
      wqs = from.wqs;
      entries = from.entries;
      groups = from.groups;
      engines = from.engines;
      readBuffers = from.readBuffers;
      opcap = from.opcap;
      features = from.features;
      transferShift = from.transferShift;
      batchShift = from.batchShift;
      imsEntries = from.imsEntries;
      counters = from.counters;
      options = from.options;
      architecture = from.architecture;
    }

    DsaProfile profile() {
      return new DsaProfile(
          version,
          wqs,
          entries,
          groups,
          engines,
          readBuffers,
          opcap,
          features,
          transferShift,
          batchShift,
          imsEntries,
          counters,
          options,
          architecture);
    }
  }
}
