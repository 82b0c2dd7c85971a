package dev.adit.pci.spec;

/**
 * Which capability of a function is meant.
 *
 * @param space where it is chained
 * @param id the capability ID: 8 bits in the standard list, 16 bits in the extended one, 0 for the
 *     header
 * @param vendor for a DVSEC, its vendor; else 0
 * @param vendorId for a DVSEC, the ID its vendor gave it; else 0
 */
public record CapabilityKey(Space space, int id, int vendor, int vendorId) {
  /** Designated Vendor-Specific extended capability. */
  public static final int DVSEC = 0x23;

  /** The header that every function has. */
  public static final CapabilityKey HEADER = new CapabilityKey(Space.HEADER, 0, 0, 0);

  /** The three places where registers lie. */
  public enum Space {
    /** The first 64 bytes. */
    HEADER,
    /** The list that begins at the pointer in 0x34. */
    STANDARD,
    /** The list that begins at 0x100. */
    EXTENDED
  }

  /** {@return a capability of the standard list} */
  public static CapabilityKey standard(int id) {
    return new CapabilityKey(Space.STANDARD, id, 0, 0);
  }

  /** {@return a capability of the extended list} */
  public static CapabilityKey extended(int id) {
    return new CapabilityKey(Space.EXTENDED, id, 0, 0);
  }

  /** {@return a designated vendor-specific capability} */
  public static CapabilityKey dvsec(int vendor, int vendorId) {
    return new CapabilityKey(Space.EXTENDED, DVSEC, vendor, vendorId);
  }
}
