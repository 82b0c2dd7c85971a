package dev.adit.pci;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the kernel says about a function beside its configuration space; everything may be missing.
 *
 * @param ids the IDs that the kernel goes by; those of a virtual function are all ones in its own
 *     configuration space
 * @param driver the driver bound to it
 * @param iommuGroup its IOMMU group
 * @param numaNode its NUMA node
 * @param physicalFunction for a virtual function, its physical one
 * @param resources memory and ports: BARs 0 to 5, ROM, then the BARs of virtual functions; empty
 *     entries where nothing is
 */
public record Surroundings(
    Optional<Ids> ids,
    Optional<String> driver,
    OptionalInt iommuGroup,
    OptionalInt numaNode,
    Optional<PciAddress> physicalFunction,
    List<Resource> resources) {
  /** Nothing is known. */
  public static final Surroundings NONE =
      new Surroundings(
          Optional.empty(),
          Optional.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          Optional.empty(),
          List.of());

  /** Where the ROM is in the list of resources. */
  public static final int ROM = 6;

  /**
   * Where the BARs of virtual functions begin in the list of resources; a size there is that of all
   * of them together.
   */
  public static final int VIRTUAL_BARS = 7;

  public Surroundings {
    driver = driver.map(Printable::of);
    resources = List.copyOf(resources);
  }

  /** Who made a function, and which one it is; 16 bits each. */
  public record Ids(int vendor, int device) {}

  /**
   * A run of bus addresses.
   *
   * @param start the first byte, unsigned
   * @param size bytes; 0 where there is nothing
   */
  public record Resource(long start, long size) {}

  /** {@return the size of a resource in bytes; 0 if it is not known} */
  public long size(int index) {
    return index < resources.size() ? resources.get(index).size() : 0;
  }
}
