package dev.adit.devices.dsa;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
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

  /** No look at who waits more often than this. */
  private static final long LOOK_NANOS = 50_000;

  /** What a descriptor takes in one go where others may wait for a processor. */
  private static final long WAY_NANOS = 100_000;

  final int index;
  private final Claim claim = new Claim();
  private final Worker worker;

  // For a short descriptor in the middle of a long one, where engines are shared by time.
  private final Claim slipClaim = new Claim();
  private final @Nullable Worker slip;
  private long begun;
  private long looked;
  private long slipped;
  private long gaveWay;

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
    boolean shared = sharedByTime();
    worker = new Worker(core, index, any, shared ? this::between : () -> {});
    slip = shared ? new Worker(core, index, any, () -> {}) : null;
  }

  /** {@return whether it works on a queue's position before another} */
  boolean before(int wq, long below) {
    return claim.before(wq, below) || slipClaim.before(wq, below);
  }

  /** {@return whether it works on anything} */
  boolean held() {
    return claim.held() || slipClaim.held();
  }

  /** {@return a count of its workers} */
  long sum(ToLongFunction<Worker> count) {
    return count.applyAsLong(worker) + (slip == null ? 0 : count.applyAsLong(slip));
  }

  /** Sets the queues of its group; none while the device is Disabled. */
  void assign(WorkQueue[] ofGroup) {
    queues = ofGroup;
    arbiter = new Arbiter(ofGroup);
  }

  /** {@return whether queues share it by time, as those of several owners do} */
  boolean sharedByTime() {
    return policy.share() == EnginePolicy.Share.TIME;
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
    if (sharedByTime()) {
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
    return sharedByTime() ? stepByTime() : stepByTurns();
  }

  private boolean stepByTime() {
    Arbiter mine = arbiter;
    begun = System.nanoTime();
    looked = begun;
    gaveWay = begun;
    slipped = 0;
    WorkQueue queue = mine.next(begun);
    if (queue == null) {
      return false;
    }
    queue.serve(1, begun);
    boolean taken = false;
    try {
      taken = take(queue);
    } finally {
      long after = System.nanoTime();
      long nanos = after - begun - slipped;
      queue.serve(-1, after);
      mine.charge(nanos);
      finished(queue, taken, worker, nanos);
    }
    return taken;
  }

  private static void finished(WorkQueue queue, boolean taken, Worker by, long nanos) {
    Borrower borrower = queue.borrower();
    if (taken && borrower != null) {
      borrower.finished(by.pasid(), nanos);
    }
  }

  /** In the middle of a long descriptor: lets short ones go first of those who have had less. */
  private void between() {
    Worker other = slip;
    long now = System.nanoTime();
    if (other == null || now - looked < LOOK_NANOS) {
      return;
    }
    Arbiter mine = arbiter;
    WorkQueue queue = mine.urgent(now - begun - slipped, worker.pasid(), now);
    while (queue != null && slip(mine, queue, other, now)) {
      now = System.nanoTime();
      queue = mine.urgent(now - begun - slipped, worker.pasid(), now);
    }
    giveWay(now);
    looked = System.nanoTime();
  }

  /**
   * Lets other threads run that wait for a processor, in the middle of a descriptor that takes very
   * long. Where processors are few, those that take its neighbours' descriptors would else wait for
   * whole time slices.
   */
  @SuppressWarnings("ThreadPriorityCheck") // a hint to the scheduler is what it is meant to be
  private void giveWay(long now) {
    if (now - gaveWay >= WAY_NANOS) {
      Thread.yield();
      gaveWay = System.nanoTime();
    }
  }

  private boolean slip(Arbiter mine, WorkQueue queue, Worker by, long before) {
    queue.serve(1, before);
    boolean taken = false;
    try {
      taken = run(queue, queue.takeShort(slipClaim, by.work), by);
    } finally {
      slipClaim.clear();
      long after = System.nanoTime();
      queue.serve(-1, after);
      if (taken) {
        mine.chargeSlipped(after - before);
        slipped += after - before;
      }
      finished(queue, taken, by, after - before);
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
      return run(queue, queue.take(claim, worker.work, Long.MAX_VALUE), worker);
    } finally {
      claim.clear();
    }
  }

  private boolean run(WorkQueue queue, long position, Worker by) {
    if (position == WorkQueue.NONE) {
      return false;
    }
    if (phase != Phase.BUSY) {
      phase = Phase.BUSY;
    }
    try {
      if (queue.occupancyWatched) {
        core.occupancy().check(queue);
      }
      by.run(queue, position);
    } catch (RuntimeException | InternalError e) {
      // Ours to mend, but no reason for an engine to stop: the descriptor is lost, not the device.
      by.failed();
      LOG.log(System.Logger.Level.ERROR, "A descriptor was lost", e);
    }
    return true;
  }

  /** Gives its views of memory back; its thread has ended. */
  void close() {
    worker.close();
    if (slip != null) {
      slip.close();
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
