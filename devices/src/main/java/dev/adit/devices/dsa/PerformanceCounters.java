package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Capabilities.Perfcap;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.Intcause;
import dev.adit.devices.dsa.spec.Register.Perfmon;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Performance counters (appendix D): each adds up the events of one category that its configuration
 * names, for the queues and engines that its filters let through. While no counter is enabled,
 * engines see one false boolean.
 */
final class PerformanceCounters {
  /** Categories 0 to 4; inter-domain operations (5) do not exist here. */
  static final int CATEGORIES = 5;

  static final int WIDTH = 48;

  static final int QUEUE = 0;
  static final int ENGINE = 1;
  static final int OPERATION = 3;
  static final int COMPLETION = 4;

  static final int SWQ_OK_LIMITED = 1;
  static final int SWQ_RETRY_LIMITED = 2;
  static final int SWQ_OK = 4;
  static final int SWQ_RETRY = 8;
  static final int DWQ_OK = 0x10;
  static final int DWQ_FULL = 0x20;
  static final int DISCARDED = 0x40;

  static final int DATA_READ = 1;
  static final int DATA_WRITTEN = 2;
  static final int READS_SOURCE_1 = 4;
  static final int WRITES_DESTINATION_1 = 8;
  static final int FROM_BATCH = 0x10;
  static final int FROM_QUEUE = 0x20;
  static final int READS_SOURCE_2 = 0x200;
  static final int WRITES_DESTINATION_2 = 0x400;

  static final int MSIX = 1;
  static final int IMS = 2;
  static final int PARTIAL = 4;
  static final int ERROR = 8;
  static final int SUCCESS = 0x10;
  static final int RECORD = 0x20;

  private static final int FILTERS = 1 | 1 << 4;
  private static final long[] EVENTS = {0x7F, 0x63F, 0, 0, 0x3F};

  private final RegisterFile registers;
  private final MiscInterrupts interrupts;
  private final AtomicLongArray values;
  private volatile boolean active;

  PerformanceCounters(RegisterFile registers, MiscInterrupts interrupts, int counters) {
    this.registers = registers;
    this.interrupts = interrupts;
    values = new AtomicLongArray(counters);
  }

  /** Sets the capabilities and resets the configuration; nothing on a device without counters. */
  static void reset(RegisterFile registers, DsaProfile profile) {
    if (profile.counters() == 0) {
      return;
    }
    long cap = Perfcap.COUNTERS.set(0, profile.counters());
    cap = Perfcap.WIDTH.set(cap, WIDTH);
    cap = Perfcap.CATEGORIES.set(cap, CATEGORIES);
    cap = Perfcap.CATEGORY_MASK.set(cap, (1 << CATEGORIES) - 1);
    cap = Perfcap.FILTERS.set(cap, FILTERS);
    cap |= Perfcap.WRITABLE.mask() | Perfcap.FREEZE.mask() | Perfcap.OVERFLOW_INTERRUPT.mask();
    registers.set(Register.PERFCAP, cap);
    for (int i = 0; i < CATEGORIES; i++) {
      long events = i == OPERATION ? operations(profile.opcap()) : EVENTS[i];
      registers.set(Register.EVNTCAP_EVENTS, i, events);
    }
    resetConfiguration(registers, profile.counters());
  }

  private static void resetConfiguration(RegisterFile registers, int counters) {
    registers.set(Register.PERFFRZ, 0);
    registers.set(Register.OVFSTATUS, 0);
    for (int i = 0; i < counters; i++) {
      registers.set(Register.CNTRCFG_COUNTER, i, 0);
      registers.set(Register.FLTCFG_WQ, i, 0xFFFF_FFFFL);
      registers.set(Register.FLTCFG_ENGINE, i, 0xFFFF_FFFFL);
    }
  }

  private static long operations(long opcap) {
    long events = 0;
    for (int code = 0; code < Long.SIZE; code++) {
      events |= (opcap >>> code & 1) != 0 ? event(code) : 0;
    }
    return events;
  }

  /** {@return the event of category 3 that an operation is; 0 if it has none} */
  static int event(int opcode) {
    if (opcode <= Opcode.DUALCAST.code()) {
      return 1 << opcode;
    }
    if (opcode >= Opcode.CRC.code() && opcode <= Opcode.DIF_UPDATE.code()) {
      return 0x400 << (opcode - Opcode.CRC.code());
    }
    if (opcode == Opcode.CACHE_FLUSH.code()) {
      return 0x1_0000;
    }
    if (opcode == Opcode.TRANSLATION_FETCH.code()) {
      return 0x2_0000;
    }
    return opcode == Opcode.DIX_GENERATE.code() ? 0x4_0000 : 0;
  }

  /** {@return whether any counter is enabled} */
  boolean active() {
    return active;
  }

  /** Counts events of one kind. */
  void count(int category, int event, long amount, int wq, int engine) {
    for (int i = 0; i < values.length(); i++) {
      long config = registers.get(Register.CNTRCFG_COUNTER, i);
      if (Perfmon.ENABLE.isSet(config)
          && Perfmon.CATEGORY.get(config) == category
          && (Perfmon.EVENTS.get(config) & event) != 0
          && passes(Register.FLTCFG_WQ, i, wq)
          && passes(Register.FLTCFG_ENGINE, i, engine)
          && registers.get(Register.PERFFRZ) == 0) {
        add(i, amount, config);
      }
    }
  }

  /** An event that has no queue or no engine passes that filter. */
  private boolean passes(Register filter, int counter, int index) {
    return index < 0 || (registers.get(filter, counter) >>> index & 1) != 0;
  }

  private void add(int counter, long amount, long config) {
    long sum = values.addAndGet(counter, amount);
    long limit = 1L << WIDTH;
    if (sum < limit) {
      return;
    }
    long wrapped;
    do {
      sum = values.get(counter);
      wrapped = sum & (limit - 1);
      if (sum == wrapped) {
        return;
      }
    } while (!values.compareAndSet(counter, sum, wrapped));
    registers.setBits(Register.OVFSTATUS, 1 << counter);
    if (Perfmon.GLOBAL_FREEZE.isSet(config)) {
      registers.set(Register.PERFFRZ, 1);
    }
    if (Perfmon.OVERFLOW_INTERRUPT.isSet(config)) {
      interrupts.raise(Intcause.PERFMON);
    }
  }

  /** {@return 32 bits of a counter} */
  int read(int counter, int half) {
    return (int) (values.get(counter) >>> (32 * half));
  }

  /** Takes note of a register write. */
  void written(Register register, int index, int half, int value) {
    switch (register) {
      case CNTRDATA_COUNTER -> {
        long kept = values.get(index) & (half == 0 ? 0xFFFF_FFFFL << 32 : 0xFFFF_FFFFL);
        long part = registers.get(register, index) & (half == 0 ? 0xFFFF_FFFFL : 0xFFFFL << 32);
        values.set(index, kept | part);
      }
      case PERFRST -> {
        if ((value & 1) != 0) {
          resetConfiguration(registers, values.length());
        }
        if ((value & 2) != 0) {
          clear();
        }
      }
      default -> {}
    }
    update();
  }

  /** Sets all counters to 0. */
  void clear() {
    for (int i = 0; i < values.length(); i++) {
      values.set(i, 0);
    }
  }

  /** Looks anew at whether any counter is enabled. */
  void update() {
    boolean any = false;
    for (int i = 0; i < values.length(); i++) {
      any |= Perfmon.ENABLE.isSet(registers.get(Register.CNTRCFG_COUNTER, i));
    }
    active = any;
  }
}
