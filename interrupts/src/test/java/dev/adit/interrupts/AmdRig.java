package dev.adit.interrupts;

import dev.adit.interrupts.remap.AmdConfig;
import dev.adit.interrupts.remap.AmdUnit;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.spec.AmdCommand;
import dev.adit.interrupts.spec.AmdDeviceEntry;
import dev.adit.interrupts.spec.AmdEvent;
import dev.adit.interrupts.spec.AmdIrte;
import dev.adit.interrupts.spec.AmdMessage;
import dev.adit.interrupts.spec.AmdRegister;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** An AMD unit with memory, and a driver that programs it through registers and rings only. */
final class AmdRig {
  static final long BASE = 0x10_0000;
  static final long SIZE = 0x8_0000;
  static final int FUNCTIONS = 256;
  static final long EVENTS = BASE + 0x6_0000;
  static final long COMMANDS = EVENTS + 0x1000;
  static final long STATUS = COMMANDS + 0x1000;
  private static final int RING = 4096;

  final GuestMemory memory = GuestMemory.of(BASE, Arena.ofAuto().allocate(SIZE, 4096));
  final RecordingBus bus = new RecordingBus();
  final AmdUnit unit;
  private int tail;
  private long ticket;

  AmdRig(boolean longEntries, boolean extended) {
    unit = new AmdUnit(new AmdConfig(longEntries, extended), memory, bus);
    write(AmdRegister.DEVICE_TABLE, BASE | (FUNCTIONS * 32 / 4096 - 1));
    write(AmdRegister.EVENT_BASE, EVENTS | 8L << 56);
    write(AmdRegister.COMMAND_BASE, COMMANDS | 8L << 56);
    write(AmdRegister.CONTROL, 1 | 1 << 2 | 1 << 12 | 1 << 17 | 1L << 50);
  }

  long read(AmdRegister register) {
    return unit.read(register.offset(), 8);
  }

  void write(AmdRegister register, long value) {
    unit.write(register.offset(), 8, value);
  }

  /** Writes a device table entry, and tells the unit. */
  void device(int requesterId, AmdDeviceEntry entry) {
    memory.setLong(BASE + requesterId * 32L + 16, entry.word());
    invalidate(requesterId, 0, 1);
  }

  /** Writes an entry without telling the unit. */
  void put(long table, int index, AmdIrte irte) {
    memory.setLong(table + index * 16L, irte.lo());
    memory.setLong(table + index * 16L + 8, irte.hi());
  }

  void submit(AmdCommand... commands) {
    for (AmdCommand each : commands) {
      memory.setLong(COMMANDS + tail, each.lo());
      memory.setLong(COMMANDS + tail + 8, each.hi());
      tail = (tail + AmdCommand.BYTES) % RING;
    }
    write(AmdRegister.COMMAND_TAIL, tail);
  }

  /** Has the unit forget a function, by commands, and looks that it was done. */
  void invalidate(int requesterId, int first, int count) {
    submit(
        AmdCommand.invalidateDevice(requesterId),
        AmdCommand.invalidateInterruptTable(requesterId),
        AmdCommand.waitStore(STATUS, ++ticket));
    if (memory.getLong(STATUS) != ticket) {
      throw new AssertionError("the wait was not reached");
    }
  }

  Outcome send(int requesterId, int index) {
    AmdMessage message = AmdMessage.of(index);
    return new Outcome(unit.remap(message.address(), message.data(), requesterId, -1));
  }

  /** The events in the log, which are consumed. */
  List<AmdEvent> takeEvents() {
    List<AmdEvent> taken = new ArrayList<>();
    long head = read(AmdRegister.EVENT_HEAD);
    for (; head != read(AmdRegister.EVENT_TAIL); head = (head + AmdEvent.BYTES) % RING) {
      taken.add(new AmdEvent(memory.getLong(EVENTS + head), memory.getLong(EVENTS + head + 8)));
    }
    write(AmdRegister.EVENT_HEAD, head);
    return taken;
  }
}
