package dev.adit.pci;

import dev.adit.pci.Surroundings.Ids;
import dev.adit.pci.Surroundings.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/** Reads functions from sysfs: that of this machine, a copy, or a capture. */
public final class SysfsReader {
  /** Where functions are in a tree that begins at the root. */
  static final String DEVICES = "sys/bus/pci/devices";

  private SysfsReader() {}

  /**
   * {@return the functions in a tree that begins at the root, by address}
   *
   * @param wanted by address; files of others are not opened
   */
  public static List<SeenFunction> read(FileTree tree, Predicate<PciAddress> wanted) {
    return read(tree, DEVICES, wanted);
  }

  /**
   * {@return the functions in the tree, by address}
   *
   * @param devices the folder of all functions
   * @param wanted by address; files of others are not opened
   */
  public static List<SeenFunction> read(
      FileTree tree, String devices, Predicate<PciAddress> wanted) {
    List<SeenFunction> functions = new ArrayList<>();
    for (String name : tree.list(devices)) {
      PciAddress.parse(name)
          .filter(wanted)
          .ifPresent(address -> functions.add(function(tree, devices + "/" + name, address)));
    }
    functions.sort((a, b) -> a.address().compareTo(b.address()));
    return functions;
  }

  private static SeenFunction function(FileTree tree, String folder, PciAddress address) {
    byte[] config = tree.read(folder + "/config").orElse(new byte[0]);
    return SeenFunction.of(address, ConfigSpace.of(config), surroundings(tree, folder));
  }

  private static Optional<Ids> ids(FileTree tree, String folder) {
    long vendor = number(tree, folder + "/vendor");
    long device = number(tree, folder + "/device");
    return vendor < 0 || vendor > 0xffff || device < 0 || device > 0xffff
        ? Optional.empty()
        : Optional.of(new Ids((int) vendor, (int) device));
  }

  private static long number(FileTree tree, String path) {
    try {
      return tree.text(path).map(Long::decode).orElse(-1L);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static Surroundings surroundings(FileTree tree, String folder) {
    return new Surroundings(
        ids(tree, folder),
        name(tree, folder + "/driver"),
        name(tree, folder + "/iommu_group").map(SysfsReader::group).orElse(OptionalInt.empty()),
        node(number(tree, folder + "/numa_node")),
        name(tree, folder + "/physfn").flatMap(PciAddress::parse),
        tree.text(folder + "/resource").map(SysfsReader::resources).orElse(List.of()));
  }

  private static OptionalInt node(long number) {
    return number >= 0 && number <= Integer.MAX_VALUE
        ? OptionalInt.of((int) number)
        : OptionalInt.empty();
  }

  private static OptionalInt group(String name) {
    try {
      return node(Long.parseLong(name));
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  /** {@return the last part of where a link leads} */
  private static Optional<String> name(FileTree tree, String path) {
    return tree.link(path)
        .map(target -> target.substring(target.lastIndexOf('/') + 1))
        .filter(name -> !name.isEmpty());
  }

  private static List<Resource> resources(String text) {
    List<Resource> resources = new ArrayList<>();
    for (String line : text.split("\n")) {
      String[] parts = line.strip().split(" ");
      try {
        long start = parseHex(parts[0]);
        long end = parts.length > 1 ? parseHex(parts[1]) : 0;
        resources.add(new Resource(start, end == 0 ? 0 : end - start + 1));
      } catch (NumberFormatException e) {
        resources.add(new Resource(0, 0));
      }
    }
    return resources;
  }

  private static long parseHex(String text) {
    if (!text.startsWith("0x")) {
      throw new NumberFormatException(text);
    }
    return Long.parseUnsignedLong(text, 2, text.length(), 16);
  }
}
