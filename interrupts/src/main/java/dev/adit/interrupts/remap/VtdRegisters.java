package dev.adit.interrupts.remap;

import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.spec.FaultRecord;
import dev.adit.interrupts.spec.VtdFields;
import dev.adit.interrupts.spec.VtdRegister;

/**
 * The unit as software programs it (VT-d 11.4). All of it is guarded by this object's lock, which
 * requests take for recording a fault only; event messages are sent after it is released.
 */
final class VtdRegisters implements VtdQueue.Unit {
  private static final long COMMANDS =
      VtdFields.CFI.mask() | VtdFields.SIRTP.mask() | VtdFields.IRE.mask() | VtdFields.QIE.mask();

  private final VtdUnit unit;
  private final VtdConfig config;
  private final GuestMemory memory;
  private final InterruptBus bus;
  private final VtdEvent faultEvent = new VtdEvent();
  private final VtdEvent completionEvent = new VtdEvent();
  private final VtdFaultLog faults;
  private final VtdQueue queue;
  private long status;
  private long completion;
  private long irta;
  private long pila;

  VtdRegisters(VtdUnit unit, VtdConfig config, GuestMemory memory, InterruptBus bus) {
    this.unit = unit;
    this.config = config;
    this.memory = memory;
    this.bus = bus;
    this.faults = new VtdFaultLog(config.faultRecords(), faultEvent);
    this.queue = new VtdQueue(memory, this);
  }

  long lostFaults() {
    synchronized (this) {
      return faults.lost();
    }
  }

  void record(FaultRecord fault) {
    VtdEvent.Message message = null;
    synchronized (this) {
      if (faults.record(fault)) {
        message = faultEvent.message();
      }
    }
    if (message != null) {
      message.send(bus, unit.mode().extended());
    }
  }

  long read(long offset, int width) {
    if (malformed(offset, width)) {
      return -1;
    }
    synchronized (this) {
      long low = readDword(offset);
      return width == 4 ? low : low | readDword(offset + 4) << 32;
    }
  }

  private static boolean malformed(long offset, int width) {
    return (width != 4 && width != 8) || (offset & (width - 1)) != 0;
  }

  private long readDword(long offset) {
    int frcd = faultWord(offset);
    if (frcd >= 0) {
      FaultRecord record = faults.record(frcd >>> 2);
      long word = (frcd & 2) == 0 ? record.lo() : record.hi();
      return (frcd & 1) == 0 ? word & 0xFFFF_FFFFL : word >>> 32;
    }
    VtdRegister register = VtdRegister.at(offset);
    if (register == null) {
      return 0;
    }
    return value(register) >>> ((offset - register.offset()) * 8) & 0xFFFF_FFFFL;
  }

  /** The dword of the fault recording registers at an offset, counted from the first, or -1. */
  private int faultWord(long offset) {
    long at = offset - VtdRegister.FRCD_OFFSET;
    return at >= 0 && at < (long) faults.size() * FaultRecord.BYTES ? (int) at / 4 : -1;
  }

  private long value(VtdRegister register) {
    return switch (register) {
      case VER -> register.reset();
      case CAP -> capabilities();
      case ECAP -> extendedCapabilities();
      case GCMD -> 0;
      case GSTS -> status;
      case FSTS -> faults.status();
      case FECTL -> faultEvent.control();
      case FEDATA -> faultEvent.data();
      case FEADDR -> faultEvent.address();
      case FEUADDR -> faultEvent.upperAddress();
      case IQH -> queue.head();
      case IQT -> queue.tail();
      case IQA -> queue.address();
      case ICS -> completion;
      case IECTL -> completionEvent.control();
      case IEDATA -> completionEvent.data();
      case IEADDR -> completionEvent.address();
      case IEUADDR -> completionEvent.upperAddress();
      case IRTA -> irta;
      case PILA -> pila;
    };
  }

  private long capabilities() {
    return VtdFields.CAP_ND.of(6)
        | VtdFields.CAP_CM.of(config.cachingMode() ? 1 : 0)
        | VtdFields.CAP_FRO.of(VtdRegister.FRCD_OFFSET / 16)
        | VtdFields.CAP_NFR.of(config.faultRecords() - 1)
        | VtdFields.CAP_PI.of(config.posted() ? 1 : 0)
        | VtdFields.CAP_ESIRTPS.of(1);
  }

  private long extendedCapabilities() {
    return VtdFields.ECAP_QI.of(1)
        | VtdFields.ECAP_IR.of(1)
        | VtdFields.ECAP_EIM.of(config.extendedMode() ? 1 : 0)
        | VtdFields.ECAP_MHMV.of(VtdQueue.MAX_INDEX_MASK)
        | VtdFields.ECAP_VCS.of(config.virtual() ? 1 : 0)
        | VtdFields.ECAP_EIMER.of(config.extendedModeRequired() ? 1 : 0)
        | VtdFields.ECAP_IRREQ.of(config.remappingRequired() ? 1 : 0);
  }

  void write(long offset, int width, long value) {
    if (malformed(offset, width)) {
      return;
    }
    VtdEvent.Message fault = null;
    VtdEvent.Message complete = null;
    synchronized (this) {
      sendFault = false;
      sendCompletion = false;
      VtdRegister register = VtdRegister.at(offset);
      if (width == 8 && register != null && register.bytes() == 8) {
        store(register, value, -1);
      } else {
        writeDword(offset, value & 0xFFFF_FFFFL);
        if (width == 8) {
          writeDword(offset + 4, value >>> 32);
        }
      }
      fault = sendFault ? faultEvent.message() : null;
      complete = sendCompletion ? completionEvent.message() : null;
    }
    boolean extended = unit.mode().extended();
    if (fault != null) {
      fault.send(bus, extended);
    }
    if (complete != null) {
      complete.send(bus, extended);
    }
  }

  private boolean sendFault;
  private boolean sendCompletion;

  private void writeDword(long offset, long value) {
    int frcd = faultWord(offset);
    if (frcd >= 0) {
      if ((frcd & 3) == 3 && FaultRecord.F.isSet(value << 32)) {
        faults.release(frcd >>> 2);
      }
      return;
    }
    VtdRegister register = VtdRegister.at(offset);
    if (register != null) {
      long shift = (offset - register.offset()) * 8;
      store(register, value << shift, 0xFFFF_FFFFL << shift);
    }
  }

  private void store(VtdRegister register, long value, long lanes) {
    long next = register.written(value(register), value, lanes);
    switch (register) {
      case VER, CAP, ECAP, GSTS, IQH -> {}
      case GCMD -> command(value);
      case FSTS -> {
        faults.writeStatus(value, lanes);
        work();
      }
      case FECTL -> sendFault |= faultEvent.control(next);
      case FEDATA -> faultEvent.data(next);
      case FEADDR -> faultEvent.address(next);
      case FEUADDR -> faultEvent.upperAddress(next);
      case IQT -> {
        queue.tail(next);
        work();
      }
      case IQA -> queue.address(next);
      case ICS -> {
        completion = next;
        if (completion == 0) {
          completionEvent.withdraw();
        }
      }
      case IECTL -> sendCompletion |= completionEvent.control(next);
      case IEDATA -> completionEvent.data(next);
      case IEADDR -> completionEvent.address(next);
      case IEUADDR -> completionEvent.upperAddress(next);
      case IRTA -> irta = next;
      case PILA -> {
        if (config.pasidIsolation()) {
          pila = next;
          VtdUnit.Mode now = unit.mode();
          unit.enter(new VtdUnit.Mode(now.enabled(), now.compatibility(), now.table(), pila));
        }
      }
    }
  }

  /** GCMD: one field at a time may change; a write that changes more does nothing. */
  private void command(long value) {
    long oneShot = VtdFields.SIRTP.mask();
    long changed = ((value ^ status) & COMMANDS & ~oneShot) | (value & oneShot);
    if (Long.bitCount(changed) != 1) {
      return;
    }
    if (changed == VtdFields.SIRTP.mask()) {
      status |= VtdFields.SIRTP.mask();
      VtdUnit.Mode now = unit.mode();
      VtdTable table = new VtdTable(config, memory, irta);
      unit.enter(new VtdUnit.Mode(now.enabled(), now.compatibility(), table, pila));
      return;
    }
    if (changed == VtdFields.IRE.mask() && !VtdFields.SIRTP.isSet(status)) {
      return;
    }
    status ^= changed;
    if (changed == VtdFields.QIE.mask()) {
      queue.enable(VtdFields.QIE.isSet(status));
      work();
    } else {
      VtdUnit.Mode now = unit.mode();
      boolean enabled = VtdFields.IRE.isSet(status);
      boolean compatibility = VtdFields.CFI.isSet(status);
      unit.enter(new VtdUnit.Mode(enabled, compatibility, now.table(), pila));
    }
  }

  /** Works the invalidation queue off, unless an error that software has not cleared holds it. */
  private void work() {
    if (!VtdFields.IQE.isSet(faults.status()) && queue.run()) {
      sendFault |= faults.set(VtdFields.IQE.mask());
    }
  }

  @Override
  public void invalidateEntries(int first, int count) {
    unit.invalidateEntries(first, count);
  }

  @Override
  public void invalidationComplete() {
    if (!VtdFields.IWC.isSet(completion)) {
      completion = VtdFields.IWC.set(completion, 1);
      sendCompletion |= completionEvent.raise();
    }
  }
}
