package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Descriptor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A work queue: a ring of descriptor copies between any number of portals and the engines of its
 * group. Occupancy counts what was accepted and not yet handed to an engine.
 *
 * <p>The ring is the bounded queue with a sequence number in each slot: a slot is free for position
 * p when its sequence is p, and filled when it is p + 1. Positions never repeat, so a queue that is
 * drained or aborted "up to position p" leaves what came later alone. The gate is a bit of the
 * tail: closing it tells in one step that nobody gets in any more and where the last descriptor is.
 */
final class WorkQueue {
  /** State in WQCFG. */
  enum State {
    DISABLED(0),
    ENABLED(1),
    BUSY(2);

    private final int code;

    State(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  /** What became of a descriptor at a portal. */
  enum Admission {
    ACCEPTED,
    FULL,
    CLOSED
  }

  /** {@link #take} found nothing. */
  static final long NONE = -1;

  private static final long CLOSED = 1L << 63;
  private static final long POSITION = CLOSED - 1;

  private static final int STRIDE = 128;
  private static final int SEQUENCE = 64;
  private static final int PAGE = 72;

  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
  private static final VarHandle HEAD;
  private static final VarHandle TAIL;
  private static final VarHandle SERVING;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      HEAD = lookup.findVarHandle(WorkQueue.class, "head", long.class);
      TAIL = lookup.findVarHandle(WorkQueue.class, "tail", long.class);
      SERVING = lookup.findVarHandle(WorkQueue.class, "serving", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final int index;
  private final int capacity;
  private @Nullable MemorySegment slots;
  private volatile MemorySegment ring = MemorySegment.NULL;
  private volatile QueueConfig config = QueueConfig.DISABLED;
  private volatile State state = State.DISABLED;
  private volatile Engine[] engines = new Engine[0];
  private volatile @Nullable Borrower borrower;

  @SuppressWarnings("FieldMayBeFinal") // written through the handle
  private volatile int serving;

  private volatile long lastServed = System.nanoTime() - Long.MAX_VALUE / 4;
  private volatile long head;
  private volatile long tail = CLOSED;
  private volatile long abortBelow;
  private volatile long abortPasidBelow;
  private volatile int abortPasid;

  /** Whether an engine that takes from here must look at the occupancy. */
  volatile boolean occupancyWatched;

  final Tally rejected = new Tally();
  final Tally retried = new Tally();

  /**
   * @param index its number
   * @param entries the most descriptors it may be configured for
   */
  WorkQueue(int index, int entries) {
    this.index = index;
    this.capacity = Integer.highestOneBit(2 * entries - 1) * 2;
  }

  QueueConfig config() {
    return config;
  }

  State state() {
    return state;
  }

  /** Sets which engines serve it: those of its group. */
  void serve(Engine[] by) {
    engines = by;
  }

  Engine[] engines() {
    return engines;
  }

  /** Takes note of an engine that begins ({@code 1}) or ends ({@code -1}) a turn here. */
  void serve(int change, long clock) {
    SERVING.getAndAdd(this, change);
    lastServed = clock;
  }

  /** {@return how many engines are at work here, where engines are shared by time} */
  int serving() {
    return serving;
  }

  /** {@return when an engine last began or ended a turn here} */
  long lastServed() {
    return lastServed;
  }

  /** Sets whom it is lent to. */
  void lend(@Nullable Borrower to) {
    borrower = to;
  }

  /** {@return whom it is lent to} */
  @Nullable Borrower borrower() {
    return borrower;
  }

  /** Opens the gate. */
  void enable(QueueConfig newConfig) {
    if (slots == null) {
      slots = Arena.ofAuto().allocate((long) capacity * STRIDE, STRIDE);
      for (int i = 0; i < capacity; i++) {
        slots.set(ValueLayout.JAVA_LONG, (long) i * STRIDE + SEQUENCE, i);
      }
      ring = slots;
    }
    config = newConfig;
    state = State.ENABLED;
    TAIL.getAndBitwiseAnd(this, POSITION);
  }

  /**
   * Closes the gate.
   *
   * @return the position after the last descriptor that got in
   */
  long close() {
    long last = (long) TAIL.getAndBitwiseOr(this, CLOSED) & POSITION;
    if (state == State.ENABLED) {
      state = State.BUSY;
    }
    return last;
  }

  /** Ends in state Disabled; the gate is closed and the queue empty. */
  void disabled() {
    state = State.DISABLED;
  }

  /** {@return the position that the next descriptor will get: how many were accepted ever} */
  long position() {
    return tail & POSITION;
  }

  /** {@return descriptors accepted and not yet dispatched} */
  int occupancy() {
    long at = head;
    return Math.clamp(position() - at, 0, 0xFFFF);
  }

  /**
   * Puts a copy of a descriptor into the queue.
   *
   * @param page the portal's page within the queue's four
   * @param limit the occupancy that it must find less than
   */
  Admission offer(MemorySegment from, long at, int page, int limit) {
    MemorySegment to = ring;
    for (; ; ) {
      long position = tail;
      if (position < 0) {
        return Admission.CLOSED;
      }
      if (position - head >= limit) {
        return Admission.FULL;
      }
      long slot = (position & (capacity - 1)) * STRIDE;
      long sequence = (long) LONG.getAcquire(to, slot + SEQUENCE);
      if (sequence == position && TAIL.compareAndSet(this, position, position + 1)) {
        MemorySegment.copy(from, at, to, slot, Descriptor.BYTES);
        to.set(ValueLayout.JAVA_INT, slot + PAGE, page);
        LONG.setVolatile(to, slot + SEQUENCE, position + 1);
        return Admission.ACCEPTED;
      }
      Thread.onSpinWait();
    }
  }

  /**
   * Sees to it that an engine looks here: nobody needs to be woken while one is looking for work,
   * and one that is busy is left alone with the next descriptor, but not with two. Where queues
   * have several owners, a busy one may be busy for long with somebody else's.
   */
  void ring() {
    Engine[] all = engines;
    boolean busy = false;
    for (Engine engine : all) {
      Engine.Phase phase = engine.phase();
      if (phase == Engine.Phase.LOOKING) {
        return;
      }
      busy |= phase == Engine.Phase.BUSY && !engine.sharedByTime();
    }
    if (busy && occupancy() < 2) {
      return;
    }
    for (Engine engine : all) {
      if (engine.wake()) {
        return;
      }
    }
  }

  /** {@return whether there is something to take} */
  boolean ready() {
    return head != (tail & POSITION);
  }

  /**
   * Takes the oldest descriptor. The engine's claim on its position is visible before the position
   * is taken, so whoever sees the head pass a position also sees who works on it.
   *
   * @param into gets the 64 bytes, with the portal page behind them
   * @param below the position to stop at
   * @return its position, or {@link #NONE}
   */
  long take(@Nullable Claim claim, MemorySegment into, long below) {
    return take(claim, into, below, false);
  }

  /** As {@link #take}, if it is a short one: {@link EnginePolicy#isShort}. */
  long takeShort(Claim claim, MemorySegment into) {
    return take(claim, into, Long.MAX_VALUE, true);
  }

  private long take(@Nullable Claim claim, MemorySegment into, long below, boolean onlyShort) {
    MemorySegment from = ring;
    if (from.byteSize() == 0) {
      return NONE;
    }
    for (; ; ) {
      long position = head;
      long slot = (position & (capacity - 1)) * STRIDE;
      long sequence = (long) LONG.getAcquire(from, slot + SEQUENCE);
      if (sequence == position + 1 && position < below) {
        // Whoever takes a position finds what was read of it to be true.
        if (onlyShort && !EnginePolicy.isShort(from, slot)) {
          return NONE;
        }
        if (claim != null) {
          claim.set(index, position);
        }
        if (HEAD.compareAndSet(this, position, position + 1)) {
          MemorySegment.copy(from, slot, into, 0, Descriptor.BYTES);
          into.set(
              ValueLayout.JAVA_INT, Descriptor.BYTES, from.get(ValueLayout.JAVA_INT, slot + PAGE));
          LONG.setRelease(from, slot + SEQUENCE, position + capacity);
          return position;
        }
      } else if (sequence <= position || position >= below) {
        if (claim != null) {
          claim.clear();
        }
        return NONE;
      }
    }
  }

  /** Discards what is before a position: engines drop it, and this call takes what is waiting. */
  void abort(long below, MemorySegment scratch) {
    abortBelow = Math.max(abortBelow, below);
    long taken;
    do {
      taken = take(null, scratch, below);
    } while (taken != NONE);
  }

  /** Discards what is before a position and carries a PASID, when its turn comes. */
  void abortPasid(long below, int pasid) {
    abortPasid = pasid;
    abortPasidBelow = below;
  }

  /** {@return whether the descriptor at a position is to be discarded} */
  boolean aborted(long position, int pasid) {
    return position < abortBelow || (position < abortPasidBelow && pasid == abortPasid);
  }

  /**
   * {@return whether everything before a position is done}
   *
   * @param all whoever may work on this queue's descriptors
   */
  boolean done(long below, Engine[] all) {
    if (head < below) {
      return false;
    }
    for (Engine engine : all) {
      if (engine.before(index, below)) {
        return false;
      }
    }
    return true;
  }
}
