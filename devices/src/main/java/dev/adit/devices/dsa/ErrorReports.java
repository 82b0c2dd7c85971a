package dev.adit.devices.dsa;

import dev.adit.devices.Dma;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.EvlStatus;
import dev.adit.devices.dsa.spec.Register.Evlcfg;
import dev.adit.devices.dsa.spec.Register.Gencfg;
import dev.adit.devices.dsa.spec.Register.Genctrl;
import dev.adit.devices.dsa.spec.Register.Intcause;
import dev.adit.devices.dsa.spec.Register.SwError;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Errors that need more than a completion record: to the event log in memory while that is on, to
 * the software error registers otherwise (sections 5.8 and 5.9).
 *
 * <p>A full log takes nothing; the event goes to the software error registers instead, whose
 * overflow bit counts what is lost.
 */
final class ErrorReports {
  private final RegisterFile registers;
  private final MiscInterrupts interrupts;
  private final Dma.View view;
  private final int entryBytes;
  private final int recordBytes;
  private final MemorySegment entry;
  private final DeviceError logFailure = new DeviceError();
  private final Tally reported = new Tally();

  /**
   * @param view where the log is written; used with this object locked
   */
  ErrorReports(
      Architecture architecture, RegisterFile registers, MiscInterrupts interrupts, Dma.View view) {
    entryBytes = architecture.logEntryBytes();
    recordBytes = architecture.recordBytes();
    entry = Arena.ofAuto().allocate(entryBytes, 8);
    this.registers = registers;
    this.interrupts = interrupts;
    this.view = view;
  }

  /** Reports to the software error registers, whatever the event log does. */
  synchronized void reportSoftware(DeviceError error) {
    reported.increment();
    long first = registers.get(Register.SWERROR0);
    if (SwError.VALID.isSet(first)) {
      registers.setBits(Register.SWERROR0, (int) SwError.OVERFLOW.mask());
      return;
    }
    registers.set(Register.SWERROR1, error.batchIndex | (long) error.info << 32);
    registers.set(Register.SWERROR2, error.address);
    registers.set(Register.SWERROR0, firstWord(error) | SwError.VALID.mask());
    if (Genctrl.SOFTWARE_ERROR.isSet(registers.get(Register.GENCTRL))) {
      interrupts.raise(Intcause.SOFTWARE_ERROR);
    }
  }

  /** Reports what happened to a descriptor. */
  synchronized void report(DeviceError error) {
    if (!Gencfg.EVL.isSet(registers.get(Register.GENCFG))) {
      reportSoftware(error);
      return;
    }
    long status = registers.get(Register.EVLSTATUS);
    int size = Evlcfg.SIZE.getInt(registers.get(Register.EVLCFG1));
    int tail = EvlStatus.TAIL.getInt(status);
    int next = tail + 1 >= size ? 0 : tail + 1;
    if (next == EvlStatus.HEAD.getInt(status)) {
      reportSoftware(error);
    } else if (append(error, tail)) {
      reported.increment();
      registers.setEventLogTail(next);
      if (Genctrl.EVENT_LOG.isSet(registers.get(Register.GENCTRL))
          && registers.setEventLogPending()) {
        interrupts.raise(Intcause.EVENT_LOG);
      }
    } else {
      reportSoftware(logFailure.begin(DeviceError.LOG_FAILED, error.wq));
    }
  }

  /** {@return how many reports there were} */
  long reported() {
    return reported.get();
  }

  private boolean append(DeviceError error, int index) {
    long configuration = registers.get(Register.EVLCFG0);
    long at = (configuration & Evlcfg.BASE.mask()) + (long) index * entryBytes;
    int pasid =
        Evlcfg.PASID_ENABLE.isSet(configuration)
            ? Evlcfg.PASID.getInt(registers.get(Register.EVLCFG1))
            : Dma.NO_PASID;
    word(0, firstWord(error));
    word(8, error.batchIndex | (long) error.logInfo << 32);
    word(16, error.address);
    for (int i = 0; i < recordBytes / Long.BYTES; i++) {
      word(entryBytes - recordBytes + i * Long.BYTES, error.record[i]);
    }
    view.begin();
    try {
      return view.write(pasid, at, entry, 0, entryBytes) == entryBytes;
    } finally {
      view.end();
    }
  }

  private void word(int at, long value) {
    entry.set(ValueLayout.JAVA_LONG, at, value);
  }

  private static long firstWord(DeviceError error) {
    long word = SwError.ERROR.set(0, error.code);
    word = SwError.DESCRIPTOR_VALID.set(word, error.descriptor ? 1 : 0);
    word = SwError.BATCH_MEMBER.set(word, error.batchMember ? 1 : 0);
    word = SwError.WRITE.set(word, error.write ? 1 : 0);
    word = SwError.PRIV.set(word, error.priv ? 1 : 0);
    word = SwError.INFO_VALID.set(word, error.infoValid ? 1 : 0);
    if (error.wq != DeviceError.NO_WQ) {
      word = SwError.WQ.set(SwError.WQ_VALID.set(word, 1), error.wq);
    }
    word = SwError.OPCODE.set(word, error.opcode);
    return SwError.PASID.set(word, error.pasid);
  }
}
