package dev.adit.interrupts.remap;

import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.RegisterWindow;
import dev.adit.interrupts.remap.BusRequest.AddressType;
import dev.adit.interrupts.remap.Outcome.Kind;
import dev.adit.interrupts.spec.AmdDeviceEntry;
import dev.adit.interrupts.spec.AmdEvent;
import dev.adit.interrupts.spec.AmdMessage;
import dev.adit.interrupts.spec.Attributes;
import dev.adit.interrupts.spec.CompatibilityMessage;
import dev.adit.interrupts.spec.FaultReason;
import dev.adit.interrupts.store.MsiStore;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The interrupt half of an AMD I/O virtualization unit: a device table in memory, and a remapping
 * table of up to 2048 entries for each function, programmed through {@link #read registers}, with a
 * command buffer and an event log in memory. Functions cannot reach each other's entries because
 * the requester ID selects the table, so there is no source to validate; PASIDs play no part.
 *
 * <p>Device table entries and sound interrupt table entries are cached until they are invalidated,
 * what is not valid is not. A lock is taken to read from memory and to record an event, nowhere
 * else.
 *
 * <p>The unit's own interrupts, of the event log and of waits, go by the {@link #msi MSI
 * capability} of its PCI function, and are not remapped.
 *
 * <p>Guest mode is refused, and software is told so: GAMSup in the feature register is 0, which
 * means that entries post to no virtual APIC, and an entry that asks for it is not valid.
 */
public final class AmdUnit extends RemappingUnit {
  /** What the registers say, as far as requests are concerned. */
  record Mode(boolean enabled, long base, int size, boolean longEntries, boolean extended) {}

  private static final int FUNCTIONS = 1 << 16;

  private final GuestMemory memory;
  private final InterruptBus bus;
  private final AtomicReferenceArray<@Nullable AmdTable> tables =
      new AtomicReferenceArray<>(FUNCTIONS);
  private final Object fetching = new Object();
  // The functions of which there is a table; guarded by fetching.
  private final BitSet cached = new BitSet();
  private final AmdRegisters registers;
  private final MsiStore msi;
  private volatile Mode mode = new Mode(false, 0, 0, false, false);

  /** A unit after power-on: nothing is remapped. */
  public AmdUnit(AmdConfig config, GuestMemory memory, InterruptBus bus) {
    this.memory = memory;
    this.bus = bus;
    this.registers = new AmdRegisters(this, config, memory);
    this.msi = new MsiStore(1, (to, with, _, _) -> Compatibility.deliver(bus, to, with, false), 0);
  }

  /** {@return the MSI capability of the unit's PCI function, which has one vector} */
  public RegisterWindow msi() {
    return msi;
  }

  /** Sends the unit's own interrupt; by one who has no lock of the unit. */
  void interrupt() {
    msi.fire(0);
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

  /** Takes over what the registers say; the old rules apply to no message after the return. */
  void enter(Mode next) {
    synchronized (fetching) {
      mode = next;
      cached.stream().forEach(function -> tables.set(function, null));
      cached.clear();
    }
    inFlight().await();
  }

  /** Forgets all of all functions. */
  void invalidateAll() {
    enter(mode);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The whole table of the function is forgotten, and its device table entry too.
   */
  @Override
  public void invalidate(int requesterId, int first, int count) {
    synchronized (fetching) {
      tables.set(requesterId & 0xFFFF, null);
      cached.clear(requesterId & 0xFFFF);
    }
    inFlight().await();
  }

  @Override
  public long request(BusRequest request) {
    if (!CompatibilityMessage.inRange(request.address()) || request.tagged()) {
      return Outcome.NOT_INTERRUPT;
    }
    if (request.isDwordWrite() && request.addressType() == AddressType.UNTRANSLATED) {
      return remap(request.address(), request.data(), request.requesterId(), request.pasid());
    }
    return Outcome.UNSUPPORTED;
  }

  @Override
  public long attempt(long address, int data, int requesterId, int pasid) {
    return CompatibilityMessage.inRange(address) && pasid == MessageStore.NO_PASID
        ? translate(mode, address, data, requesterId & 0xFFFF)
        : Outcome.NOT_INTERRUPT;
  }

  private long translate(Mode mode, long address, int data, int requesterId) {
    if (!mode.enabled()) {
      return Compatibility.deliver(bus, address, data, false);
    }
    if (requesterId >= mode.size()) {
      return Outcome.fault(FaultReason.AMD_DEVICE_ENTRY, 0, false);
    }
    AmdTable table = tables.get(requesterId);
    if (table == null) {
      return MISS;
    }
    AmdDeviceEntry device = table.device();
    if (!device.valid()) {
      return Compatibility.deliver(bus, address, data, false);
    }
    if (!device.reservedZero()) {
      return Outcome.fault(FaultReason.AMD_DEVICE_ENTRY, 0, false);
    }
    int delivery = Attributes.mode(CompatibilityMessage.attributes(address, data));
    // In a table beyond 512 entries the bits of the delivery mode are needed for the index.
    boolean indexTakesMode = device.control() == AmdDeviceEntry.REMAP && device.length() > 9;
    if (delivery > Attributes.LOWEST_PRIORITY && !indexTakesMode) {
      return device.passes(delivery)
          ? Compatibility.deliver(bus, address, data, false)
          : Outcome.fault(FaultReason.AMD_BLOCKED, 0, device.ignoresUnmapped());
    }
    return switch (device.control()) {
      case AmdDeviceEntry.ABORT ->
          Outcome.fault(FaultReason.AMD_BLOCKED, 0, device.ignoresUnmapped());
      case AmdDeviceEntry.PASS -> Compatibility.deliver(bus, address, data, false);
      case AmdDeviceEntry.REMAP -> lookUp(table, AmdMessage.index(data));
      default -> Outcome.fault(FaultReason.AMD_DEVICE_ENTRY, 0, false);
    };
  }

  private long lookUp(AmdTable table, int index) {
    if (!table.fits()) {
      return Outcome.fault(FaultReason.AMD_DEVICE_ENTRY, 0, false);
    }
    if (!table.has(index)) {
      return Outcome.fault(FaultReason.AMD_BLOCKED, index, table.device().ignoresUnmapped());
    }
    long rule = table.rule(index);
    if (rule == AmdTable.NONE) {
      return MISS;
    }
    int destination = AmdTable.destination(rule);
    bus.deliver(destination, AmdTable.vector(rule), AmdTable.attributes(rule));
    return Outcome.delivered(Kind.REMAPPED, index, destination, AmdTable.vector(rule));
  }

  /** Reads what is not cached, by what the registers say now. */
  @Override
  long fetch(long address, int data, int requesterId, int pasid) {
    int function = requesterId & 0xFFFF;
    int index = AmdMessage.index(data);
    synchronized (fetching) {
      Mode now = mode;
      if (!now.enabled() || function >= now.size()) {
        return MISS;
      }
      AmdTable table = tables.get(function);
      if (table == null) {
        long at = deviceEntry(now, function);
        if (!memory.holds(at, 8)) {
          return Outcome.fault(FaultReason.AMD_DEVICE_TABLE_ACCESS, 0, false);
        }
        AmdDeviceEntry device = new AmdDeviceEntry(memory.getLong(at));
        tables.set(function, new AmdTable(device, now.longEntries(), now.extended()));
        cached.set(function);
        return MISS;
      }
      if (!table.has(index) || table.rule(index) != AmdTable.NONE) {
        return MISS;
      }
      long fault = table.fill(memory, index);
      return fault == 0 ? MISS : fault;
    }
  }

  private static long deviceEntry(Mode mode, int requesterId) {
    return mode.base() + (long) requesterId * AmdDeviceEntry.BYTES + AmdDeviceEntry.OFFSET;
  }

  @Override
  void report(long bits, long address, int requesterId, int pasid) {
    Outcome outcome = new Outcome(bits);
    if (!outcome.suppressed()) {
      FaultReason reason = outcome.reason().orElseThrow();
      registers.record(AmdEvent.blocked(reason, requesterId & 0xFFFF, address));
    }
  }

  @Override
  public IsolationLevel isolation(int requesterId, int index) {
    Mode now = mode;
    int function = requesterId & 0xFFFF;
    if (!now.enabled()) {
      return IsolationLevel.NONE;
    }
    long at = deviceEntry(now, function);
    if (function >= now.size() || !memory.holds(at, 8)) {
      return IsolationLevel.REQUESTER_ID;
    }
    AmdDeviceEntry device = new AmdDeviceEntry(memory.getLong(at));
    boolean passes = !device.valid() || device.control() == AmdDeviceEntry.PASS;
    return passes ? IsolationLevel.NONE : IsolationLevel.REQUESTER_ID;
  }
}
