package dev.adit.platform;

/**
 * What somebody wants to do with a function's message store.
 *
 * @param role who uses the store
 * @param store where the messages lie
 * @param writer who can write them
 */
public record Use(Role role, Store store, Writer writer) {
  /** Who uses the messages. */
  public enum Role {
    /** A PF, VF or PCIe 7.0 SDI, by the driver of this system: it has a requester ID of its own. */
    FUNCTION("function"),
    /** A sub-device (ADI) that this system's driver cuts from a function. */
    SUB_DEVICE("sub-device"),
    /** A sub-device that somebody composed and passed to a guest, as the guest sees it. */
    PASSED_SUB_DEVICE("passed sub-device");

    private final String title;

    Role(String title) {
      this.title = title;
    }

    /** {@return the role in words} */
    public String title() {
      return title;
    }
  }

  /** Where the (address, data) pairs lie. */
  public enum Store {
    /** In the device, behind a BAR: a VMM can trap writes. */
    DEVICE_MEMORY("device memory"),
    /** In a queue or context in system memory: nobody can trap writes. */
    QUEUE_MEMORY("queue memory");

    private final String title;

    Store(String title) {
      this.title = title;
    }

    /** {@return the place in words} */
    public String title() {
      return title;
    }
  }

  /** Who can write the pairs. */
  public enum Writer {
    /** The driver of this system only. */
    DRIVER("driver"),
    /** A program or guest that this system keeps apart from others. */
    TENANT("tenant");

    private final String title;

    Writer(String title) {
      this.title = title;
    }

    /** {@return the writer in words} */
    public String title() {
      return title;
    }
  }

  /** A function by its own driver, with its store in device memory. */
  public static final Use FUNCTION = new Use(Role.FUNCTION, Store.DEVICE_MEMORY, Writer.DRIVER);

  /** A function by its own driver, with its messages in queue memory. */
  public static final Use FUNCTION_QUEUE_STORE =
      new Use(Role.FUNCTION, Store.QUEUE_MEMORY, Writer.DRIVER);

  /** A sub-device whose store the host alone writes. */
  public static final Use SUB_DEVICE_HOST_STORE =
      new Use(Role.SUB_DEVICE, Store.DEVICE_MEMORY, Writer.DRIVER);

  /** A sub-device whose messages lie in a queue's context, which the host alone writes. */
  public static final Use SUB_DEVICE_QUEUE_STORE =
      new Use(Role.SUB_DEVICE, Store.QUEUE_MEMORY, Writer.DRIVER);

  /** A sub-device whose messages lie where its user can write them. */
  public static final Use SUB_DEVICE_GUEST_STORE =
      new Use(Role.SUB_DEVICE, Store.QUEUE_MEMORY, Writer.TENANT);

  /** A sub-device passed to a guest, as the guest sees it. */
  public static final Use PASSED_SUB_DEVICE =
      new Use(Role.PASSED_SUB_DEVICE, Store.DEVICE_MEMORY, Writer.DRIVER);
}
