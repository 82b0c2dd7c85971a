package dev.adit.interrupts;

/** How well a platform keeps one sender's interrupts from another's. */
public enum Isolation {
  /** No remapper, or an entry without source validation: any DWORD write can be any interrupt. */
  NONE(0, "any DWORD write can be any interrupt"),
  /** The remapper checks the requester ID: enough for functions, and for SDIs of PCIe 7. */
  REQUESTER(1, "each requester ID reaches its own entries only"),
  /**
   * Requester ID, and a device that checks the PASID against a store only the host can write:
   * first-generation SIOV as it is deployed.
   */
  DEVICE_PASID(2, "requester ID, device-side PASID check, host-only store"),
  /** Requester ID and PASID in the remapper: an extension that no hardware has. */
  REMAPPER_PASID(3, "each requester ID and PASID reaches its own entries only");

  private final int level;
  private final String guarantee;

  Isolation(int level, String guarantee) {
    this.level = level;
    this.guarantee = guarantee;
  }

  /** {@return the level, 0 to 3} */
  public int level() {
    return level;
  }

  /** {@return what the level promises, as a phrase} */
  public String guarantee() {
    return guarantee;
  }

  /**
   * {@return the level that a device adds up to with what stands behind it}
   *
   * @param checksPasid the device compares a work item's PASID with the entry's before it sends
   * @param hostOnlyStore nobody but the host can write the message store
   */
  public Isolation with(boolean checksPasid, boolean hostOnlyStore) {
    return this == REQUESTER && checksPasid && hostOnlyStore ? DEVICE_PASID : this;
  }
}
