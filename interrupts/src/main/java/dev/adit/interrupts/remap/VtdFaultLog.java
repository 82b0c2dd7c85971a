package dev.adit.interrupts.remap;

import static dev.adit.interrupts.spec.VtdFields.FRI;
import static dev.adit.interrupts.spec.VtdFields.ICE;
import static dev.adit.interrupts.spec.VtdFields.IQE;
import static dev.adit.interrupts.spec.VtdFields.ITE;
import static dev.adit.interrupts.spec.VtdFields.PFO;
import static dev.adit.interrupts.spec.VtdFields.PPF;

import dev.adit.interrupts.spec.FaultRecord;
import dev.adit.interrupts.spec.VtdRegister;

/**
 * The fault recording registers and the fault status (VT-d 7.2, 7.3, 11.4.7): a ring of records. A
 * fault that finds its record in use sets PFO and is lost; the first pending one puts its index
 * into FRI. The event is raised only by the first status bit that gets set. Guarded by the unit's
 * lock.
 */
final class VtdFaultLog {
  private static final long REASONS =
      PFO.mask() | PPF.mask() | IQE.mask() | ICE.mask() | ITE.mask();

  private final FaultRecord[] records;
  private final VtdEvent event;
  private int next;
  private long status;
  private long lost;

  VtdFaultLog(int size, VtdEvent event) {
    this.records = new FaultRecord[size];
    java.util.Arrays.fill(records, new FaultRecord(0, 0));
    this.event = event;
  }

  long status() {
    return status;
  }

  /** How many faults found no record. */
  long lost() {
    return lost;
  }

  int size() {
    return records.length;
  }

  FaultRecord record(int index) {
    return records[index];
  }

  /** Records a fault. {@return whether the event message has to be sent now} */
  boolean record(FaultRecord fault) {
    if (PFO.isSet(status)) {
      lost++;
      return false;
    }
    if (records[next].occupied()) {
      lost++;
      return set(PFO.mask());
    }
    records[next] = fault;
    if (!PPF.isSet(status)) {
      status = FRI.set(status, next);
    }
    next = (next + 1) % records.length;
    return set(PPF.mask());
  }

  /** Sets a status bit. {@return whether the event message has to be sent now} */
  boolean set(long bit) {
    boolean first = (status & REASONS) == 0;
    status |= bit;
    return first && event.raise();
  }

  /** Software writes FSTS. */
  void writeStatus(long value, long lanes) {
    status = VtdRegister.FSTS.written(status, value, lanes);
    withdrawIfClear();
  }

  /** Software writes 1 to a record's F. */
  void release(int index) {
    FaultRecord record = records[index];
    records[index] = new FaultRecord(record.lo(), FaultRecord.F.set(record.hi(), 0));
    for (FaultRecord each : records) {
      if (each.occupied()) {
        return;
      }
    }
    status = PPF.set(status, 0);
    withdrawIfClear();
  }

  private void withdrawIfClear() {
    if ((status & REASONS) == 0) {
      event.withdraw();
    }
  }
}
