package dev.adit.machine;

import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.domain.MessageDomain;
import dev.adit.interrupts.domain.Quotas;
import dev.adit.interrupts.domain.RemapDomain;
import dev.adit.interrupts.domain.VectorDomain;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.remap.VtdConfig;
import dev.adit.interrupts.remap.VtdEntries;
import dev.adit.interrupts.remap.VtdUnit;
import dev.adit.interrupts.spec.VtdFields;
import dev.adit.interrupts.spec.VtdRegister;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A guest's virtual remapping unit and the guest's own use of it. The hypervisor reads the guest's
 * table with the same code that delivers on a physical machine, only that what comes out is noted
 * instead of delivered. Each invalidation by the guest is a trap, after which the hypervisor
 * translates again.
 */
final class VirtualIommu {
  /** Where an interrupt of the guest leads. */
  record At(int cpu, int vector) {}

  private static final int TABLE_BITS = 7;
  private static final int TABLE_SIZE = 2 << TABLE_BITS;
  // All the guest's entries name the requester ID 0: its table is looked up by message alone.
  private static final IsolationLevel UNCHECKED = IsolationLevel.NONE;

  private final AtomicLong traps = new AtomicLong();
  private final VtdUnit unit;
  private final MessageDomain domain;

  VirtualIommu(Ram ram, VectorDomain vectors, Runnable changed) {
    unit = new VtdUnit(VtdConfig.emulated(), ram.atomic(), new Nowhere());
    long table = ram.allocate(TABLE_SIZE * 16L, 4096);
    write(VtdRegister.IRTA, table | TABLE_BITS | VtdFields.EIME.mask());
    write(VtdRegister.GCMD, VtdFields.SIRTP.mask());
    write(VtdRegister.GCMD, VtdFields.IRE.mask());
    VtdEntries entries =
        new VtdEntries(
            (_, first, count) -> invalidate(first, count, changed),
            ram.atomic(),
            table,
            TABLE_SIZE,
            true,
            true,
            UNCHECKED);
    domain = new RemapDomain(entries, vectors, Quotas.none("remapping entries"));
  }

  private void write(VtdRegister register, long value) {
    traps.incrementAndGet();
    unit.write(register.offset(), register.bytes(), value);
  }

  private void invalidate(int first, int count, Runnable changed) {
    traps.incrementAndGet();
    unit.invalidate(0, first, count);
    changed.run();
  }

  MessageDomain domain() {
    return domain;
  }

  long traps() {
    return traps.get();
  }

  /** Where a message of the guest leads, by the guest's table. */
  Optional<At> read(Message message) {
    Outcome outcome =
        new Outcome(unit.remap(message.address(), message.data(), 0, MessageStore.NO_PASID));
    return outcome.arrived()
        ? Optional.of(new At(outcome.destination(), outcome.vector()))
        : Optional.empty();
  }

  private static final class Nowhere implements InterruptBus {
    @Override
    public void deliver(int destination, int vector, int attributes) {
      // The outcome says where it would have gone; that is all the hypervisor wants.
    }
  }
}
