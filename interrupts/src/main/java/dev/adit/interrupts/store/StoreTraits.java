package dev.adit.interrupts.store;

/**
 * What a store demands of the domain that composes its messages.
 *
 * @param name for messages, such as {@code "IMS in queue memory"}
 * @param ims whether it is a message store in the sense of IMS, that is neither MSI nor MSI-X
 * @param trappable whether a hypervisor can intercept the write that stores a pair and replace it;
 *     what lies in queue memory cannot be
 */
public record StoreTraits(String name, boolean ims, boolean trappable) {
  /** The MSI capability. */
  public static final StoreTraits MSI = new StoreTraits("MSI", false, true);

  /** The MSI-X table. */
  public static final StoreTraits MSIX = new StoreTraits("MSI-X", false, true);

  /** An array in device memory. */
  public static final StoreTraits IMS_DEVICE = new StoreTraits("IMS in device memory", true, true);

  /** Records in system memory. */
  public static final StoreTraits IMS_QUEUE = new StoreTraits("IMS in queue memory", true, false);
}
