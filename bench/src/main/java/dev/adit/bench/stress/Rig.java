package dev.adit.bench.stress;

import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.remap.VtdConfig;
import dev.adit.interrupts.remap.VtdUnit;
import dev.adit.interrupts.spec.Irte;
import dev.adit.interrupts.spec.PostedDescriptor;
import dev.adit.interrupts.spec.RemappableMessage;
import dev.adit.interrupts.spec.VtdFields;
import dev.adit.interrupts.spec.VtdRegister;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/** A unit that remaps by two entries, with one posted-interrupt descriptor. */
final class Rig implements InterruptBus {
  static final int REQUESTER = 0x6A00;
  static final int VECTOR = 0x41;
  private static final long DESCRIPTOR = 64;

  final GuestMemory memory = GuestMemory.of(0, MemorySegment.ofArray(new long[16]));
  final AtomicInteger notified = new AtomicInteger();
  final VtdUnit unit = new VtdUnit(VtdConfig.hardware(), memory, this);

  Rig() {
    memory.setLong(DESCRIPTOR + PostedDescriptor.CONTROL, PostedDescriptor.control(1, 0xF2));
    unit.write(VtdRegister.IRTA.offset(), 8, VtdFields.EIME.mask());
    unit.write(VtdRegister.GCMD.offset(), 4, VtdFields.SIRTP.mask());
    unit.write(VtdRegister.GCMD.offset(), 4, VtdFields.IRE.mask());
  }

  @Override
  public void deliver(int destination, int vector, int attributes) {
    notified.getAndIncrement();
  }

  static Irte posted() {
    return Irte.posted(DESCRIPTOR, VECTOR, false).from(REQUESTER, 0);
  }

  /** Changes entry 0 the way software without a 16-byte store does. */
  void change(Irte irte) {
    memory.setLong(0, 0);
    memory.setLong(8, irte.hi());
    memory.setLong(0, irte.lo());
    unit.invalidate(REQUESTER, 0, 1);
  }

  void revoke() {
    memory.setLong(0, 0);
    unit.invalidate(REQUESTER, 0, 1);
  }

  Outcome send(int requesterId) {
    RemappableMessage message = RemappableMessage.of(0);
    return new Outcome(
        unit.remap(message.address(), message.data(), requesterId, MessageStore.NO_PASID));
  }

  /** Whether the vector is set in the descriptor. */
  int set() {
    return (int) (memory.getLong(word()) >>> (VECTOR & 63)) & 1;
  }

  /** What software does when it was notified: ON first, then the bits. */
  int drain() {
    long at = DESCRIPTOR + PostedDescriptor.CONTROL;
    long control;
    do {
      control = memory.getLong(at);
    } while (!memory.compareAndSet(at, control, PostedDescriptor.ON.set(control, 0)));
    long bits;
    do {
      bits = memory.getLong(word());
    } while (!memory.compareAndSet(word(), bits, 0));
    return (int) (bits >>> (VECTOR & 63)) & 1;
  }

  /** Leaves ON set with no bit, as between a notification and its drain. */
  void outstanding() {
    memory.getAndOr(DESCRIPTOR + PostedDescriptor.CONTROL, PostedDescriptor.ON.mask());
  }

  private static long word() {
    return DESCRIPTOR + PostedDescriptor.pirWord(VECTOR);
  }
}
