package dev.adit.devices.dsa;

import dev.adit.devices.Dma;
import dev.adit.devices.dsa.spec.Capabilities.Gencap;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import dev.adit.interrupts.MessageStore;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Takes one descriptor through its life: checks, execution, completion; members of a batch one
 * after another, which is an order that every fence allows. One for each engine; nothing is
 * allocated.
 */
final class Worker {
  /** Bytes of the buffer that a queue fills: the descriptor and its portal page. */
  static final int TAKEN = Descriptor.BYTES + 8;

  private static final int FIRST_IMS_PAGE = 2;
  private static final int OPCODES = 256;
  private static final int SPINS = 1000;
  private static final long DRAIN_SLEEP_NANOS = 20_000;

  /** The descriptor taken from a queue. */
  final MemorySegment work = Arena.ofAuto().allocate(TAKEN, 64);

  private final MemorySegment member = Arena.ofAuto().allocate(Descriptor.BYTES, 64);
  private final DsaCore core;
  private final int engine;
  private final Runnable between;
  private final Dma.View view;
  private final Executor execution;
  private final Completer completer;
  private final AtomicLongArray byOpcode = new AtomicLongArray(OPCODES);
  private final Tally failures = new Tally();
  private final AtomicLongArray byStatus = new AtomicLongArray(Status.CODE_MASK + 1);

  // The descriptor at hand.
  private WorkQueue queue;
  private long position;
  private int pasid;
  private Limits limits;

  /**
   * Makes one.
   *
   * @param any a queue, for as long as there is no descriptor
   * @param between called now and then in the middle of a long descriptor
   */
  Worker(DsaCore core, int engine, WorkQueue any, Runnable between) {
    this.core = core;
    this.engine = engine;
    this.between = between;
    view = core.dma().view();
    execution = core.profile().architecture().executor(view, between);
    completer = new Completer(core, view, engine);
    queue = any;
    limits = any.config().user();
  }

  /** Works on what a queue has put into {@link #work}. */
  void run(WorkQueue from, long at) {
    QueueConfig config = from.config();
    int own = Descriptor.pasid(work, 0);
    boolean asked = Descriptor.privileged(work, 0);
    boolean priv = config.dedicated() ? config.priv() : asked;
    queue = from;
    position = at;
    pasid = config.pasid(own);
    limits = config.limits(priv || pasid == MessageStore.NO_PASID);
    if (aborted()) {
      return;
    }
    int page = work.get(ValueLayout.JAVA_INT, Descriptor.BYTES);
    completer.begin(from, pasid, priv, page >= FIRST_IMS_PAGE);
    boolean forbidden = !config.dedicated() && priv && !config.privilegedMode();
    int error = forbidden ? Status.PRIVILEGE : Status.NONE;
    if (error != Status.NONE) {
      completer.outcome(error, 0, 0);
      end(work, Handles.NONE);
      return;
    }
    int opcode = Descriptor.opcode(work, 0);
    if (opcode == Opcode.BATCH.code() || opcode == Opcode.DRAIN.code()) {
      whole(opcode);
    } else {
      single(work, false);
    }
  }

  private boolean aborted() {
    return queue.aborted(position, pasid);
  }

  /** Batch and Drain, which are more than one operation. */
  private void whole(int opcode) {
    int entry = check(work, false);
    if (completer.status() == Status.NONE) {
      boolean finished = opcode == Opcode.DRAIN.code() ? drain() : batch();
      if (!finished) {
        return;
      }
    }
    end(work, entry);
  }

  private void end(MemorySegment d, int entry) {
    view.begin();
    try {
      completer.record(d);
    } finally {
      view.end();
    }
    finish(d, entry, false);
  }

  /** One operation; the record is written in the section of the data. */
  private void single(MemorySegment d, boolean inBatch) {
    int entry = check(d, inBatch);
    view.begin();
    try {
      if (completer.status() == Status.NONE) {
        execution.execute(d, 0, limits, pasid);
        if (aborted()) {
          return;
        }
        completer.outcome(execution);
      }
      completer.record(d);
    } finally {
      view.end();
    }
    finish(d, entry, inBatch);
  }

  /**
   * Checks a descriptor; the completer's status tells the result.
   *
   * @return the entry of the completion interrupt, or NONE if there is none to send
   */
  private int check(MemorySegment d, boolean inBatch) {
    execution.check(d, 0, limits, inBatch);
    completer.outcome(execution);
    boolean asked =
        (Descriptor.flags(d, 0) & ~execution.invalidFlags() & Flags.REQUEST_INTERRUPT) != 0;
    if (!asked) {
      return Handles.NONE;
    }
    int handle = Descriptor.interruptHandle(d, 0);
    int entry = completer.entry(handle);
    if (entry == Handles.NONE && completer.status() == Status.NONE) {
      completer.outcome(Status.INTERRUPT_HANDLE, 0, 0);
      completer.dropped(handle);
    }
    return entry;
  }

  private void finish(MemorySegment d, int entry, boolean inBatch) {
    boolean interrupt = completer.settle(d);
    int opcode = Descriptor.opcode(d, 0);
    int status = completer.status();
    count(byOpcode, opcode);
    count(byStatus, status & Status.CODE_MASK);
    if (core.counters().active()) {
      EngineEvents.count(core.counters(), d, status, queue.index, engine, inBatch);
    }
    if (entry != Handles.NONE) {
      if (interrupt) {
        completer.fire(entry);
      } else {
        completer.withheld();
      }
    }
  }

  private static void count(AtomicLongArray counts, int index) {
    counts.setRelease(index, counts.getPlain(index) + 1);
  }

  /** {@return whether the members are done; false if the batch was aborted} */
  private boolean batch() {
    long list = Descriptor.source(work, 0);
    long count = Descriptor.size(work, 0);
    boolean goOn =
        core.profile().has(Gencap.BATCH_CONTINUATION)
            && (Descriptor.flags(work, 0) & Flags.BATCH_CONTINUE) != 0;
    boolean failed = false;
    int done = 0;
    for (; done < count; done++) {
      between.run();
      if (aborted()) {
        return false;
      }
      long at = list + (long) done * Descriptor.BYTES;
      long read = fetch(at);
      if (read < Descriptor.BYTES) {
        completer.leaveBatch();
        completer.outcome(Status.BATCH_FAULT, done, at + read);
        return true;
      }
      if (failed && !goOn && (Descriptor.flags(member, 0) & Flags.FENCE) != 0) {
        break;
      }
      completer.enterBatch(done, !failed);
      single(member, true);
      failed |= (completer.status() & Status.CODE_MASK) != Status.SUCCESS;
    }
    completer.leaveBatch();
    completer.outcome(failed ? Status.BATCH_MEMBER : Status.SUCCESS, done, 0);
    return !aborted();
  }

  private long fetch(long at) {
    view.begin();
    try {
      return view.read(pasid, at, member, 0, Descriptor.BYTES);
    } catch (InternalError e) {
      // The JVM's word for SIGBUS: the file behind the mapping has been cut short.
      return 0;
    } finally {
      view.end();
    }
  }

  /** {@return whether all earlier descriptors are done; false if the drain was aborted} */
  private boolean drain() {
    for (int spins = 0; !queue.done(position, queue.engines()); spins++) {
      if (aborted()) {
        return false;
      }
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(this, DRAIN_SLEEP_NANOS);
      }
    }
    completer.outcome(Status.SUCCESS, 0, 0);
    return true;
  }

  /** Takes note of a descriptor that was lost to an exception. */
  void failed() {
    failures.addAlone(1);
  }

  long failures() {
    return failures.get();
  }

  /** {@return the PASID of the last descriptor} */
  int pasid() {
    return pasid;
  }

  long completions(int opcode) {
    return byOpcode.getAcquire(opcode);
  }

  long statuses(int status) {
    return byStatus.getAcquire(status);
  }

  Completer completer() {
    return completer;
  }

  void close() {
    view.close();
  }
}
