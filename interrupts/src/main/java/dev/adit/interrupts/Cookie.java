package dev.adit.interrupts;

/**
 * Whom an interrupt belongs to; given when it is allocated and checked before its first use, so
 * that there is no time in which it exists and belongs to nobody.
 *
 * @param vm the tenant, 0 for the host itself
 * @param pasid the PASID of the work items that may be signalled through it, 20 bits, or {@link
 *     MessageStore#NO_PASID}
 * @param queue the queue whose context holds the message, for stores that keep it there; else 0
 */
public record Cookie(int vm, int pasid, int queue) {
  /** The host's own, on a queue without PASID. */
  public static final Cookie HOST = new Cookie(0, MessageStore.NO_PASID, 0);

  private static final int MAX_PASID = (1 << 20) - 1;

  /** Checks the ranges. */
  public Cookie {
    if (vm < 0 || queue < 0 || pasid < MessageStore.NO_PASID || pasid > MAX_PASID) {
      throw new DomainException(
          DomainException.Reason.COOKIE,
          "No such owner: vm " + vm + ", PASID " + pasid + " (20 bits), queue " + queue);
    }
  }

  /** {@return a tenant's, on a queue with this PASID} */
  public static Cookie of(int vm, int pasid) {
    return new Cookie(vm, pasid, 0);
  }
}
