package dev.adit.interrupts.domain;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.store.StoreChip;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The interrupts of one function and one of its stores: allocates entries, has the parent compose,
 * stores. It is the same on bare metal, behind a remapper and in a guest; what differs is the
 * parent.
 *
 * <p>Safe for several threads. An interrupt is masked when it comes into being, with its owner in
 * place and its pair stored.
 */
public final class BusDomain {
  private final MessageDomain parent;
  private final StoreChip chip;
  private final int requesterId;
  private final Quotas quotas;
  private final Consumer<Cookie> owners;
  private final IndexPool indices;

  /**
   * Makes the domain of a store.
   *
   * @param parent who composes
   * @param chip how the store is programmed
   * @param requesterId the function that sends, 16 bits
   * @param quotas entries for each tenant
   * @param owners throws a {@link DomainException} for a cookie that is not true: a PASID that is
   *     not the VM's, a queue that is somebody else's
   * @throws DomainException if the parent cannot serve the store; then the driver uses another one
   */
  public BusDomain(
      MessageDomain parent,
      StoreChip chip,
      int requesterId,
      Quotas quotas,
      Consumer<Cookie> owners) {
    parent.require(chip.traits());
    this.parent = parent;
    this.chip = chip;
    this.requesterId = requesterId;
    this.quotas = quotas;
    this.owners = owners;
    indices = new IndexPool(chip.size());
  }

  /** {@return who composes} */
  public MessageDomain parent() {
    return parent;
  }

  /** {@return how the store is programmed} */
  public StoreChip chip() {
    return chip;
  }

  /**
   * Allocates an interrupt in an entry of the domain's choice.
   *
   * @throws DomainException if it is refused; then nothing has changed
   */
  public synchronized Interrupt allocate(Cookie cookie, Target target) {
    owners.accept(cookie);
    quotas.take(cookie.vm());
    int index = indices.take();
    if (index < 0) {
      quotas.give(cookie.vm());
      throw new DomainException(
          DomainException.Reason.EXHAUSTED,
          "All " + chip.size() + " entries of " + chip.traits().name() + " are taken");
    }
    return compose(index, cookie, target);
  }

  /**
   * Allocates an interrupt in a given entry, for devices that tie entries to causes.
   *
   * @throws DomainException if it is refused; then nothing has changed
   */
  public synchronized Interrupt allocate(int index, Cookie cookie, Target target) {
    owners.accept(cookie);
    quotas.take(cookie.vm());
    if (!indices.take(index)) {
      quotas.give(cookie.vm());
      throw new DomainException(
          DomainException.Reason.EXHAUSTED,
          "Entry " + index + " of " + chip.traits().name() + " is taken or does not exist");
    }
    return compose(index, cookie, target);
  }

  private Interrupt compose(int index, Cookie cookie, Target target) {
    MessageDomain.Allocation above = null;
    boolean done = false;
    try {
      chip.lock();
      chip.bind(index, cookie);
      above = parent.allocate(cookie, requesterId, target);
      chip.store(index, above.message());
      chip.unlock();
      done = true;
      return new Interrupt(index, cookie, above);
    } finally {
      if (!done) {
        abandon(index, cookie, above);
      }
    }
  }

  private void abandon(int index, Cookie cookie, MessageDomain.@Nullable Allocation above) {
    try {
      chip.lock();
      chip.clear(index);
      chip.unlock();
    } finally {
      if (above != null) {
        above.release();
      }
      indices.give(index);
      quotas.give(cookie.vm());
    }
  }

  /** An interrupt: an entry of the store with an owner and a message. */
  public final class Interrupt {
    private final int index;
    private final Cookie cookie;
    private final MessageDomain.Allocation above;
    private boolean released;

    private Interrupt(int index, Cookie cookie, MessageDomain.Allocation above) {
      this.index = index;
      this.cookie = cookie;
      this.above = above;
    }

    /** {@return the entry} */
    public int index() {
      return index;
    }

    /** {@return whose it is} */
    public Cookie cookie() {
      return cookie;
    }

    /** {@return the pair in the store} */
    public Message message() {
      return above.message();
    }

    /** {@return the processor it ends at, or -1 if it ends in a guest} */
    public int cpu() {
      return above.cpu();
    }

    /** {@return the vector it ends with} */
    public int vector() {
      return above.vector();
    }

    /** {@return whether its message waits behind the mask, as far as the store shows that} */
    public boolean pending() {
      return chip.pending(index);
    }

    /** {@return whether the store still has its pair; a reset of the device may have emptied it} */
    public boolean stored() {
      return chip.holds(index, message());
    }

    /** Masks it or lets it through. */
    public void mask(boolean masked) {
      change(() -> chip.mask(index, masked));
    }

    /**
     * Moves it to another target.
     *
     * @return whether the store had to be written; behind a remapper it stays as it is
     */
    public boolean retarget(Target target) {
      boolean[] stored = new boolean[1];
      change(
          () -> {
            stored[0] = above.retarget(target);
            if (stored[0]) {
              chip.store(index, above.message());
            }
          });
      synchronized (BusDomain.this) {
        above.settle();
      }
      return stored[0];
    }

    /**
     * Takes the entry from its owner before it is given back: from here on nothing is signalled
     * through it, and nobody else can have it until it is released.
     */
    public void disown() {
      change(() -> chip.clear(index));
    }

    /** Gives entry and message back. After it returns nothing of it is delivered. */
    public void release() {
      synchronized (BusDomain.this) {
        change(
            () -> {
              chip.clear(index);
              released = true;
            });
        above.release();
        indices.give(index);
        quotas.give(cookie.vm());
      }
    }

    private void change(Runnable change) {
      synchronized (BusDomain.this) {
        if (released) {
          throw new DomainException(
              DomainException.Reason.STALE, "Interrupt " + index + " is released already");
        }
        chip.lock();
        try {
          change.run();
        } finally {
          chip.unlock();
        }
      }
    }
  }
}
