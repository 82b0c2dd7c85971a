package dev.adit.interrupts.domain;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.store.StoreTraits;

/**
 * A domain that composes messages: the interrupt controller's half of an interrupt. It knows
 * nothing of devices and of where they keep the pair; a {@link BusDomain} below it stores.
 *
 * <p>There are three: {@link VectorDomain} by itself, {@link RemapDomain} above a vector domain,
 * and {@link HypercallDomain} in a guest.
 */
public interface MessageDomain {
  /** {@return the name, for reports} */
  String name();

  /**
   * Says whether a store can be served; asked once, when the domain for it is created.
   *
   * @throws DomainException with {@link DomainException.Reason#STORE} if it cannot
   */
  void require(StoreTraits store);

  /**
   * Allocates an interrupt for a source.
   *
   * @param cookie whom it is for
   * @param requesterId the function that will send it, 16 bits
   * @param target where it is to end
   * @throws DomainException if it is refused
   */
  Allocation allocate(Cookie cookie, int requesterId, Target target);

  /** An allocated interrupt with its composed message. */
  interface Allocation {
    /** {@return the pair the device has to send} */
    Message message();

    /** {@return the processor it ends at, as the system that allocated it numbers them, or -1} */
    int cpu();

    /** {@return the vector it ends with} */
    int vector();

    /**
     * Moves the interrupt elsewhere.
     *
     * @return whether the message has changed and has to be stored again
     * @throws DomainException if it is refused; then it stays where it was
     */
    boolean retarget(Target target);

    /**
     * Gives up what the target before the last {@link #retarget} used. The caller has stored the
     * new message by then, and no former one is on its way any more.
     */
    void settle();

    /** Gives everything back. The message means nothing from here on. */
    void release();
  }
}
