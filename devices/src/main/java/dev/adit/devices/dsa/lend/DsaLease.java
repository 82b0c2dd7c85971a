package dev.adit.devices.dsa.lend;

import dev.adit.devices.AdiType;
import dev.adit.devices.Dropped;
import dev.adit.devices.EntryStore;
import dev.adit.devices.GuestSpace;
import dev.adit.devices.Lease;
import dev.adit.devices.VectorEntries;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.DsaType;
import dev.adit.devices.dsa.Lender;
import dev.adit.devices.dsa.LentQueue;
import dev.adit.devices.dsa.SavedDsa;
import dev.adit.devices.dsa.VirtualDsa;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Work queues of a function in one virtual device's hands. */
public final class DsaLease implements Lease {
  /**
   * What is lent.
   *
   * @param queues the queues of the function, by index
   * @param profile what the device is told that it can do
   * @param saved what it goes on as
   */
  record Terms(DsaType type, List<Integer> queues, DsaProfile profile, Optional<SavedDsa> saved) {
    Terms with(SavedDsa state) {
      return new Terms(type, queues, state.profile(), Optional.of(state));
    }
  }

  private final PhysicalDsa physical;
  private final QueuesLent lender;
  private final Terms terms;
  private final Tenant tenant;
  private final List<Share> lent;

  DsaLease(PhysicalDsa physical, QueuesLent lender, Terms terms, Tenant tenant, List<Share> lent) {
    this.physical = physical;
    this.lender = lender;
    this.terms = terms;
    this.tenant = tenant;
    this.lent = List.copyOf(lent);
  }

  /** {@return the work queues of the function behind its own, by index} */
  public List<Integer> queues() {
    return terms.queues();
  }

  @Override
  public AdiType type() {
    return terms.type().plain();
  }

  @Override
  public EntryStore store() {
    return physical.store().orElseThrow();
  }

  @Override
  public int requesterId() {
    return physical.requesterId();
  }

  @Override
  public int pasid() {
    return tenant.pasid();
  }

  @Override
  public VirtualDsa compose(GuestSpace memory, VectorEntries entries) {
    VirtualDsa made =
        new VirtualDsa(
            terms.profile(), memory, (to, with, id, pasid) -> {}, 0, new Back(memory, entries));
    tenant.serve(made, entries);
    if (terms.saved().isPresent() && !made.restore(terms.saved().get().state())) {
      made.close();
      throw new IllegalArgumentException("The suspended device contradicts itself");
    }
    return made;
  }

  @Override
  public BooleanSupplier drained() {
    return all(lent.stream().map(queue -> queue.drain(false, false)).toList());
  }

  @Override
  public BooleanSupplier settled() {
    return all(
        terms.queues().stream().map(wq -> physical.function().drain(wq, false, false)).toList());
  }

  private static BooleanSupplier all(List<BooleanSupplier> waits) {
    return () -> waits.stream().allMatch(BooleanSupplier::getAsBoolean);
  }

  @Override
  public boolean idle() {
    boolean idle = true;
    for (Share queue : lent) {
      idle &= queue.free();
    }
    return idle;
  }

  @Override
  public void giveBack() {
    lender.takeBack(terms, lent);
  }

  /** What the emulated function stands on. */
  private final class Back implements Lender {
    private final GuestSpace memory;
    private final VectorEntries entries;

    Back(GuestSpace memory, VectorEntries entries) {
      this.memory = memory;
      this.entries = entries;
    }

    @Override
    public List<? extends LentQueue> queues() {
      return lent;
    }

    @Override
    public int handle(int vector) {
      return entries.index(vector);
    }

    @Override
    public void mask(int vector, boolean masked) {
      entries.mask(vector, masked);
    }

    @Override
    public boolean pending(int vector) {
      return entries.pending(vector);
    }

    @Override
    public void reach(boolean on) {
      memory.reach(on);
    }

    @Override
    public long descriptors() {
      return tenant.descriptors();
    }

    @Override
    public long engineNanos() {
      return tenant.engineNanos();
    }

    @Override
    public Map<Dropped, Long> dropped() {
      return tenant.dropped();
    }
  }
}
