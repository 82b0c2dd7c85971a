package dev.adit.devices.dsa;

import dev.adit.devices.dsa.DeviceControl.State;
import dev.adit.devices.dsa.spec.Command;
import dev.adit.devices.dsa.spec.CommandError;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.Cmd;
import dev.adit.devices.dsa.spec.Register.CmdStatus;
import dev.adit.devices.dsa.spec.Register.Genctrl;
import dev.adit.devices.dsa.spec.Register.Intcause;
import dev.adit.interrupts.store.ImsArray;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The command register (sections 3.15, 5.8.3 and 9.2.12). A command that has nothing to wait for is
 * complete when the write returns, which drivers that poll a few hundred times rely on; one that
 * waits for descriptors stays active and ends on a thread of its own.
 */
final class Commands {
  private static final int QUEUES_PER_OPERAND = 16;
  private static final long WAIT_NANOS = 20_000;
  private static final long RESET_NANOS = 2_000_000_000L;

  private final ReentrantLock lock = new ReentrantLock();
  private final DsaCore core;
  private final Control control;
  private final DeviceError error = new DeviceError();
  private boolean active;
  private boolean interrupt;
  private final AtomicInteger epoch = new AtomicInteger();

  Commands(DsaCore core, Control control) {
    this.core = core;
    this.control = control;
  }

  /** Takes a write to the command register. */
  void write(int value) {
    lock.lock();
    try {
      if (active) {
        core.errors().reportSoftware(error.begin(DeviceError.COMMAND_ACTIVE, DeviceError.NO_WQ));
        return;
      }
      active = true;
      interrupt = Cmd.INTERRUPT.isSet(value);
      core.registers().set(Register.CMDSTATUS, CmdStatus.ACTIVE.mask());
      Command command = Command.of(Cmd.CODE.getInt(value));
      int operand = Cmd.OPERAND.getInt(value);
      if (command == null || (core.profile().cmdcap() >>> command.code() & 1) == 0) {
        finish(CommandError.NOT_SUPPORTED);
      } else if (control.state() == State.HALTED && command != Command.RESET_DEVICE) {
        finish(CommandError.HALTED);
      } else if ((operand & ~command.operandMask()) != 0) {
        finish(CommandError.RESERVED_OPERAND);
      } else {
        start(command, operand);
      }
    } finally {
      lock.unlock();
    }
  }

  private void start(Command command, int operand) {
    switch (command) {
      case ENABLE_DEVICE -> enableDevice();
      case DISABLE_DEVICE -> disableDevice();
      case RESET_DEVICE -> resetDevice();
      case ENABLE_WQ -> enableQueue(operand);
      case DISABLE_WQ, DRAIN_WQ, ABORT_WQ, RESET_WQ -> queues(command, operand);
      case DRAIN_ALL -> when(each(enabled(q -> true), control::drain));
      case ABORT_ALL -> when(each(enabled(q -> true), control::abort));
      case DRAIN_PASID -> when(each(enabled(q -> mayCarry(q, operand)), control::drain));
      case ABORT_PASID -> abortPasid(operand);
      case REQUEST_INT_HANDLE -> requestHandle(operand);
      case RELEASE_INT_HANDLE -> releaseHandle(operand);
    }
  }

  private void enableDevice() {
    CommandError wrong =
        control.state() == State.DISABLED
            ? control.check().device()
            : CommandError.DEVICE_NOT_DISABLED;
    if (wrong == CommandError.NONE) {
      control.enable();
    }
    finish(wrong);
  }

  private void disableDevice() {
    if (control.state() != State.ENABLED) {
      finish(CommandError.DISABLE_NOT_ENABLED);
      return;
    }
    control.enter(State.DRAINING);
    List<BooleanSupplier> waits = each(enabled(q -> true), control::close);
    when(
        waits,
        () -> {
          control.disabled();
          control.enter(State.DISABLED);
          finish(CommandError.NONE);
        });
  }

  private void resetDevice() {
    when(
        each(all(), control::closeAndAbort),
        () -> {
          control.disabled();
          clear();
          finish(CommandError.NONE);
        });
  }

  private void clear() {
    core.registers().resetDevice();
    core.handles().clear();
    core.msix().clearPending();
    ImsArray ims = core.ims();
    if (ims != null) {
      ims.reset();
    }
    all().forEach(control::limited);
    control.enter(State.DISABLED);
  }

  private void enableQueue(int index) {
    if (control.state() != State.ENABLED) {
      finish(CommandError.DEVICE_NOT_ENABLED);
    } else if (index >= control.queues()) {
      finish(CommandError.WQ_INDEX);
    } else if (control.state(index) != WorkQueue.State.DISABLED) {
      finish(CommandError.WQ_NOT_DISABLED);
    } else {
      CommandError wrong = control.check().queue(index);
      finish(wrong == CommandError.NONE ? control.enable(index) : wrong);
    }
  }

  private void queues(Command command, int operand) {
    int first = (operand >>> QUEUES_PER_OPERAND) * QUEUES_PER_OPERAND;
    List<Integer> named = new ArrayList<>();
    for (int bit = 0; bit < QUEUES_PER_OPERAND; bit++) {
      if ((operand >>> bit & 1) != 0) {
        if (first + bit >= control.queues()) {
          finish(CommandError.WQ_INDEX);
          return;
        }
        named.add(first + bit);
      }
    }
    boolean allEnabled =
        control.state() == State.ENABLED
            && named.stream().allMatch(q -> control.state(q) == WorkQueue.State.ENABLED);
    if (command != Command.RESET_WQ && !allEnabled) {
      finish(CommandError.WQ_NOT_ENABLED);
      return;
    }
    switch (command) {
      case DISABLE_WQ -> when(each(named, control::close), () -> disabled(named, false));
      case RESET_WQ -> when(each(named, control::closeAndAbort), () -> disabled(named, true));
      case DRAIN_WQ -> when(each(named, control::drain));
      default -> when(each(named, control::abort));
    }
  }

  private void disabled(List<Integer> named, boolean reset) {
    for (int queue : named) {
      control.disabled(queue);
      if (reset) {
        core.registers().resetQueue(queue);
        control.limited(queue);
      }
    }
    finish(CommandError.NONE);
  }

  private List<Integer> all() {
    return IntStream.range(0, control.queues()).boxed().toList();
  }

  private List<Integer> enabled(IntPredicate which) {
    List<Integer> found = new ArrayList<>();
    for (int queue = 0; queue < control.queues(); queue++) {
      if (control.state(queue) == WorkQueue.State.ENABLED && which.test(queue)) {
        found.add(queue);
      }
    }
    return found;
  }

  private boolean mayCarry(int queue, int pasid) {
    QueueConfig config = control.config(queue);
    return config.pasidEnable() && config.pasid(pasid) == pasid;
  }

  private void abortPasid(int pasid) {
    List<BooleanSupplier> waits = new ArrayList<>();
    for (int queue : enabled(q -> mayCarry(q, pasid))) {
      boolean dedicated = control.config(queue).dedicated();
      waits.add(dedicated ? control.abort(queue) : control.abortPasid(queue, pasid));
    }
    when(waits);
  }

  private void requestHandle(int operand) {
    boolean ims = operand >>> 16 != 0;
    int index = operand & 0xFFFF;
    if (!core.handles().inTable(index, ims)) {
      finish(CommandError.INTERRUPT_INDEX);
      return;
    }
    int handle = core.handles().request(index, ims);
    if (handle == Handles.NONE) {
      finish(CommandError.NO_HANDLE);
    } else {
      finish(CommandError.NONE, handle);
    }
  }

  private void releaseHandle(int operand) {
    boolean released = core.handles().release(operand & 0xFFFF, operand >>> 16 != 0);
    finish(released ? CommandError.NONE : CommandError.INTERRUPT_INDEX);
  }

  private interface Step {
    BooleanSupplier start(int queue);
  }

  private static List<BooleanSupplier> each(List<Integer> queues, Step step) {
    List<BooleanSupplier> waits = new ArrayList<>();
    for (int queue : queues) {
      waits.add(step.start(queue));
    }
    return waits;
  }

  private void when(List<BooleanSupplier> waits) {
    when(waits, () -> finish(CommandError.NONE));
  }

  /** Goes on when all waits are over: now, or later and elsewhere. */
  private void when(List<BooleanSupplier> waits, Runnable then) {
    if (over(waits)) {
      then.run();
      return;
    }
    int mine = epoch.get();
    Thread.ofVirtual().name("dsa-command").start(() -> await(waits, then, mine));
  }

  private static boolean over(List<BooleanSupplier> waits) {
    boolean all = true;
    for (BooleanSupplier wait : waits) {
      all &= wait.getAsBoolean();
    }
    return all;
  }

  private void await(List<BooleanSupplier> waits, Runnable then, int mine) {
    while (epoch.get() == mine && !over(waits)) {
      LockSupport.parkNanos(this, WAIT_NANOS);
    }
    lock.lock();
    try {
      if (epoch.get() == mine) {
        then.run();
      }
    } finally {
      lock.unlock();
    }
  }

  private void finish(CommandError result) {
    finish(result, 0);
  }

  private void finish(CommandError result, int value) {
    active = false;
    long status = CmdStatus.ERROR.set(0, result.code());
    core.registers().set(Register.CMDSTATUS, CmdStatus.RESULT.set(status, value));
    if (interrupt) {
      core.interrupts().raise(Intcause.COMMAND);
    }
  }

  /** {@return whether a command is active} */
  boolean active() {
    lock.lock();
    try {
      return active;
    } finally {
      lock.unlock();
    }
  }

  /** Takes all handles back and tells the driver to ask for new ones (section 7.5.4). */
  void revokeHandles() {
    lock.lock();
    try {
      core.handles().clear();
      core.interrupts().raise(Intcause.HANDLES_REVOKED);
    } finally {
      lock.unlock();
    }
  }

  /** Halts an enabled device whose PCI configuration was changed (section 5.7). */
  void configurationChanged() {
    lock.lock();
    try {
      if (control.state() != State.ENABLED && control.state() != State.DRAINING) {
        return;
      }
      epoch.incrementAndGet();
      each(all(), control::closeAndAbort);
      control.disabled();
      control.enter(State.HALTED);
      if (active) {
        finish(CommandError.HALTED);
      }
      DeviceError changed = error.begin(DeviceError.CONFIGURATION_CHANGED, DeviceError.NO_WQ);
      core.errors().reportSoftware(changed);
      if (Genctrl.HALT.isSet(core.registers().get(Register.GENCTRL))) {
        core.interrupts().raise(Intcause.HALT);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends everything at once, as a function-level reset does. Waits for engines at work; one that
   * stays stuck in somebody else's memory for seconds writes no record and sends no interrupt when
   * it comes back.
   */
  void reset() {
    lock.lock();
    try {
      epoch.incrementAndGet();
      active = false;
      interrupt = false;
      List<BooleanSupplier> waits = each(all(), control::closeAndAbort);
      long until = System.nanoTime() + RESET_NANOS;
      while (!over(waits) && System.nanoTime() - until < 0) {
        LockSupport.parkNanos(this, WAIT_NANOS);
      }
      control.disabled();
      core.registers().resetFunction();
      core.counters().clear();
      core.counters().update();
      clear();
      core.msix().reset();
    } finally {
      lock.unlock();
    }
  }
}
