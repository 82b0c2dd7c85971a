package dev.adit.devices;

/**
 * What kind of function something is, as far as it matters for keeping its users apart. From these
 * a host derives how an interrupt message store is used and the evidence for {@code ims=}.
 *
 * @param requesterId whose ID messages and DMA carry
 * @param memory how the memory of users is kept apart
 * @param store where interrupt messages lie beside the MSI-X table
 * @param writer who writes the store
 * @param pasids whether requests can carry a PASID
 * @param checksPasid whether the device compares the PASID of work with that of a store's entry
 *     before it sends a message
 */
public record Traits(
    RequesterId requesterId,
    Memory memory,
    Store store,
    Writer writer,
    boolean pasids,
    boolean checksPasid) {
  /** Whose requester ID it is. */
  public enum RequesterId {
    /** All users of a function share the function's own (SIOV of the first generation). */
    FUNCTION,
    /** Each assignable interface has one (SR-IOV, SIOV of PCIe 7.0). */
    EACH_INTERFACE
  }

  /** What keeps the memory of users apart. */
  public enum Memory {
    /** The PASID of a request. */
    PASID,
    /** An IOMMU inside the device. */
    OWN_IOMMU,
    /** The requester ID alone. */
    REQUESTER_ID
  }

  /** Where messages lie. */
  public enum Store {
    /** There is none; only MSI-X. */
    NONE,
    /** In a table in a BAR. */
    DEVICE_MEMORY,
    /** In contexts of queues in system memory. */
    QUEUE_MEMORY
  }

  /** Who writes messages into the store. */
  public enum Writer {
    /** The host alone. */
    HOST,
    /** The user of an interface. */
    USER
  }

  /** {@return the same without a message store} */
  public Traits withoutStore() {
    return new Traits(requesterId, memory, Store.NONE, writer, pasids, checksPasid);
  }
}
