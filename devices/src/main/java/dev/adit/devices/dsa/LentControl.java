package dev.adit.devices.dsa;

import dev.adit.devices.dsa.DeviceControl.State;
import dev.adit.devices.dsa.spec.CommandError;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.Gencfg;
import dev.adit.devices.dsa.spec.Register.Wqcfg;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The states of a virtual function, and queues that are lent to it behind them. */
final class LentControl implements Control {
  private final RegisterFile registers;
  private final ConfigCheck check;
  private final List<? extends LentQueue> lent;
  private final WorkQueue.State[] states;
  private final QueueConfig[] configs;
  private volatile State state = State.DISABLED;

  LentControl(RegisterFile registers, ConfigCheck check, List<? extends LentQueue> lent) {
    this.registers = registers;
    this.check = check;
    this.lent = lent;
    states = new WorkQueue.State[lent.size()];
    configs = new QueueConfig[lent.size()];
    Arrays.fill(states, WorkQueue.State.DISABLED);
    Arrays.fill(configs, QueueConfig.DISABLED);
  }

  @Override
  public State state() {
    return state;
  }

  @Override
  public void enter(State next) {
    state = next;
    registers.set(Register.GENSTS, next.code());
  }

  @Override
  public ConfigCheck check() {
    return check;
  }

  @Override
  public void enable() {
    if (Gencfg.EVL.isSet(registers.get(Register.GENCFG))) {
      registers.set(Register.EVLSTATUS, 0);
    }
    enter(State.ENABLED);
  }

  @Override
  public int queues() {
    return states.length;
  }

  @Override
  public synchronized WorkQueue.State state(int wq) {
    return states[wq];
  }

  @Override
  public synchronized QueueConfig config(int wq) {
    return configs[wq];
  }

  @Override
  public synchronized CommandError enable(int wq) {
    QueueConfig config = check.config(wq);
    long mode = registers.get(Register.WQCFG_MODE, wq);
    long limits = registers.get(Register.WQCFG_LIMITS, wq);
    QueueTerms terms =
        new QueueTerms(
            Math.min(config.size(), lent.get(wq).size()),
            (int) registers.get(Register.WQCFG_THRESHOLD, wq),
            config.dedicated(),
            Wqcfg.BLOCK_ON_FAULT.isSet(mode),
            Wqcfg.TRANSFER_SHIFT.getInt(limits),
            Wqcfg.BATCH_SHIFT.getInt(limits),
            config.user().operations());
    if (!lent.get(wq).enable(terms)) {
      return CommandError.HARDWARE;
    }
    configs[wq] = config;
    show(wq, WorkQueue.State.ENABLED);
    return CommandError.NONE;
  }

  private void show(int wq, WorkQueue.State next) {
    states[wq] = next;
    registers.setField(Register.WQCFG_STATUS, wq, Wqcfg.STATE, next.code());
  }

  private synchronized BooleanSupplier closed(int wq, boolean discard) {
    if (states[wq] == WorkQueue.State.DISABLED) {
      return () -> true;
    }
    show(wq, WorkQueue.State.BUSY);
    return lent.get(wq).drain(true, discard);
  }

  @Override
  public BooleanSupplier close(int wq) {
    return closed(wq, false);
  }

  @Override
  public BooleanSupplier drain(int wq) {
    return lent.get(wq).drain(false, false);
  }

  @Override
  public BooleanSupplier abort(int wq) {
    return lent.get(wq).drain(false, true);
  }

  @Override
  public BooleanSupplier closeAndAbort(int wq) {
    return closed(wq, true);
  }

  /** All descriptors of a guest have one PASID outside, so one of its own is waited for. */
  @Override
  public BooleanSupplier abortPasid(int wq, int pasid) {
    return drain(wq);
  }

  @Override
  public synchronized void disabled(int wq) {
    if (states[wq] != WorkQueue.State.DISABLED) {
      lent.get(wq).disable();
      configs[wq] = QueueConfig.DISABLED;
      show(wq, WorkQueue.State.DISABLED);
    }
  }

  @Override
  public void disabled() {
    for (int wq = 0; wq < states.length; wq++) {
      disabled(wq);
    }
  }

  @Override
  public void limited(int wq) {
    // Lent queues do not tell that they have room.
  }
}
