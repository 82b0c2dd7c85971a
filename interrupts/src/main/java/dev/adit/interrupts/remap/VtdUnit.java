package dev.adit.interrupts.remap;

import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.remap.BusRequest.AddressType;
import dev.adit.interrupts.remap.Outcome.Kind;
import dev.adit.interrupts.spec.CompatibilityMessage;
import dev.adit.interrupts.spec.FaultReason;
import dev.adit.interrupts.spec.FaultRecord;
import dev.adit.interrupts.spec.RemappableMessage;
import dev.adit.interrupts.spec.VtdFields;
import org.jspecify.annotations.Nullable;

/**
 * The interrupt half of an Intel VT-d remapping unit (specification 5.10, chapters 5, 7, 9.9 to
 * 9.11 and 11.4): a table in memory, programmed through {@link #read registers} like the real one.
 *
 * <p>Requests may come from any number of threads. On their way they read one reference to what the
 * registers say and one to the cached entry; a lock is taken to read an entry from memory and to
 * record a fault, nowhere else.
 */
public final class VtdUnit extends RemappingUnit {
  /** What the registers say, as far as requests are concerned. */
  record Mode(boolean enabled, boolean compatibility, @Nullable VtdTable table, long pasids) {
    boolean extended() {
      return table != null && table.extendedMode();
    }
  }

  private final VtdConfig config;
  private final GuestMemory memory;
  private final InterruptBus bus;
  private final VtdRegisters registers;
  private final Posting posting;
  private volatile Mode mode = new Mode(false, false, null, 0);

  /** A unit after power-on: remapping off, event interrupts masked. */
  public VtdUnit(VtdConfig config, GuestMemory memory, InterruptBus bus) {
    this.config = config;
    this.memory = memory;
    this.bus = bus;
    this.posting = new Posting(memory, bus);
    this.registers = new VtdRegisters(this, config, memory, bus);
  }

  /**
   * Reads a register.
   *
   * @param offset bytes from the unit's base
   * @param width 4 or 8 bytes, naturally aligned
   * @return the value, zero-extended; 0 where no register is, all ones for a malformed access
   */
  public long read(long offset, int width) {
    return registers.read(offset, width);
  }

  /**
   * Writes a register; what is malformed or names none is dropped.
   *
   * @param width 4 or 8 bytes, naturally aligned
   */
  public void write(long offset, int width, long value) {
    registers.write(offset, width, value);
  }

  @Override
  public long request(BusRequest request) {
    if (!CompatibilityMessage.inRange(request.address())) {
      return Outcome.NOT_INTERRUPT;
    }
    if (request.addressType() == AddressType.TRANSLATED) {
      return Outcome.UNSUPPORTED;
    }
    if (request.addressType() == AddressType.TRANSLATION) {
      return Outcome.NOT_INTERRUPT;
    }
    if (request.isDwordWrite()) {
      return remap(request.address(), request.data(), request.requesterId(), request.pasid());
    }
    if (request.tagged()) {
      return Outcome.NOT_INTERRUPT;
    }
    if (request.kind() == BusRequest.Kind.READ && request.length() == 0) {
      return Outcome.IGNORED;
    }
    long outcome = Outcome.fault(FaultReason.NOT_AN_INTERRUPT, 0, false);
    report(outcome, request.address(), request.requesterId(), request.pasid());
    return outcome;
  }

  @Override
  public long attempt(long address, int data, int requesterId, int pasid) {
    return CompatibilityMessage.inRange(address)
        ? translate(mode, address, data, requesterId, pasid)
        : Outcome.NOT_INTERRUPT;
  }

  private long translate(Mode mode, long address, int data, int requesterId, int pasid) {
    boolean tagged = pasid != MessageStore.NO_PASID;
    if (tagged && !live(mode, pasid)) {
      return Outcome.NOT_INTERRUPT;
    }
    VtdTable table = mode.table();
    if (!mode.enabled() || table == null) {
      return config.remappingRequired()
          ? Outcome.fault(FaultReason.REMAPPING_REQUIRED, 0, false)
          : Compatibility.deliver(bus, address, data, false);
    }
    if (config.extendedModeRequired() && !table.extendedMode()) {
      return Outcome.fault(FaultReason.EXTENDED_MODE_REQUIRED, 0, false);
    }
    if (!RemappableMessage.isRemappable(address)) {
      // A PASID cannot be checked against anything in a message that names no entry.
      return table.extendedMode() || !mode.compatibility() || tagged
          ? Outcome.fault(FaultReason.COMPATIBILITY_BLOCKED, 0, false)
          : Compatibility.deliver(bus, address, data, false);
    }
    if (!RemappableMessage.reservedZero(address, data)) {
      return Outcome.fault(FaultReason.REQUEST_RESERVED, 0, false);
    }
    int index = RemappableMessage.index(address, data);
    if (!table.has(index)) {
      return Outcome.fault(FaultReason.INDEX, index, false);
    }
    long rule = table.rule(index);
    return rule == VtdRule.NONE ? MISS : use(table, rule, index, requesterId, pasid);
  }

  private long use(VtdTable table, long rule, int index, int requesterId, int pasid) {
    FaultReason refusal = VtdRule.refusal(rule, requesterId, pasid, config.pasidIsolation());
    if (refusal != null) {
      return Outcome.fault(refusal, index, refusal.qualified() && VtdRule.fpd(rule));
    }
    long target = table.target(index);
    int vector = VtdRule.vector(rule);
    if (VtdRule.posted(rule)) {
      boolean urgent = VtdRule.urgent(rule);
      return posting.post(target, vector, urgent, index, VtdRule.fpd(rule), table.extendedMode());
    }
    bus.deliver((int) target, vector, VtdRule.attributes(rule));
    return Outcome.delivered(Kind.REMAPPED, index, (int) target, vector);
  }

  /** Has an entry read from memory; that of the table there is now, which may be another one. */
  @Override
  long fetch(long address, int data, int requesterId, int pasid) {
    VtdTable table = mode.table();
    int index = RemappableMessage.index(address, data);
    if (table == null || !table.has(index)) {
      return MISS;
    }
    long rule = table.fill(index);
    return table.keeps(rule) ? MISS : use(table, rule, index, requesterId, pasid);
  }

  /** PASID extension: whether the interrupt range is live for a PASID, one bit each in memory. */
  private boolean live(Mode mode, int pasid) {
    if (!config.pasidIsolation()
        || !mode.enabled()
        || !VtdFields.PIE.isSet(mode.pasids())
        || pasid >>> 20 != 0) {
      return false;
    }
    long word = (mode.pasids() & VtdFields.PIL_BASE.mask()) + (pasid >>> 6) * 8L;
    return memory.holds(word, 8) && (memory.getLong(word) >>> (pasid & 63) & 1) != 0;
  }

  @Override
  void report(long bits, long address, int requesterId, int pasid) {
    Outcome outcome = new Outcome(bits);
    if (!outcome.suppressed()) {
      FaultReason reason = outcome.reason().orElseThrow();
      registers.record(FaultRecord.of(reason, requesterId, outcome.index(), pasid));
    }
  }

  Mode mode() {
    return mode;
  }

  /** Takes over what the registers say; the old rules apply to no message after the return. */
  void enter(Mode next) {
    mode = next;
    inFlight().await();
  }

  /** Forgets entries; they apply to no message after the return. */
  void invalidateEntries(int first, int count) {
    VtdTable table = mode.table();
    if (table != null) {
      table.drop(first, count, inFlight());
    }
  }

  @Override
  public void invalidate(int requesterId, int first, int count) {
    invalidateEntries(first, count);
  }

  @Override
  public IsolationLevel isolation(int requesterId, int index) {
    Mode now = mode;
    VtdTable table = now.table();
    if (!now.enabled() || table == null || (now.compatibility() && !table.extendedMode())) {
      return IsolationLevel.NONE;
    }
    if (!table.has(index)) {
      return IsolationLevel.REQUESTER_ID;
    }
    long rule = table.read(index);
    if (!VtdRule.validatesSource(rule)) {
      return IsolationLevel.NONE;
    }
    return config.pasidIsolation() && VtdRule.requiresPasid(rule)
        ? IsolationLevel.REMAPPER_PASID
        : IsolationLevel.REQUESTER_ID;
  }

  /** {@return how many faults were lost because their record was in use} */
  public long lostFaults() {
    return registers.lostFaults();
  }
}
