package dev.adit.cli.inspect;

import dev.adit.pci.PciAddress;
import dev.adit.pci.PciIds;
import dev.adit.pci.SeenFunction;
import java.util.HashMap;
import java.util.Map;

/**
 * How functions are called: by name, by number, or both.
 *
 * @param ids the names
 * @param numbers 0 names, 1 numbers, 2 both
 * @param domains show the domain even where it is 0
 * @param devices names found so far, by vendor and device
 * @param classes names found so far
 */
record InspectNames(
    PciIds ids,
    int numbers,
    boolean domains,
    Map<Integer, String> devices,
    Map<Integer, String> classes) {
  private static final int NONE = 0xffff;

  InspectNames(PciIds ids, int numbers, boolean domains) {
    this(ids, numbers, domains, new HashMap<>(), new HashMap<>());
  }

  String address(PciAddress address) {
    return domains || address.domain() != 0 ? address.toString() : address.local();
  }

  String deviceClass(SeenFunction function) {
    if (!function.classKnown()) {
      return function.origin().className().isPresent()
          ? function.origin().className().get()
          : numbers == 1 ? "????" : "Unknown class";
    }
    return classes.computeIfAbsent(function.classId(), this::className);
  }

  private String className(int id) {
    String number = hex4(id);
    return numbers == 1
        ? number
        : ids.deviceClass(id).orElse("Class " + number) + (numbers > 1 ? " [" + number + "]" : "");
  }

  /** {@return vendor and device} */
  String device(SeenFunction function) {
    if (function.vendor() == NONE && function.origin().name().isPresent()) {
      return function.origin().name().get();
    }
    int both = (function.vendor() << 16) | function.device();
    return devices.computeIfAbsent(both, key -> deviceName(key >>> 16, key & 0xffff));
  }

  private String deviceName(int vendor, int device) {
    String number = hex4(vendor) + ":" + hex4(device);
    if (numbers == 1) {
      return number;
    }
    String name =
        ids.vendor(vendor).orElse("Vendor " + hex4(vendor))
            + " "
            + ids.device(vendor, device).orElse("Device " + hex4(device));
    return numbers > 1 ? name + " [" + number + "]" : name;
  }

  /** {@return vendor and device by number, "?" where a text tells names only} */
  static String ids(SeenFunction function) {
    return function.config().told() && function.vendor() == NONE
        ? "?"
        : hex4(function.vendor()) + ":" + hex4(function.device());
  }

  static String hex4(int value) {
    return hex(value, 4);
  }

  static String hex(long value, int digits) {
    String text = Long.toHexString(value);
    return "0".repeat(Math.max(0, digits - text.length())) + text;
  }
}
