package dev.adit.bench.stress;

import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.remap.AmdConfig;
import dev.adit.interrupts.remap.AmdUnit;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.spec.AmdDeviceEntry;
import dev.adit.interrupts.spec.AmdIrte;
import dev.adit.interrupts.spec.AmdMessage;
import dev.adit.interrupts.spec.AmdRegister;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/** An AMD unit with one function, whose table has one entry. */
final class AmdRig implements InterruptBus {
  private static final long TABLE = 64;
  private static final int FUNCTION = 0;

  final AtomicInteger delivered = new AtomicInteger();
  private final GuestMemory memory = GuestMemory.of(0, MemorySegment.ofArray(new long[16]));
  private final AmdUnit unit = new AmdUnit(new AmdConfig(true, true), memory, this);

  AmdRig() {
    memory.setLong(AmdDeviceEntry.OFFSET, AmdDeviceEntry.remap(TABLE, 0).word());
    unit.write(AmdRegister.CONTROL.offset(), 8, 1 | 1 << 17 | 1L << 50);
  }

  @Override
  public void deliver(int destination, int vector, int attributes) {
    delivered.getAndIncrement();
  }

  /** Writes the entry the way software without a 16-byte store does, and invalidates it. */
  void change(AmdIrte irte) {
    memory.setLong(TABLE, 0);
    memory.setLong(TABLE + 8, irte.hi());
    memory.setLong(TABLE, irte.lo());
    unit.invalidate(FUNCTION, 0, 1);
  }

  void revoke() {
    memory.setLong(TABLE, 0);
    unit.invalidate(FUNCTION, 0, 1);
  }

  Outcome send() {
    AmdMessage message = AmdMessage.of(0);
    return new Outcome(
        unit.remap(message.address(), message.data(), FUNCTION, MessageStore.NO_PASID));
  }
}
