package dev.adit.devices;

/** A function as it is configured, and not yet made. */
public interface Model {
  /** {@return the name of its {@link Family}} */
  String kind();

  /** {@return what kind of function it will be, with its message store in use} */
  Traits traits();

  /**
   * Makes the function and sets it up as its driver would.
   *
   * @param name what it is called, for messages
   * @param store whether its message store is used; otherwise it is not shown, and interrupts of
   *     virtual devices take entries of its MSI-X table
   * @throws IllegalArgumentException if the configuration does not fit the function
   */
  PhysicalFunction make(String name, Attachment attachment, boolean store);
}
