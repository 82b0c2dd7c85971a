package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Command;
import dev.adit.devices.dsa.spec.CommandError;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.CmdStatus;
import dev.adit.devices.dsa.spec.Register.Gensts;
import dev.adit.devices.dsa.spec.Register.GroupFlags;
import dev.adit.devices.dsa.spec.Register.Wqcfg;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Drives a device through its registers and portals as Linux does, in the same order and widths;
 * the offsets come from the device's own OFFSETS register.
 */
final class Driver implements AutoCloseable {
  private static final int COMMAND = 4;

  final GuestMemory memory;
  final DsaDevice device;
  final AtomicIntegerArray vectors;
  int portalSlot;

  Driver(DsaProfile profile, EnginePolicy policy) {
    memory = new GuestMemory(4 << 20);
    vectors = new AtomicIntegerArray(profile.vectors());
    device = new DsaDevice(profile, policy, memory, (to, with, id, pasid) -> {}, 0x100);
    routeVectors();
    busMaster(true);
  }

  /** Drives a device whose vectors send messages. */
  Driver(DsaDevice device, GuestMemory memory) {
    this.device = device;
    this.memory = memory;
    vectors = new AtomicIntegerArray(device.profile().vectors());
    busMaster(true);
  }

  void routeVectors() {
    for (int i = 0; i < vectors.length(); i++) {
      int vector = i;
      device.msix().route(i, () -> vectors.incrementAndGet(vector));
    }
  }

  void busMaster(boolean on) {
    device.config().write(COMMAND, 2, on ? 6 : 2);
  }

  long read(Register register) {
    return read(register, 0);
  }

  long read(Register register, int index) {
    return device.read(0, at(register, index), register.width());
  }

  void write(Register register, int index, long value) {
    device.write(0, at(register, index), register.width(), value);
  }

  void write(Register register, long value) {
    write(register, 0, value);
  }

  private int at(Register register, int index) {
    long offsets = device.read(0, 0x60, 8);
    int base =
        switch (register.block()) {
          case GENERAL -> 0;
          case GRPCFG -> (int) (offsets & 0xFFFF) << 8;
          case WQCFG -> (int) (offsets >>> 16 & 0xFFFF) << 8;
          case MSIXPERM -> (int) (offsets >>> 32 & 0xFFFF) << 8;
          case PERFMON -> perfmon();
          case EVNTCAP -> perfmon() + 0x80;
          case CNTRCFG -> perfmon() + 0x100;
          case CNTRDATA -> perfmon() + 0x200;
          case FLTCFG -> perfmon() + 0x300;
        };
    return base + index * register.block().stride() + register.offset();
  }

  private int perfmon() {
    return (int) (device.read(0, 0x68, 8) & 0xFFFF) << 8;
  }

  /** Sends a command and waits for it. {@return the whole status register} */
  int command(Command command, int operand) {
    write(Register.CMD, (long) command.code() << 20 | operand | 1L << 31);
    return commandStatus();
  }

  int commandStatus() {
    int status = (int) read(Register.CMDSTATUS);
    while (CmdStatus.ACTIVE.isSet(Integer.toUnsignedLong(status))) {
      LockSupport.parkNanos(10_000);
      status = (int) read(Register.CMDSTATUS);
    }
    return status;
  }

  CommandError error(Command command, int operand) {
    int code = command(command, operand) & 0xFF;
    for (CommandError error : CommandError.values()) {
      if (error.code() == code) {
        return error;
      }
    }
    throw new AssertionError("error code " + code);
  }

  int state() {
    return Gensts.STATE.getInt(read(Register.GENSTS));
  }

  int queueState(int wq) {
    return Wqcfg.STATE.getInt(read(Register.WQCFG_STATUS, wq));
  }

  /** One queue with all engines in group 0, as accel-config's first example does. */
  Driver configure(int wq, int size) {
    write(Register.WQCFG_SIZE, wq, size);
    write(Register.WQCFG_THRESHOLD, wq, size);
    write(Register.WQCFG_MODE, wq, Wqcfg.PRIORITY.set(Wqcfg.DEDICATED.mask(), 10));
    write(Register.WQCFG_LIMITS, wq, Wqcfg.BATCH_SHIFT.set(21, 5));
    long queues = read(Register.GRPCFG_WQS0, 0);
    write(Register.GRPCFG_WQS0, 0, queues | 1L << wq);
    write(Register.GRPCFG_ENGINES, 0, (1L << device.profile().engines()) - 1);
    long flags = GroupFlags.ALLOWED.set(0, device.profile().readBuffers());
    write(Register.GRPCFG_FLAGS, 0, GroupFlags.TC_B.set(GroupFlags.TC_A.set(flags, 1), 1));
    return this;
  }

  /** Enables device and queue, which must be configured. */
  Driver enable(int wq) {
    write(Register.GENCTRL, 3);
    must(Command.ENABLE_DEVICE, 0);
    must(Command.ENABLE_WQ, wq);
    return this;
  }

  void must(Command command, int operand) {
    int status = command(command, operand);
    if (status != 0) {
      throw new AssertionError("%s: %#x".formatted(command, status));
    }
  }

  /** Writes a descriptor to the next slot of a portal page, in pieces of 8 bytes. */
  void submit(int wq, int page, MemorySegment d) {
    long slot = wq * 0x4000L + page * 0x1000L + portalSlot++ % 64 * 64L;
    for (int i = 0; i < Descriptor.BYTES; i += 8) {
      device.write(2, slot + i, 8, Descriptor.longAt(d, 0, i));
    }
  }

  void submit(DescriptorBuilder d) {
    submit(0, 1, d.segment());
  }

  /** {@return a no-op with a record} */
  static DescriptorBuilder noop(long record) {
    return DescriptorBuilder.of(Opcode.NOOP).set64(Descriptor.RECORD_ADDRESS, record);
  }

  static DescriptorBuilder interrupting(DescriptorBuilder d, int handle) {
    return d.also(Flags.REQUEST_INTERRUPT).set16(Descriptor.INTERRUPT_HANDLE, handle);
  }

  /** {@return the status byte of a record, once it is there} */
  int await(long record) {
    long deadline = System.nanoTime() + 60_000_000_000L;
    long word = memory.longAt(record);
    while ((word & 0xFF) == 0) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("no record");
      }
      Thread.onSpinWait();
      word = memory.longAt(record);
    }
    return (int) (word & 0xFF);
  }

  int status(long record) {
    return (int) (memory.longAt(record) & 0xFF);
  }

  @Override
  public void close() {
    device.close();
  }
}
