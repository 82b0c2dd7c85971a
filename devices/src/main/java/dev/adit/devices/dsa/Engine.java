package dev.adit.devices.dsa;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An engine: takes descriptors from the queues of its group, from each as many in a row as its
 * priority says, and works on one at a time.
 */
final class Engine {
  /** What the engine's thread is doing. */
  enum Phase {
    BUSY,
    LOOKING,
    ASLEEP
  }

  private static final System.Logger LOG = System.getLogger(Engine.class.getName());
  private static final int LOOKS_PER_CLOCK = 64;

  private static final VarHandle PHASE;

  static {
    try {
      PHASE = MethodHandles.lookup().findVarHandle(Engine.class, "phase", Phase.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final int index;
  final Claim claim = new Claim();
  final Worker worker;

  private final DsaCore core;
  private final EnginePolicy policy;
  private volatile WorkQueue[] queues = new WorkQueue[0];
  private volatile Arbiter arbiter = new Arbiter(new WorkQueue[0]);
  private volatile Phase phase = Phase.ASLEEP;
  private volatile boolean stopped;
  private @Nullable Thread thread;
  private int at;
  private int credit;

  Engine(DsaCore core, int index, WorkQueue any) {
    this.core = core;
    this.index = index;
    policy = core.policy();
    worker = new Worker(core, index, any);
  }

  /** Sets the queues of its group; none while the device is Disabled. */
  void assign(WorkQueue[] ofGroup) {
    queues = ofGroup;
    arbiter = new Arbiter(ofGroup);
  }

  Phase phase() {
    return phase;
  }

  /** Starts its thread if it has one and it does not run yet. */
  synchronized void start() {
    if (policy.mode() == EnginePolicy.Mode.THREADS && thread == null && !stopped) {
      phase = Phase.LOOKING;
      thread = Thread.ofPlatform().daemon().name("dsa-engine-" + index).start(this::loop);
    }
  }

  /** {@return whether it slept and does so no longer} */
  boolean wake() {
    if (policy.mode() == EnginePolicy.Mode.CALLER) {
      runAll();
      return true;
    }
    if (phase != Phase.ASLEEP || policy.mode() != EnginePolicy.Mode.THREADS) {
      return false;
    }
    phase = Phase.LOOKING;
    LockSupport.unpark(thread);
    return true;
  }

  private void loop() {
    long since = System.nanoTime();
    int looks = 0;
    while (!stopped) {
      if (step()) {
        looks = 0;
      } else if (looks == 0) {
        phase = Phase.LOOKING;
        since = System.nanoTime();
        looks = 1;
      } else if (++looks % LOOKS_PER_CLOCK != 0 || System.nanoTime() - since < policy.spinNanos()) {
        Thread.onSpinWait();
      } else {
        sleep();
        looks = 0;
      }
    }
  }

  /** Sleeps unless work came between the last look and the word that it sleeps. */
  private void sleep() {
    phase = Phase.ASLEEP;
    while (!stopped && phase == Phase.ASLEEP && !ready()) {
      LockSupport.park(this);
    }
    phase = Phase.LOOKING;
  }

  private boolean ready() {
    if (policy.share() == EnginePolicy.Share.TIME) {
      return arbiter.next(System.nanoTime()) != null;
    }
    for (WorkQueue queue : queues) {
      if (queue.ready()) {
        return true;
      }
    }
    return false;
  }

  /** Works on the caller's thread until its queues are empty, unless somebody else does already. */
  void runAll() {
    while (PHASE.compareAndSet(this, Phase.ASLEEP, Phase.BUSY)) {
      try {
        while (step()) {
          // One descriptor a turn.
        }
      } finally {
        phase = Phase.ASLEEP;
      }
      if (!ready()) {
        return;
      }
    }
  }

  /**
   * Works on one descriptor, by one thread at a time.
   *
   * @return false if there was none
   */
  boolean step() {
    return policy.share() == EnginePolicy.Share.TIME ? stepByTime() : stepByTurns();
  }

  private boolean stepByTime() {
    Arbiter mine = arbiter;
    long before = System.nanoTime();
    WorkQueue queue = mine.next(before);
    if (queue == null) {
      return false;
    }
    queue.serve(1, before);
    boolean taken = false;
    try {
      taken = take(queue);
    } finally {
      long after = System.nanoTime();
      queue.serve(-1, after);
      mine.charge(after - before);
      Borrower borrower = queue.borrower();
      if (taken && borrower != null) {
        borrower.finished(worker.pasid(), after - before);
      }
    }
    return taken;
  }

  private boolean stepByTurns() {
    WorkQueue[] mine = queues;
    for (int tries = 0; tries <= mine.length; tries++) {
      if (at >= mine.length) {
        at = 0;
        if (mine.length == 0) {
          return false;
        }
      }
      WorkQueue queue = mine[at];
      if (credit > 0 && queue.ready() && take(queue)) {
        credit--;
        return true;
      }
      at = at + 1 >= mine.length ? 0 : at + 1;
      credit = Math.max(1, mine[at].config().priority());
    }
    return false;
  }

  private boolean take(WorkQueue queue) {
    try {
      long position = queue.take(claim, worker.work, Long.MAX_VALUE);
      if (position == WorkQueue.NONE) {
        return false;
      }
      if (phase != Phase.BUSY) {
        phase = Phase.BUSY;
      }
      if (queue.occupancyWatched) {
        core.occupancy().check(queue);
      }
      worker.run(queue, position);
      return true;
    } catch (RuntimeException | InternalError e) {
      // Ours to mend, but no reason for an engine to stop: the descriptor is lost, not the device.
      worker.failed();
      LOG.log(System.Logger.Level.ERROR, "A descriptor was lost", e);
      return true;
    } finally {
      claim.clear();
    }
  }

  /** Ends the thread; the claim tells whether it still works on something. */
  synchronized void stop() {
    stopped = true;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /** {@return whether its thread has ended or never was} */
  synchronized boolean ended() {
    return thread == null || !thread.isAlive();
  }
}
