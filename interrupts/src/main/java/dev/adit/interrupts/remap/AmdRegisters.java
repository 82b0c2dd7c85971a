package dev.adit.interrupts.remap;

import static dev.adit.interrupts.spec.AmdRegister.COMMAND_BASE;
import static dev.adit.interrupts.spec.AmdRegister.COMMAND_HEAD;
import static dev.adit.interrupts.spec.AmdRegister.COMMAND_TAIL;
import static dev.adit.interrupts.spec.AmdRegister.CONTROL;
import static dev.adit.interrupts.spec.AmdRegister.DEVICE_TABLE;
import static dev.adit.interrupts.spec.AmdRegister.EVENT_BASE;
import static dev.adit.interrupts.spec.AmdRegister.EVENT_HEAD;
import static dev.adit.interrupts.spec.AmdRegister.EVENT_TAIL;
import static dev.adit.interrupts.spec.AmdRegister.FEATURES;
import static dev.adit.interrupts.spec.AmdRegister.STATUS;

import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.spec.AmdCommand;
import dev.adit.interrupts.spec.AmdDeviceEntry;
import dev.adit.interrupts.spec.AmdEvent;
import dev.adit.interrupts.spec.AmdRegister;
import dev.adit.interrupts.spec.Field;
import java.util.EnumMap;
import java.util.Map;

/**
 * The unit as software programs it: registers, and the two rings in memory that they describe.
 *
 * <p>The command buffer is worked off whenever software moves its tail or turns it on. A command
 * that is not valid stops it with the head on it, as an event, until software turns it off and on.
 * An event log that is full drops events and stops, until software turns it off and on.
 *
 * <p>All of it is guarded by this object's lock, which requests take for recording an event only;
 * interrupts are sent after it is released. One is sent when a status bit that it tells of gets
 * set, and software has to clear the bit to get another.
 */
final class AmdRegisters {
  private static final Field ENABLE = CONTROL.field("IOMMUEN");
  private static final Field LOG_ENABLE = CONTROL.field("EVENTLOGEN");
  private static final Field LOG_INTERRUPT = CONTROL.field("EVENTINTEN");
  private static final Field WAIT_INTERRUPT = CONTROL.field("COMWAITINTEN");
  private static final Field COMMANDS_ENABLE = CONTROL.field("CMDBUFEN");
  private static final Field LONG_ENTRIES = CONTROL.field("GAEN");
  private static final Field EXTENDED = CONTROL.field("XTEN");
  private static final Field OVERFLOW = STATUS.field("EVENTOVERFLOW");
  private static final Field LOGGED = STATUS.field("EVENTLOGINT");
  private static final Field WAITED = STATUS.field("COMWAITINT");
  private static final Field LOG_RUN = STATUS.field("EVENTLOGRUN");
  private static final Field COMMANDS_RUN = STATUS.field("CMDBUFRUN");

  /** Log2 of the entries of the smallest ring; lesser lengths are reserved. */
  private static final int SHORTEST = 8;

  private final AmdUnit unit;
  private final AmdConfig config;
  private final GuestMemory memory;
  private final Map<AmdRegister, Long> values = new EnumMap<>(AmdRegister.class);
  private boolean interruptDue;

  AmdRegisters(AmdUnit unit, AmdConfig config, GuestMemory memory) {
    this.unit = unit;
    this.config = config;
    this.memory = memory;
    for (AmdRegister register : AmdRegister.values()) {
      values.put(register, 0L);
    }
    put(COMMAND_BASE, COMMAND_BASE.field("COMLEN").of(SHORTEST));
    put(EVENT_BASE, EVENT_BASE.field("EVENTLEN").of(SHORTEST));
    put(
        FEATURES,
        FEATURES.field("IASUP").of(1)
            | FEATURES.field("GASUP").of(config.longEntries() ? 1 : 0)
            | FEATURES.field("XTSUP").of(config.extendedDestination() ? 1 : 0));
  }

  private long get(AmdRegister register) {
    return values.getOrDefault(register, 0L);
  }

  private void put(AmdRegister register, long value) {
    values.put(register, value);
  }

  private boolean is(AmdRegister register, Field field) {
    return field.isSet(get(register));
  }

  /** Sets a status bit of which an interrupt tells, if it is enabled. */
  private void raise(Field field, Field enable) {
    interruptDue |= is(CONTROL, enable) && !is(STATUS, field);
    flag(field, true);
  }

  private void flag(Field field, boolean set) {
    put(STATUS, field.set(get(STATUS), set ? 1 : 0));
  }

  synchronized long read(long offset, int width) {
    if (malformed(offset, width)) {
      return -1;
    }
    AmdRegister register = AmdRegister.at(offset);
    long value = register == null ? 0 : get(register) >>> ((offset & 7) * 8);
    return width == 4 ? value & 0xFFFF_FFFFL : value;
  }

  private static boolean malformed(long offset, int width) {
    return (width != 4 && width != 8) || (offset & (width - 1)) != 0;
  }

  void write(long offset, int width, long value) {
    boolean due;
    synchronized (this) {
      store(offset, width, value);
      due = takeDue();
    }
    if (due) {
      unit.interrupt();
    }
  }

  private boolean takeDue() {
    boolean due = interruptDue;
    interruptDue = false;
    return due;
  }

  private void store(long offset, int width, long value) {
    AmdRegister register = malformed(offset, width) ? null : AmdRegister.at(offset);
    if (register == null) {
      return;
    }
    int shift = (int) (offset & 7) * 8;
    long lanes = width == 8 ? -1L : 0xFFFF_FFFFL << shift;
    long before = get(register);
    put(register, register.written(before, value << shift, lanes));
    switch (register) {
      case DEVICE_TABLE -> enter();
      case CONTROL -> control(before);
      case COMMAND_BASE -> {
        put(COMMAND_HEAD, 0);
        put(COMMAND_TAIL, 0);
      }
      case EVENT_BASE -> {
        put(EVENT_HEAD, 0);
        put(EVENT_TAIL, 0);
      }
      case COMMAND_TAIL -> work();
      case COMMAND_HEAD, EVENT_HEAD, EVENT_TAIL, FEATURES, STATUS -> {}
    }
  }

  private void control(long before) {
    long now = get(CONTROL);
    if (!config.longEntries()) {
      now = LONG_ENTRIES.set(now, 0);
    }
    if (!config.extendedDestination() || !LONG_ENTRIES.isSet(now)) {
      now = EXTENDED.set(now, 0);
    }
    put(CONTROL, now);
    if ((now ^ before) != 0) {
      enter();
    }
    boolean enabled = ENABLE.isSet(now);
    if (((now ^ before) & (LOG_ENABLE.mask() | ENABLE.mask())) != 0) {
      flag(LOG_RUN, enabled && LOG_ENABLE.isSet(now));
    }
    if (((now ^ before) & (COMMANDS_ENABLE.mask() | ENABLE.mask())) != 0) {
      flag(COMMANDS_RUN, enabled && COMMANDS_ENABLE.isSet(now));
      work();
    }
  }

  private void enter() {
    long control = get(CONTROL);
    long table = get(DEVICE_TABLE);
    int pages = (int) DEVICE_TABLE.field("SIZE").get(table) + 1;
    unit.enter(
        new AmdUnit.Mode(
            ENABLE.isSet(control),
            table & DEVICE_TABLE.field("DEVTABBASE").mask(),
            Math.min(pages * (4096 / AmdDeviceEntry.BYTES), 1 << 16),
            LONG_ENTRIES.isSet(control),
            EXTENDED.isSet(control)));
  }

  /** The bytes of a ring, or 0 if its length is a reserved one. */
  private long ring(AmdRegister base, String length) {
    int log = (int) base.field(length).get(get(base));
    return log < SHORTEST ? 0 : 16L << log;
  }

  private long command() {
    return (get(COMMAND_BASE) & COMMAND_BASE.field("COMBASE").mask()) + get(COMMAND_HEAD);
  }

  private void work() {
    long bytes = ring(COMMAND_BASE, "COMLEN");
    while (is(STATUS, COMMANDS_RUN) && get(COMMAND_HEAD) != get(COMMAND_TAIL)) {
      if (get(COMMAND_HEAD) >= bytes || get(COMMAND_TAIL) >= bytes) {
        stop(AmdEvent.COMMAND_HARDWARE);
      } else if (!memory.holds(command(), AmdCommand.BYTES)) {
        stop(AmdEvent.COMMAND_HARDWARE);
      } else if (!execute(command())) {
        stop(AmdEvent.ILLEGAL_COMMAND);
      } else {
        put(COMMAND_HEAD, (get(COMMAND_HEAD) + AmdCommand.BYTES) % bytes);
      }
    }
  }

  private void stop(int code) {
    flag(COMMANDS_RUN, false);
    log(AmdEvent.command(code, command()));
  }

  private boolean execute(long at) {
    AmdCommand command = new AmdCommand(memory.getLong(at), memory.getLong(at + 8));
    return switch (command.opcode()) {
      case AmdCommand.COMPLETION_WAIT -> complete(command);
      case AmdCommand.INVALIDATE_DEVTAB_ENTRY, AmdCommand.INVALIDATE_INTERRUPT_TABLE ->
          invalidate(command);
      case AmdCommand.INVALIDATE_ALL -> invalidateAll(command);
      // They concern the DMA half, of which this unit has nothing cached.
      case AmdCommand.INVALIDATE_PAGES, AmdCommand.INVALIDATE_IOTLB -> true;
      default -> false;
    };
  }

  private boolean invalidate(AmdCommand command) {
    if (!command.reservedZero(AmdCommand.DEVICE_LAYOUT)) {
      return false;
    }
    unit.invalidate(command.requesterId(), 0, 1);
    return true;
  }

  private boolean invalidateAll(AmdCommand command) {
    if (!command.reservedZero(AmdCommand.ALL_LAYOUT)) {
      return false;
    }
    unit.invalidateAll();
    return true;
  }

  private boolean complete(AmdCommand command) {
    if (!command.reservedZero(AmdCommand.WAIT_LAYOUT)) {
      return false;
    }
    // Nobody is told if there is no memory: the write is posted and gets lost on the way.
    if (command.stores() && memory.holds(command.storeAddress(), 8)) {
      memory.setLong(command.storeAddress(), command.hi());
    }
    if (command.interrupts()) {
      raise(WAITED, WAIT_INTERRUPT);
    }
    return true;
  }

  /** Writes an event to the log, if there is one. */
  void record(AmdEvent event) {
    boolean due;
    synchronized (this) {
      log(event);
      due = takeDue();
    }
    if (due) {
      unit.interrupt();
    }
  }

  private void log(AmdEvent event) {
    long bytes = ring(EVENT_BASE, "EVENTLEN");
    long tail = get(EVENT_TAIL);
    if (!is(STATUS, LOG_RUN) || tail >= bytes) {
      return;
    }
    long next = (tail + AmdEvent.BYTES) % bytes;
    if (next == get(EVENT_HEAD)) {
      raise(OVERFLOW, LOG_INTERRUPT);
      flag(LOG_RUN, false);
      return;
    }
    long at = (get(EVENT_BASE) & EVENT_BASE.field("EVENTBASE").mask()) + tail;
    if (memory.holds(at, AmdEvent.BYTES)) {
      memory.setLong(at + 8, event.hi());
      memory.setLong(at, event.lo());
    }
    put(EVENT_TAIL, next);
    raise(LOGGED, LOG_INTERRUPT);
  }
}
