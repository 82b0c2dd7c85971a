package dev.adit.interrupts;

import dev.adit.interrupts.BusRequest.AddressType;
import dev.adit.interrupts.Outcome.Kind;
import dev.adit.interrupts.spec.AmdDeviceEntry;
import dev.adit.interrupts.spec.AmdIrte;
import dev.adit.interrupts.spec.AmdMessage;
import dev.adit.interrupts.spec.Attributes;
import dev.adit.interrupts.spec.CompatibilityMessage;
import dev.adit.interrupts.spec.FaultReason;
import java.util.ArrayList;
import java.util.List;

/**
 * The interrupt half of an AMD I/O virtualization unit: a device table in memory, and a remapping
 * table of up to 2048 entries for each function. Functions cannot reach each other's entries
 * because the requester ID selects the table, so there is no source to validate; PASIDs play no
 * part.
 *
 * <p>Nothing is cached: each message reads its entries from memory, as a unit is free to do. The
 * device table's address comes by a call; the registers, the command buffer and the event log in
 * memory are not modelled, and neither is guest mode, whose entries are refused.
 */
public final class AmdUnit implements Remapper {
  private static final int MAX_EVENTS = 64;
  private static final int TRIES = 64;

  private final AmdConfig config;
  private final GuestMemory memory;
  private final InterruptBus bus;
  private final InFlight inFlight = new InFlight();
  private final List<Event> events = new ArrayList<>();
  private long lostEvents;
  private volatile DeviceTable devices = new DeviceTable(false, 0, 0);

  private record DeviceTable(boolean enabled, long base, int size) {}

  /**
   * A blocked interrupt as the unit reports it.
   *
   * @param index the entry, 0 where the reason has none
   */
  public record Event(FaultReason reason, int requesterId, int index) {}

  /** A unit after power-on: nothing is remapped. */
  public AmdUnit(AmdConfig config, GuestMemory memory, InterruptBus bus) {
    this.config = config;
    this.memory = memory;
    this.bus = bus;
  }

  /**
   * Points the unit to its device table and turns it on.
   *
   * @param base the table's address, a multiple of 4096
   * @param size devices that it covers, 1 to 65536
   */
  public void enable(long base, int size) {
    devices = new DeviceTable(true, base & -4096L, Math.clamp(size, 1, 1 << 16));
    inFlight.await();
  }

  @Override
  public long remap(long address, int data, int requesterId, int pasid) {
    if (!CompatibilityMessage.inRange(address) || pasid != MessageStore.NO_PASID) {
      return Outcome.NOT_INTERRUPT;
    }
    int slot = inFlight.enter();
    long outcome;
    try {
      outcome = translate(devices, address, data, requesterId & 0xFFFF);
    } finally {
      inFlight.leave(slot);
    }
    if (Outcome.isFault(outcome)) {
      report(new Outcome(outcome), requesterId);
    }
    return outcome;
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

  private long translate(DeviceTable table, long address, int data, int requesterId) {
    if (!table.enabled()) {
      return Compatibility.deliver(bus, address, data, false);
    }
    if (requesterId >= table.size()) {
      return Outcome.fault(FaultReason.AMD_DEVICE_ENTRY, 0, false);
    }
    long at = table.base() + (long) requesterId * AmdDeviceEntry.BYTES + AmdDeviceEntry.OFFSET;
    if (!memory.holds(at, 8)) {
      return Outcome.fault(FaultReason.AMD_DEVICE_TABLE_ACCESS, 0, false);
    }
    AmdDeviceEntry device = new AmdDeviceEntry(memory.getLong(at));
    if (!device.valid()) {
      return Compatibility.deliver(bus, address, data, false);
    }
    if (!device.reservedZero()) {
      return Outcome.fault(FaultReason.AMD_DEVICE_ENTRY, 0, false);
    }
    int mode = Attributes.mode(CompatibilityMessage.attributes(address, data));
    // In a table beyond 512 entries the bits of the delivery mode are needed for the index.
    boolean indexTakesMode = device.control() == AmdDeviceEntry.REMAP && device.length() > 9;
    if (mode > Attributes.LOWEST_PRIORITY && !indexTakesMode) {
      return device.passes(mode)
          ? Compatibility.deliver(bus, address, data, false)
          : Outcome.fault(FaultReason.AMD_BLOCKED, 0, device.ignoresUnmapped());
    }
    return switch (device.control()) {
      case AmdDeviceEntry.ABORT ->
          Outcome.fault(FaultReason.AMD_BLOCKED, 0, device.ignoresUnmapped());
      case AmdDeviceEntry.PASS -> Compatibility.deliver(bus, address, data, false);
      case AmdDeviceEntry.REMAP -> lookUp(device, AmdMessage.index(data));
      default -> Outcome.fault(FaultReason.AMD_DEVICE_ENTRY, 0, false);
    };
  }

  private long lookUp(AmdDeviceEntry device, int index) {
    if (1 << device.length() > AmdIrte.MAX_ENTRIES) {
      return Outcome.fault(FaultReason.AMD_DEVICE_ENTRY, 0, false);
    }
    if (index >= 1 << device.length()) {
      return Outcome.fault(FaultReason.AMD_BLOCKED, index, device.ignoresUnmapped());
    }
    int bytes = config.longEntries() ? 16 : 4;
    long at = device.root() + (long) index * bytes;
    long aligned = at & -8L;
    if (!memory.holds(aligned, Math.max(bytes, 8))) {
      return Outcome.fault(FaultReason.AMD_TABLE_ACCESS, index, false);
    }
    long lo = memory.getLong(aligned);
    if (!config.longEntries()) {
      return use(AmdIrte.of32((int) (lo >>> ((at - aligned) * 8))), device, index);
    }
    // Low, high, low again: as in VtdTable, under the same contract with software.
    for (int tries = 0; tries < TRIES; tries++) {
      long hi = memory.getLong(aligned + 8);
      long again = memory.getLong(aligned);
      if (again == lo) {
        return use(new AmdIrte(lo, hi), device, index);
      }
      lo = again;
    }
    return Outcome.fault(FaultReason.AMD_TABLE_ACCESS, index, false);
  }

  private long use(AmdIrte irte, AmdDeviceEntry device, int index) {
    if (!irte.valid()
        || irte.guestMode()
        || irte.type() > Attributes.LOWEST_PRIORITY
        || !irte.reservedZero()
        || (!config.extendedDestination() && irte.destination() >>> 8 != 0)) {
      boolean suppressed = irte.suppressed() || (!irte.valid() && device.ignoresUnmapped());
      return Outcome.fault(FaultReason.AMD_BLOCKED, index, suppressed);
    }
    int attributes = Attributes.of(irte.type(), irte.logical(), false, false);
    bus.deliver(irte.destination(), irte.vector(), attributes);
    return Outcome.delivered(Kind.REMAPPED, index, irte.destination(), irte.vector());
  }

  private void report(Outcome outcome, int requesterId) {
    if (outcome.suppressed()) {
      return;
    }
    Event event = new Event(outcome.reason().orElseThrow(), requesterId, outcome.index());
    synchronized (events) {
      if (events.size() < MAX_EVENTS) {
        events.add(event);
      } else {
        lostEvents++;
      }
    }
  }

  /** {@return the events since the last call, oldest first; 64 are kept} */
  public List<Event> takeEvents() {
    synchronized (events) {
      List<Event> taken = List.copyOf(events);
      events.clear();
      return taken;
    }
  }

  /** {@return how many events found no room} */
  public long lostEvents() {
    synchronized (events) {
      return lostEvents;
    }
  }

  @Override
  public IsolationLevel isolation(int requesterId, int index) {
    DeviceTable table = devices;
    if (!table.enabled()) {
      return IsolationLevel.NONE;
    }
    long at = table.base() + (requesterId & 0xFFFFL) * AmdDeviceEntry.BYTES + AmdDeviceEntry.OFFSET;
    if ((requesterId & 0xFFFF) >= table.size() || !memory.holds(at, 8)) {
      return IsolationLevel.REQUESTER_ID;
    }
    AmdDeviceEntry device = new AmdDeviceEntry(memory.getLong(at));
    boolean passes = !device.valid() || device.control() == AmdDeviceEntry.PASS;
    return passes ? IsolationLevel.NONE : IsolationLevel.REQUESTER_ID;
  }

  @Override
  public void invalidate(int requesterId, int first, int count) {
    inFlight.await();
  }
}
