package dev.adit.host;

import dev.adit.devices.PciFunction;
import dev.adit.interrupts.BusDomain;
import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.MessageDomain;
import dev.adit.interrupts.Quotas;
import dev.adit.interrupts.RegisterWindow;
import dev.adit.interrupts.StoreChip;
import dev.adit.interrupts.Target;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * The entries of a physical function that completions of virtual devices can go through: its
 * interrupt message store, or its MSI-X table where the store may not be used.
 */
final class CompletionEntries {
  private final BusDomain domain;
  private final Quotas quotas;
  private final boolean ims;
  private final IntPredicate pending;
  private final AtomicInteger used = new AtomicInteger();

  // Whose each entry is: a PASID, the same negative once it was taken back, or 0.
  private final AtomicIntegerArray holders;

  /**
   * @param ims whether it is the message store
   * @param owners checks whom an entry is to belong to
   * @param pending tells whether an entry waits behind its mask
   */
  CompletionEntries(
      MessageDomain parent,
      StoreChip chip,
      int requesterId,
      boolean ims,
      Consumer<Cookie> owners,
      IntPredicate pending) {
    quotas = new Quotas(chip.traits().name() + " entries", 0);
    quotas.limit(Cookie.HOST.vm(), 1);
    domain = new BusDomain(parent, chip, requesterId, quotas, owners);
    this.ims = ims;
    this.pending = pending;
    holders = new AtomicIntegerArray(chip.size());
  }

  /** {@return whether it is the message store; otherwise the MSI-X table} */
  boolean ims() {
    return ims;
  }

  /** {@return how many entries there are} */
  int size() {
    return domain.chip().size();
  }

  /** {@return how many entries are free} */
  int free() {
    return size() - used.get();
  }

  /** Says how many entries a tenant may hold. */
  void limit(int pasid, int entries) {
    quotas.limit(pasid, entries);
  }

  /** {@return how many entries a tenant holds} */
  int used(int pasid) {
    return quotas.used(pasid);
  }

  /** Keeps an entry for the function's own driver. */
  void reserve(int index, Target target) {
    domain.allocate(index, Cookie.HOST, target);
    used.incrementAndGet();
  }

  /**
   * {@return an entry, masked, that leads to a guest's vector}
   *
   * @throws DomainException if it is refused
   */
  Entry allocate(int pasid, Target target) {
    BusDomain.Interrupt interrupt = domain.allocate(Posts.owner(pasid), target);
    used.incrementAndGet();
    holders.set(interrupt.index(), pasid);
    return new Entry(interrupt);
  }

  /** {@return why a handle is of no use to somebody; allocates nothing} */
  Dropped why(int handle, int pasid) {
    int holder = handle < holders.length() ? holders.get(handle) : 0;
    if (holder == 0) {
      return Dropped.UNKNOWN;
    }
    // What is its own now was not when the descriptor was checked.
    return Math.abs(holder) == pasid ? Dropped.REVOKED : Dropped.FOREIGN;
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
      return pending.test(interrupt.index());
    }

    void mask(boolean masked) {
      interrupt.mask(masked);
    }

    /** From here on nothing is signalled through it, but nobody else can have it yet. */
    void disown() {
      holders.getAndUpdate(interrupt.index(), pasid -> -Math.abs(pasid));
      interrupt.disown();
    }

    void release() {
      holders.set(interrupt.index(), 0);
      interrupt.release();
      used.decrementAndGet();
    }
  }

  /** {@return the window of a store that lies in a BAR} */
  static RegisterWindow window(PciFunction function, long base) {
    return new RegisterWindow() {
      @Override
      public long read(long offset, int width) {
        return function.read(0, base + offset, width);
      }

      @Override
      public void write(long offset, int width, long value) {
        function.write(0, base + offset, width, value);
      }
    };
  }
}
