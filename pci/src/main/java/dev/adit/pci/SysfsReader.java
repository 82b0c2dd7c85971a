package dev.adit.pci;

import dev.adit.pci.Surroundings.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/** Reads functions from sysfs: that of this machine, a copy, or a capture. */
public final class SysfsReader {
  private static final String DEVICES = "sys/bus/pci/devices";

  private SysfsReader() {}

  /**
   * {@return the functions in the tree, by address}
   *
   * @param wanted by address; files of others are not opened
   */
  public static List<SeenFunction> read(FileTree tree, Predicate<PciAddress> wanted) {
    List<SeenFunction> functions = new ArrayList<>();
    for (String name : tree.list(DEVICES)) {
      PciAddress.parse(name)
          .filter(wanted)
          .ifPresent(address -> functions.add(read(tree, DEVICES + "/" + name, address)));
    }
    functions.sort((a, b) -> a.address().compareTo(b.address()));
    return functions;
  }

  private static SeenFunction read(FileTree tree, String folder, PciAddress address) {
    byte[] config = tree.read(folder + "/config").orElseGet(() -> identity(tree, folder));
    return SeenFunction.of(address, ConfigSpace.of(config), surroundings(tree, folder));
  }

  /** {@return the bytes that the other files of a function tell when its space is not readable} */
  private static byte[] identity(FileTree tree, String folder) {
    long vendor = number(tree, folder + "/vendor");
    long device = number(tree, folder + "/device");
    return vendor < 0 || device < 0
        ? new byte[0]
        : new byte[] {(byte) vendor, (byte) (vendor >>> 8), (byte) device, (byte) (device >>> 8)};
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
