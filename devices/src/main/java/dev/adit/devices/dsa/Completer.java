package dev.adit.devices.dsa;

import dev.adit.devices.Dma;
import dev.adit.devices.dsa.spec.CompletionRecord;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.Gencfg;
import dev.adit.devices.dsa.spec.Register.Permission;
import dev.adit.devices.dsa.spec.Status;
import dev.adit.interrupts.store.ImsArray;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Ends descriptors: the record, the report of what no record can tell, the interrupt, in this order
 * (sections 3.6, 3.7 and 5.8). One for each engine.
 */
final class Completer {
  private final DsaCore core;
  private final Dma.View view;
  private final int recordBytes;
  private final MemorySegment scratch;
  private final boolean longRecord;

  /** A record that is longer than a DSA's, from its fifth word on. */
  private final long[] words = new long[DeviceError.RECORD_WORDS];

  private final DeviceError error = new DeviceError();
  private final AtomicLongArray interruptsByVector;
  private final Tally imsInterrupts = new Tally();
  private final int engine;

  // The completion at hand.
  private int status;
  private int result;
  private int faultInfo;
  private int completed;
  private long faultAddress;
  private int faultOperand;
  private long word16;
  private long word24;
  private int reported;

  // The descriptor at hand.
  private int wq;
  private @Nullable Borrower borrower;
  private int pasid;
  private boolean priv;
  private boolean ims;
  private int batchIndex;
  private boolean inBatch;
  private boolean firstError;

  Completer(DsaCore core, Dma.View view, int engine) {
    this.core = core;
    this.view = view;
    this.engine = engine;
    recordBytes = core.profile().architecture().recordBytes();
    longRecord = recordBytes > CompletionRecord.BYTES;
    scratch = Arena.ofAuto().allocate(recordBytes, recordBytes);
    interruptsByVector = new AtomicLongArray(core.profile().vectors());
  }

  /** Begins a descriptor from a queue. */
  void begin(WorkQueue from, int newPasid, boolean newPriv, boolean fromIms) {
    wq = from.index;
    borrower = from.borrower();
    pasid = newPasid;
    priv = newPriv;
    ims = fromIms;
    leaveBatch();
  }

  /** Begins a member of the batch at hand. */
  void enterBatch(int index, boolean first) {
    inBatch = true;
    batchIndex = index;
    firstError = first;
  }

  /** Goes back to the batch itself. */
  void leaveBatch() {
    inBatch = false;
    batchIndex = 0;
    firstError = false;
  }

  /**
   * Looks up the entry for a descriptor's completion interrupt (section 5.4, table 5-2).
   *
   * @return the entry in the table that the descriptor's portal stands for, or {@link
   *     InterruptHandles#NONE} if the descriptor may not use it
   */
  int entry(int handle) {
    int entry = core.handles().entry(handle, ims);
    return entry == Handles.NONE || !admits(entry) ? Handles.NONE : entry;
  }

  private boolean admits(int entry) {
    ImsArray store = core.ims();
    if (ims) {
      return store != null && store.admits(entry, pasid);
    }
    long permission = permission(entry);
    return Permission.PASID_ENABLE.isSet(permission)
        ? pasid == Permission.PASID.getInt(permission)
        : pasid == Dma.NO_PASID;
  }

  private long permission(int vector) {
    return core.registers().get(Register.MSIXPERM_ENTRY, vector);
  }

  /** Takes a completion from what was executed, or from a check that failed. */
  void outcome(Executor execution) {
    status = execution.status();
    result = execution.result();
    faultInfo = execution.faultInfo();
    completed = execution.bytesCompleted();
    faultAddress = execution.faultAddress();
    faultOperand = execution.faultOperand();
    word16 = execution.word(2);
    word24 = execution.word(3);
    for (int i = 4; longRecord && i < words.length; i++) {
      words[i] = execution.word(i);
    }
  }

  /** Takes a completion of the engine's own making. */
  void outcome(int newStatus, int newCompleted, long newFaultAddress) {
    status = newStatus;
    result = 0;
    faultInfo = 0;
    completed = newCompleted;
    faultAddress = newFaultAddress;
    faultOperand = 0;
    word16 = 0;
    word24 = 0;
    if (longRecord) {
      Arrays.fill(words, 0);
    }
  }

  /** {@return the status of the completion at hand} */
  int status() {
    return status;
  }

  /** Writes the record if one is due; inside a section of the view. */
  void record(MemorySegment d) {
    int flags = Descriptor.flags(d, 0);
    reported = Status.NONE;
    if (CompletionRecord.due(flags, status)) {
      if (!write(Descriptor.recordAddress(d, 0))) {
        reported = recordFault(d);
      }
    } else if (unrecorded(flags)) {
      reported = status & Status.CODE_MASK;
    }
  }

  /**
   * Reports what the record could not tell; outside the section, as the log has one of its own.
   *
   * @return whether the completion interrupt may follow
   */
  boolean settle(MemorySegment d) {
    int code = status & Status.CODE_MASK;
    boolean lost = reported != Status.NONE && reported != code;
    if (lost) {
      report(d, reported, Descriptor.recordAddress(d, 0), true);
    } else if (reported != Status.NONE) {
      report(d, code, faultAddress, (status & Status.WRITE) != 0);
    }
    return !lost
        && code != Status.INTERRUPT_HANDLE
        && code != Status.RECORD_ALIGNMENT
        && code != Status.PRIVILEGE;
  }

  private int recordFault(MemorySegment d) {
    if (Gencfg.EVL.isSet(core.registers().get(Register.GENCFG))) {
      int opcode = Descriptor.opcode(d, 0);
      if (opcode == Opcode.DRAIN.code()) {
        return Status.DRAIN_LOGGED;
      }
      if (opcode == Opcode.BATCH.code()) {
        return Status.BATCH_LOGGED;
      }
    }
    return Status.RECORD_FAULT;
  }

  private boolean unrecorded(int flags) {
    return switch (status & Status.CODE_MASK) {
      case Status.SUCCESS, Status.SUCCESS_FALSE, Status.BATCH_MEMBER -> false;
      case Status.RECORD_ALIGNMENT, Status.PRIVILEGE -> true;
      default -> (flags & Flags.RECORD_ADDRESS_VALID) == 0;
    };
  }

  private boolean write(long address) {
    try {
      long piece = view.resolve(pasid, address, recordBytes, Dma.Access.WRITE);
      MemorySegment memory = view.segment();
      if (piece == recordBytes && memory != null && (memory.address() + view.offset() & 7) == 0) {
        write(memory, view.offset());
        return true;
      }
      write(scratch, 0);
      return piece > 0
          && view.write(pasid, address + 8, scratch, 8, recordBytes - 8) == recordBytes - 8
          && view.write(pasid, address, scratch, 0, 8) == 8;
    } catch (InternalError e) {
      // The JVM's word for SIGBUS: the file behind the mapping has been cut short.
      return false;
    }
  }

  private void write(MemorySegment to, long at) {
    long word0 = CompletionRecord.word0(status, result, faultInfo, completed);
    if (longRecord) {
      fill(words, word0);
      CompletionRecord.write(to, at, words, recordBytes);
    } else {
      CompletionRecord.write(to, at, word0, faultAddress, word16, word24);
    }
  }

  private void fill(long[] record, long word0) {
    record[0] = word0;
    record[1] = faultAddress;
    record[2] = word16;
    record[3] = word24;
  }

  private void report(MemorySegment d, int code, long address, boolean write) {
    int flags = Descriptor.flags(d, 0);
    int handle = Descriptor.interruptHandle(d, 0);
    error.begin(code, wq);
    error.descriptor = true;
    error.batchMember = inBatch;
    error.batchIndex = batchIndex;
    error.write = write;
    error.priv = priv;
    error.opcode = Descriptor.opcode(d, 0);
    error.pasid = pasid == Dma.NO_PASID ? 0 : pasid;
    error.address = address;
    error.infoValid = true;
    switch (code) {
      case Status.INVALID_FLAGS -> error.info = (int) word16;
      case Status.INTERRUPT_HANDLE -> error.info = handle;
      case Status.PAGE_FAULT, Status.PAGE_REQUEST_INVALID, Status.READBACK_FAULT ->
          error.info = faultOperand << 29;
      default -> error.infoValid = false;
    }
    error.logInfo =
        switch (code) {
          case Status.INTERRUPT_HANDLE,
              Status.RECORD_FAULT,
              Status.DRAIN_LOGGED,
              Status.BATCH_LOGGED ->
              handle
                  | flag(flags, Flags.REQUEST_INTERRUPT, 16)
                  | (ims ? DeviceError.IMS_PORTAL : 0)
                  | flag(flags, Flags.REQUEST_RECORD, 18)
                  | (firstError ? 1 << 19 : 0);
          default -> error.info;
        };
    System.arraycopy(words, 0, error.record, 0, words.length);
    fill(error.record, CompletionRecord.word0(status, result, faultInfo, completed));
    Borrower owner = borrower;
    if (owner == null || !owner.failed(error)) {
      core.errors().report(error);
    }
  }

  private static int flag(int flags, int flag, int bit) {
    return (flags & flag) != 0 ? 1 << bit : 0;
  }

  /**
   * Sends a completion interrupt; outside the section of the view.
   *
   * @param entry from {@link #entry}
   */
  void fire(int entry) {
    ImsArray store = core.ims();
    boolean allowed = admits(entry);
    if (allowed && ims && store != null) {
      // Counted before anybody can see that it came. The entry may be taken from its owner until
      // the message is on its way, so it is the store that decides.
      imsInterrupts.addAlone(1);
      allowed = store.complete(entry, pasid);
    } else if (allowed && !Permission.IGNORE.isSet(permission(entry))) {
      interruptsByVector.setRelease(entry, interruptsByVector.getPlain(entry) + 1);
      core.msix().fire(entry);
    }
    if (!allowed) {
      dropped(entry);
    }
    if (core.counters().active()) {
      int event = ims ? PerformanceCounters.IMS : PerformanceCounters.MSIX;
      core.counters().count(PerformanceCounters.COMPLETION, event, 1, wq, engine);
    }
  }

  /** Tells whom the queue is lent to that its interrupt is not sent. */
  void dropped(int handle) {
    Borrower owner = borrower;
    if (owner != null) {
      owner.dropped(pasid, handle);
    }
  }

  /** Tells whom the queue is lent to that there is no record for its interrupt to announce. */
  void withheld() {
    Borrower owner = borrower;
    if (owner != null) {
      owner.withheld(pasid);
    }
  }

  /** {@return the interrupts sent so far through an MSI-X vector} */
  long interrupts(int vector) {
    return interruptsByVector.getAcquire(vector);
  }

  /** {@return the interrupts sent so far through the interrupt message store} */
  long imsInterrupts() {
    return imsInterrupts.get();
  }
}
