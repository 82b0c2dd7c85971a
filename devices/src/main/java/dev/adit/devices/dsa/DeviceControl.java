package dev.adit.devices.dsa;

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
final class DeviceControl {
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

  State state() {
    return state;
  }

  WorkQueue[] queues() {
    return queues;
  }

  ConfigCheck check() {
    return check;
  }

  void enter(State next) {
    state = next;
    core.registers().set(Register.GENSTS, next.code);
  }

  /** Puts queues and engines together as the groups say; everything has been checked. */
  void enable() {
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

  /** Enables a queue that has been checked. */
  void enable(WorkQueue queue) {
    mapped.open(queue);
    queue.enable(check.config(queue.index));
    show(queue);
    core.occupancy().configured(queue);
    mapped.watch();
  }

  private void show(WorkQueue queue) {
    core.registers()
        .setField(Register.WQCFG_STATUS, queue.index, Wqcfg.STATE, queue.state().code());
  }

  /**
   * Lets nobody in any more.
   *
   * @return what tells that everything that was in is done
   */
  BooleanSupplier close(WorkQueue queue) {
    mapped.sweep(queue);
    long below = queue.close();
    show(queue);
    return () -> queue.done(below, engines);
  }

  /** {@return what tells that everything that is in the queue now is done} */
  BooleanSupplier drain(WorkQueue queue) {
    mapped.sweep(queue);
    long below = queue.position();
    return () -> queue.done(below, engines);
  }

  /** Discards what is in the queue now. {@return what tells that nobody works on it any more} */
  BooleanSupplier abort(WorkQueue queue) {
    mapped.sweep(queue);
    long below = queue.position();
    return abort(queue, below);
  }

  /** Lets nobody in any more and discards. {@return what tells that nobody works on it any more} */
  BooleanSupplier closeAndAbort(WorkQueue queue) {
    long below = queue.close();
    show(queue);
    return abort(queue, below);
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

  /** Ends a queue that is closed and done with. */
  void disabled(WorkQueue queue) {
    queue.disabled();
    show(queue);
  }

  /** Ends all queues and takes groups apart. */
  void disabled() {
    for (WorkQueue queue : queues) {
      disabled(queue);
    }
    for (Engine engine : engines) {
      engine.assign(new WorkQueue[0]);
    }
  }

  /** {@return whether no engine works on anything} */
  boolean idle() {
    for (Engine engine : engines) {
      if (engine.claim.held()) {
        return false;
      }
    }
    return true;
  }
}
