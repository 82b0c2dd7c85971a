package dev.adit.interrupts.domain;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.store.StoreTraits;

/**
 * A guest's own interrupt controller, under a hypervisor that has no call for messages: what it
 * composes means something to the guest only, so that it can serve just those stores whose writes
 * the hypervisor intercepts and translates.
 *
 * @param controller the controller as the guest sees it
 */
public record GuestDomain(MessageDomain controller) implements MessageDomain {
  @Override
  public String name() {
    return "guest's " + controller.name();
  }

  @Override
  public void require(StoreTraits store) {
    if (!store.trappable()) {
      throw new DomainException(
          DomainException.Reason.STORE,
          store.name()
              + " cannot be trapped, and the hypervisor has no call that returns real messages;"
              + " use MSI-X, or a hypervisor with the call");
    }
    controller.require(store);
  }

  @Override
  public Allocation allocate(Cookie cookie, int requesterId, Target target) {
    return controller.allocate(cookie, requesterId, target);
  }
}
