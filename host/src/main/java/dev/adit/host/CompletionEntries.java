package dev.adit.host;

import dev.adit.devices.Dropped;
import dev.adit.devices.EntryStore;
import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.domain.MessageDomain;
import dev.adit.interrupts.domain.Quotas;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;

/**
 * The entries of a physical function that completions of virtual devices can go through: its
 * interrupt message store, or its MSI-X table where the store may not be used.
 */
final class CompletionEntries {
  private final BusDomain domain;
  private final Quotas quotas;
  private final EntryStore store;
  private final AtomicInteger used = new AtomicInteger();

  // Whose each entry is: an owner's number, the same negative once it was taken back, or 0.
  private final AtomicIntegerArray holders;

  /**
   * @param owners checks whom an entry is to belong to
   */
  CompletionEntries(MessageDomain parent, EntryStore store, Consumer<Cookie> owners) {
    this.store = store;
    quotas = new Quotas(store.chip().traits().name() + " entries", 0);
    quotas.limit(Cookie.HOST.vm(), store.reserved());
    domain = new BusDomain(parent, store.chip(), store.requesterId(), quotas, owners);
    holders = new AtomicIntegerArray(store.chip().size());
    for (int index = 0; index < store.reserved(); index++) {
      domain.allocate(index, Cookie.HOST, Target.ANY_CPU);
      used.incrementAndGet();
    }
  }

  /** {@return whether it is the message store; otherwise the MSI-X table} */
  boolean ims() {
    return store.chip().traits().ims();
  }

  /** {@return how many entries there are} */
  int size() {
    return domain.chip().size();
  }

  /** {@return how many entries are free} */
  int free() {
    return size() - used.get();
  }

  /** Says how many entries somebody may hold. */
  void limit(int owner, int entries) {
    quotas.limit(owner, entries);
  }

  /** {@return how many entries somebody holds} */
  int used(int owner) {
    return quotas.used(owner);
  }

  /**
   * {@return an entry, masked, that leads to a guest's vector}
   *
   * @param owner whose it is, with the PASID of what may be signalled through it
   * @throws DomainException if it is refused
   */
  Entry allocate(Cookie owner, Target target) {
    BusDomain.Interrupt interrupt = domain.allocate(owner, target);
    used.incrementAndGet();
    holders.set(interrupt.index(), owner.vm());
    return new Entry(interrupt);
  }

  /** {@return why an entry is of no use to somebody; allocates nothing} */
  Dropped why(int index, int owner) {
    int holder = index >= 0 && index < holders.length() ? holders.get(index) : 0;
    if (holder == 0) {
      return Dropped.UNKNOWN;
    }
    // What is its own now was not when the descriptor was checked.
    return Math.abs(holder) == owner ? Dropped.REVOKED : Dropped.FOREIGN;
  }

  /** An entry in somebody's hands. */
  final class Entry {
    private final BusDomain.Interrupt interrupt;

    private Entry(BusDomain.Interrupt interrupt) {
      this.interrupt = interrupt;
    }

    int index() {
      return interrupt.index();
    }

    boolean pending() {
      return store.pending(interrupt.index());
    }

    void mask(boolean masked) {
      interrupt.mask(masked);
    }

    /** From here on nothing is signalled through it, but nobody else can have it yet. */
    void disown() {
      holders.getAndUpdate(interrupt.index(), owner -> -Math.abs(owner));
      interrupt.disown();
    }

    void release() {
      holders.set(interrupt.index(), 0);
      interrupt.release();
      used.decrementAndGet();
    }
  }
}
