package dev.adit.interrupts;

/**
 * How well the interrupts of one party are kept from another's. The order of the constants is the
 * order of strength.
 */
public enum IsolationLevel {
  /** No remapper, or entries without a source check: any DWORD write can be any interrupt. */
  NONE(0, "none"),

  /** The remapper checks the requester ID: enough for PFs, VFs and PCIe 7.0 SDIs. */
  REQUESTER_ID(1, "requester ID"),

  /**
   * Requester ID, a PASID check inside the device and a store that only the host writes:
   * first-generation SIOV as it is deployed.
   */
  DEVICE_PASID(2, "requester ID, PASID check in the device, host-only store"),

  /** The remapper checks PASIDs too. No hardware does, up to VT-d revision 5.10. */
  REMAPPER_PASID(3, "requester ID and PASID in the remapper");

  private final int number;
  private final String title;

  IsolationLevel(int number, String title) {
    this.number = number;
    this.title = title;
  }

  /** {@return the level as a number, 0 to 3} */
  public int number() {
    return number;
  }

  /** {@return what is checked, in words} */
  public String title() {
    return title;
  }

  /**
   * {@return the level that a device adds up to with what its messages go through}
   *
   * @param checksPasid the device compares a work item's PASID with the entry's before it sends
   * @param hostOnlyStore nobody but the host can write the message store
   */
  public IsolationLevel with(boolean checksPasid, boolean hostOnlyStore) {
    return this == REQUESTER_ID && checksPasid && hostOnlyStore ? DEVICE_PASID : this;
  }
}
