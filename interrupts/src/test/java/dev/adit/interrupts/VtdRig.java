package dev.adit.interrupts;

import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.remap.VtdConfig;
import dev.adit.interrupts.remap.VtdUnit;
import dev.adit.interrupts.spec.FaultRecord;
import dev.adit.interrupts.spec.InvalidationDescriptor;
import dev.adit.interrupts.spec.Irte;
import dev.adit.interrupts.spec.RemappableMessage;
import dev.adit.interrupts.spec.VtdFields;
import dev.adit.interrupts.spec.VtdRegister;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** A unit with memory, and a driver that programs it through registers only. */
final class VtdRig {
  static final long BASE = 0x10_0000;
  static final long TABLE = BASE;
  static final long QUEUE = BASE + 0x10_0000;
  static final long STATUS = QUEUE + 0x1000;
  static final long DESCRIPTORS = QUEUE + 0x2000;
  static final long LIVE = DESCRIPTORS + 0x4000;
  static final long END = LIVE + (1 << 17);
  static final int RID = 0x0100;
  static final int EVENT_VECTOR = 0xEE;

  final GuestMemory memory = GuestMemory.of(BASE, Arena.ofAuto().allocate(END - BASE, 4096));
  final RecordingBus bus = new RecordingBus();
  final VtdUnit unit;
  private int tail;
  private int ticket;

  VtdRig(VtdConfig config) {
    unit = new VtdUnit(config, memory, bus);
  }

  /** A unit with extended mode and the largest table, switched on. */
  static VtdRig on(VtdConfig config) {
    VtdRig rig = new VtdRig(config);
    rig.table(TABLE, 15, config.extendedMode());
    rig.enableQueue();
    rig.set(VtdFields.IRE, true);
    return rig;
  }

  static VtdRig on() {
    return on(VtdConfig.hardware());
  }

  void table(long base, int s, boolean extended) {
    write(VtdRegister.IRTA, base | s | (extended ? VtdFields.EIME.mask() : 0));
    write(VtdRegister.GCMD, (read(VtdRegister.GSTS) & 0x96FF_FFFFL) | VtdFields.SIRTP.mask());
  }

  void enableQueue() {
    write(VtdRegister.IQA, QUEUE);
    write(VtdRegister.IQT, 0);
    set(VtdFields.QIE, true);
  }

  void set(dev.adit.interrupts.spec.Field command, boolean on) {
    write(VtdRegister.GCMD, command.set(read(VtdRegister.GSTS) & 0x96FF_FFFFL, on ? 1 : 0));
  }

  long read(VtdRegister register) {
    return unit.read(register.offset(), register.bytes());
  }

  void write(VtdRegister register, long value) {
    unit.write(register.offset(), register.bytes(), value);
  }

  /** Writes an entry without telling the unit. */
  void put(int index, Irte irte) {
    memory.setLong(TABLE + index * 16L, irte.lo());
    memory.setLong(TABLE + index * 16L + 8, irte.hi());
  }

  void submit(InvalidationDescriptor... descriptors) {
    for (InvalidationDescriptor each : descriptors) {
      memory.setLong(QUEUE + tail, each.lo());
      memory.setLong(QUEUE + tail + 8, each.hi());
      tail = (tail + 16) % 4096;
    }
    write(VtdRegister.IQT, tail);
  }

  /** Submits, and a wait behind it; says whether the wait was reached. */
  boolean invalidate(InvalidationDescriptor what) {
    submit(what, InvalidationDescriptor.waitStatus(STATUS, ++ticket));
    return (int) memory.getLong(STATUS) == ticket;
  }

  Outcome send(int index) {
    return send(index, RID);
  }

  Outcome send(int index, int requesterId) {
    RemappableMessage message = RemappableMessage.of(index);
    return send(message.address(), message.data(), requesterId, MessageStore.NO_PASID);
  }

  Outcome send(long address, int data, int requesterId, int pasid) {
    return new Outcome(unit.remap(address, data, requesterId, pasid));
  }

  void unmaskFaultEvent() {
    write(VtdRegister.FEDATA, EVENT_VECTOR);
    write(VtdRegister.FEADDR, 0xFEE0_0000L | 5 << 12);
    write(VtdRegister.FECTL, 0);
  }

  FaultRecord fault(int index) {
    int at = VtdRegister.FRCD_OFFSET + index * FaultRecord.BYTES;
    return new FaultRecord(unit.read(at, 8), unit.read(at + 8, 8));
  }

  void releaseFault(int index) {
    int at = VtdRegister.FRCD_OFFSET + index * FaultRecord.BYTES;
    unit.write(at + 12, 4, 0x8000_0000L);
  }

  /** The faults that are recorded, oldest place first, which are released. */
  List<FaultRecord> takeFaults() {
    int count = (int) VtdFields.CAP_NFR.get(read(VtdRegister.CAP)) + 1;
    List<FaultRecord> faults = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (fault(i).occupied()) {
        faults.add(fault(i));
        releaseFault(i);
      }
    }
    return faults;
  }
}
