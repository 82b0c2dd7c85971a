package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.CommandError;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.Gencfg;
import dev.adit.devices.dsa.spec.Register.Wqcfg;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The states of the device and its queues, and what moves them (sections 3.13 to 3.15). Changes are
 * made with the lock of {@link Commands} held; the states may be read at any time.
 */
final class DeviceControl implements Control {
  /** The state in GENSTS. */
  enum State {
    DISABLED(0),
    ENABLED(1),
    DRAINING(2),
    HALTED(3);

    private final int code;

    State(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  private final DsaCore core;
  private final WorkQueue[] queues;
  private final Engine[] engines;
  private final ConfigCheck check;
  private final MappedPortals mapped;
  private final MemorySegment discarded = Arena.ofAuto().allocate(Worker.TAKEN, 64);
  private volatile State state = State.DISABLED;

  DeviceControl(
      DsaCore core, WorkQueue[] queues, Engine[] engines, ConfigCheck check, MappedPortals mapped) {
    this.core = core;
    this.queues = queues;
    this.engines = engines;
    this.check = check;
    this.mapped = mapped;
  }

  @Override
  public State state() {
    return state;
  }

  @Override
  public int queues() {
    return queues.length;
  }

  @Override
  public WorkQueue.State state(int wq) {
    return queues[wq].state();
  }

  @Override
  public QueueConfig config(int wq) {
    return queues[wq].config();
  }

  @Override
  public ConfigCheck check() {
    return check;
  }

  @Override
  public void enter(State next) {
    state = next;
    core.registers().set(Register.GENSTS, next.code);
  }

  /** Puts queues and engines together as the groups say. */
  @Override
  public void enable() {
    if (Gencfg.EVL.isSet(core.registers().get(Register.GENCFG))) {
      core.registers().set(Register.EVLSTATUS, 0);
    }
    for (int group = 0; group < core.profile().groups(); group++) {
      long wqs = check.wqs(group);
      long members = check.engines(group);
      WorkQueue[] ofGroup = pick(queues, wqs).toArray(new WorkQueue[0]);
      Engine[] serving = pick(engines, members).toArray(new Engine[0]);
      for (WorkQueue queue : ofGroup) {
        queue.serve(serving);
      }
      for (Engine engine : serving) {
        engine.assign(ofGroup);
        engine.start();
      }
    }
    enter(State.ENABLED);
  }

  private static <T> List<T> pick(T[] all, long bits) {
    List<T> picked = new ArrayList<>();
    for (int i = 0; i < all.length; i++) {
      if ((bits >>> i & 1) != 0) {
        picked.add(all[i]);
      }
    }
    return picked;
  }

  @Override
  public CommandError enable(int wq) {
    WorkQueue queue = queues[wq];
    mapped.open(wq);
    queue.enable(check.config(wq));
    show(queue);
    limited(wq);
    mapped.watch();
    return CommandError.NONE;
  }

  private void show(WorkQueue queue) {
    core.registers()
        .setField(Register.WQCFG_STATUS, queue.index, Wqcfg.STATE, queue.state().code());
  }

  @Override
  public BooleanSupplier close(int wq) {
    WorkQueue queue = queues[wq];
    mapped.sweep(wq);
    long below = queue.close();
    show(queue);
    return () -> queue.done(below, engines);
  }

  @Override
  public BooleanSupplier drain(int wq) {
    WorkQueue queue = queues[wq];
    mapped.sweep(wq);
    long below = queue.position();
    return () -> queue.done(below, engines);
  }

  @Override
  public BooleanSupplier abort(int wq) {
    WorkQueue queue = queues[wq];
    mapped.sweep(wq);
    return abort(queue, queue.position());
  }

  @Override
  public BooleanSupplier closeAndAbort(int wq) {
    WorkQueue queue = queues[wq];
    long below = queue.close();
    show(queue);
    return abort(queue, below);
  }

  @Override
  public BooleanSupplier abortPasid(int wq, int pasid) {
    queues[wq].abortPasid(queues[wq].position(), pasid);
    return drain(wq);
  }

  private BooleanSupplier abort(WorkQueue queue, long below) {
    discard(queue, below);
    return () -> {
      discard(queue, below);
      return queue.done(below, engines);
    };
  }

  private void discard(WorkQueue queue, long below) {
    synchronized (discarded) {
      queue.abort(below, discarded);
    }
  }

  @Override
  public void disabled(int wq) {
    queues[wq].disabled();
    show(queues[wq]);
  }

  @Override
  public void disabled() {
    for (int wq = 0; wq < queues.length; wq++) {
      disabled(wq);
    }
    for (Engine engine : engines) {
      engine.assign(new WorkQueue[0]);
    }
  }

  @Override
  public void limited(int wq) {
    core.occupancy().configured(queues[wq]);
  }

  /** {@return whether no engine works on anything} */
  boolean idle() {
    for (Engine engine : engines) {
      if (engine.held()) {
        return false;
      }
    }
    return true;
  }
}
