package dev.adit.devices.dsa;

import dev.adit.devices.Dma;
import dev.adit.devices.dsa.spec.CompletionRecord;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import java.lang.foreign.MemorySegment;

/**
 * Carries out one descriptor at a time and keeps its outcome until the next. Each engine has one;
 * nothing is allocated after construction, and nothing a guest can put into a descriptor or into
 * memory makes a method throw.
 *
 * <p>The descriptor is the engine's own copy, which nobody changes meanwhile. Batch and Drain are
 * checked here and carried out by the engine.
 */
public final class Execution implements Executor {
  private final Dma.View view;
  private final Bus bus;
  private final DescriptorCheck check = new DescriptorCheck();
  private final Outcome outcome = new Outcome();
  private final MoveOperation move;
  private final BlockOperations blocks;
  private final DeltaOperations deltas;
  private final CrcOperations crcs;
  private final DifOperations difs;

  /**
   * @param view where the operands are; used by the thread that calls {@link #execute} only
   */
  public Execution(Dma.View view) {
    this(view, () -> {});
  }

  /**
   * As the other one.
   *
   * @param between called now and then in the middle of a long operation, outside a section
   */
  Execution(Dma.View view, Runnable between) {
    this.view = view;
    bus = new Bus(view, between);
    move = new MoveOperation(bus, outcome);
    blocks = new BlockOperations(bus, outcome);
    deltas = new DeltaOperations(bus, outcome);
    crcs = new CrcOperations(bus, outcome);
    difs = new DifOperations(bus, outcome);
  }

  /** {@return the view given at construction} */
  public Dma.View view() {
    return view;
  }

  /**
   * Checks a descriptor (section 5.4) and executes it if nothing is wrong with it.
   *
   * @return as {@link #check} or {@link #execute}
   */
  public int run(MemorySegment d, long at, Limits limits, int pasid, boolean inBatch) {
    int error = check(d, at, limits, inBatch);
    return error != Status.NONE ? error : execute(d, at, limits, pasid);
  }

  /**
   * Checks everything but the interrupt handle, which comes last in the order of checks. Touches no
   * guest memory.
   *
   * @param inBatch whether the descriptor is a member of a batch
   * @return {@link Status#NONE}, or the error, which the outcome tells then
   */
  @Override
  public int check(MemorySegment d, long at, Limits limits, boolean inBatch) {
    outcome.clear();
    outcome.status = check.check(d, at, limits, inBatch);
    outcome.word16 = check.invalidFlags();
    return outcome.status;
  }

  /**
   * Executes a descriptor that has been checked. The caller has entered a section of the view; a
   * long operation leaves it and enters another one from time to time, and returns inside one.
   *
   * @param pasid of the operands, or {@link Dma#NO_PASID}
   * @return the status byte, see {@link #status}
   */
  @Override
  public int execute(MemorySegment d, long at, Limits limits, int pasid) {
    outcome.clear();
    Opcode opcode = Opcode.of(Descriptor.opcode(d, at));
    if (opcode == null) {
      outcome.status = Status.OPCODE;
      return outcome.status;
    }
    bus.start(pasid, limits.has(Limits.FAULT_INFO));
    outcome.status = Status.SUCCESS;
    try {
      dispatch(opcode, d, at);
    } catch (InternalError e) {
      // The JVM's word for SIGBUS: the file behind a mapping has been cut short.
      outcome.clear();
      outcome.status = Status.HARDWARE;
      return outcome.status;
    }
    if (bus.faulted()) {
      outcome.status = bus.faultStatus();
    }
    return outcome.status;
  }

  private void dispatch(Opcode opcode, MemorySegment d, long at) {
    switch (opcode) {
      case NOOP -> {}
      case BATCH, DRAIN -> outcome.status = Status.NONE;
      case MEMORY_MOVE -> move.move(d, at);
      case FILL -> blocks.fill(d, at);
      case COMPARE -> blocks.compare(d, at);
      case COMPARE_PATTERN -> blocks.comparePattern(d, at);
      case DUALCAST -> blocks.dualcast(d, at);
      case CREATE_DELTA -> deltas.create(d, at);
      case APPLY_DELTA -> deltas.apply(d, at);
      case CRC -> crcs.crc(d, at, false);
      case COPY_CRC -> crcs.crc(d, at, true);
      case DIF_CHECK, DIF_INSERT, DIF_STRIP, DIF_UPDATE, DIX_GENERATE -> difs.run(opcode, d, at);
      case TRANSLATION_FETCH -> blocks.walk(Descriptor.source(d, at), Descriptor.size(d, at));
      case CACHE_FLUSH -> blocks.walk(Descriptor.destination(d, at), Descriptor.size(d, at));
    }
  }

  /**
   * {@return the status byte: a code of {@link Status}, with {@link Status#WRITE} where a write
   * failed}
   */
  @Override
  public int status() {
    return outcome.status;
  }

  /** {@return the result byte, or the DIF status} */
  @Override
  public int result() {
    return outcome.result;
  }

  /** {@return the fault info byte; 0 unless the device has that capability} */
  @Override
  public int faultInfo() {
    return bus.faultInfo(outcome.status);
  }

  /** {@return which operand failed, counted from 0 in the order of the descriptor's addresses} */
  @Override
  public int faultOperand() {
    return bus.faultOperand();
  }

  /** {@return the bytes completed, 32 bits, unsigned; 0 if all were} */
  @Override
  public int bytesCompleted() {
    return (int) outcome.bytesCompleted;
  }

  /** {@return the address that faulted, or 0} */
  @Override
  public long faultAddress() {
    return bus.faultAddress(outcome.status);
  }

  /** {@return the flags that were wrong, 24 bits, if the status says so; otherwise 0} */
  @Override
  public int invalidFlags() {
    return outcome.status == Status.INVALID_FLAGS ? (int) outcome.word16 : 0;
  }

  /** {@return bytes 16 to 23 of the completion record} */
  public long word16() {
    return outcome.word16;
  }

  /** {@return bytes 24 to 31 of the completion record} */
  public long word24() {
    return outcome.word24;
  }

  @Override
  public long word(int index) {
    return index == 2 ? word16() : word24();
  }

  /**
   * Writes the outcome as a completion record, the status last.
   *
   * @param to memory that is 8-byte aligned at the offset
   */
  public void writeRecord(MemorySegment to, long at) {
    CompletionRecord.write(
        to,
        at,
        CompletionRecord.word0(status(), result(), faultInfo(), bytesCompleted()),
        faultAddress(),
        word16(),
        word24());
  }
}
