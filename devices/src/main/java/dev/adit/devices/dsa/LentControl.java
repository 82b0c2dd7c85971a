package dev.adit.devices.dsa;

import dev.adit.devices.dsa.DeviceControl.State;
import dev.adit.devices.dsa.spec.CommandError;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.Gencfg;
import dev.adit.devices.dsa.spec.Register.Wqcfg;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BooleanSupplier;

/** The states of a virtual function, and queues that are lent to it behind them. */
final class LentControl implements Control {
  private final RegisterFile registers;
  private final ConfigCheck check;
  private final List<? extends LentQueue> lent;
  private final MappedPortals mapped;

  // Read on the way of descriptors, which takes no lock of this class.
  private final AtomicReferenceArray<WorkQueue.State> states;
  private final AtomicReferenceArray<QueueConfig> configs;
  private volatile State state = State.DISABLED;

  LentControl(
      RegisterFile registers,
      ConfigCheck check,
      List<? extends LentQueue> lent,
      MappedPortals mapped) {
    this.registers = registers;
    this.check = check;
    this.lent = lent;
    this.mapped = mapped;
    states = new AtomicReferenceArray<>(lent.size());
    configs = new AtomicReferenceArray<>(lent.size());
    for (int wq = 0; wq < lent.size(); wq++) {
      states.set(wq, WorkQueue.State.DISABLED);
      configs.set(wq, QueueConfig.DISABLED);
    }
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
    return lent.size();
  }

  @Override
  public WorkQueue.State state(int wq) {
    return states.get(wq);
  }

  @Override
  public QueueConfig config(int wq) {
    return configs.get(wq);
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
    mapped.open(wq);
    if (!lent.get(wq).enable(terms)) {
      return CommandError.HARDWARE;
    }
    configs.set(wq, config);
    show(wq, WorkQueue.State.ENABLED);
    mapped.watch();
    return CommandError.NONE;
  }

  private void show(int wq, WorkQueue.State next) {
    states.set(wq, next);
    registers.setField(Register.WQCFG_STATUS, wq, Wqcfg.STATE, next.code());
  }

  private synchronized BooleanSupplier closed(int wq, boolean discard) {
    if (states.get(wq) == WorkQueue.State.DISABLED) {
      // A change of the PCI configuration takes queues out of service at once, whatever is under
      // way.
      return lent.get(wq)::free;
    }
    if (!discard) {
      mapped.sweep(wq);
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
    mapped.sweep(wq);
    return lent.get(wq).drain(false, false);
  }

  @Override
  public BooleanSupplier abort(int wq) {
    mapped.sweep(wq);
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
    if (states.get(wq) != WorkQueue.State.DISABLED) {
      lent.get(wq).disable();
      configs.set(wq, QueueConfig.DISABLED);
      show(wq, WorkQueue.State.DISABLED);
    }
  }

  @Override
  public void disabled() {
    for (int wq = 0; wq < lent.size(); wq++) {
      disabled(wq);
    }
  }

  @Override
  public void limited(int wq) {
    // Lent queues do not tell that they have room.
  }
}
