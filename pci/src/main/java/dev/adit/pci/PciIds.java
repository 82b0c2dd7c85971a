package dev.adit.pci;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Names of vendors, devices and classes from the system's pci.ids. The file is read at the first
 * question, and of it only the blocks that are asked for; what it lacks and Adit knows is in a
 * small list of our own. Not for use by several threads.
 */
public final class PciIds {
  private static final List<String> PLACES =
      List.of(
          "/usr/share/misc/pci.ids",
          "/usr/share/hwdata/pci.ids",
          "/usr/share/pci.ids",
          "/usr/local/share/pci.ids");

  /** Functions this tool is about that older files do not name. */
  private static final Map<Integer, String> OVERLAY =
      Map.of(
          0x8086_0b25, "Data Streaming Accelerator (DSA)",
          0x8086_0cfe, "In-Memory Analytics Accelerator (IAA)",
          0x8086_11fb, "Data Streaming Accelerator (DSA)",
          0x8086_1212, "Data Streaming Accelerator (DSA)",
          0x8086_1216, "In-Memory Analytics Accelerator (IAA)",
          0x8086_2710, "Dynamic Load Balancer 2.0 (DLB)",
          0x8086_1452, "Infrastructure Data Path Function (IDPF)");

  private final Optional<Path> file;
  private byte[] text = {};
  private boolean loaded;
  private final Map<Integer, Integer> vendorLines = new HashMap<>();
  private final Map<Integer, Integer> classLines = new HashMap<>();

  private PciIds(Optional<Path> file) {
    this.file = file;
  }

  /** {@return the names of the system's file, if there is one} */
  public static PciIds ofSystem() {
    return new PciIds(PLACES.stream().map(Path::of).filter(Files::isReadable).findFirst());
  }

  /** {@return the names of a file} */
  public static PciIds of(Path file) {
    return new PciIds(Optional.of(file));
  }

  /** {@return the name of a vendor} */
  public Optional<String> vendor(int vendor) {
    load();
    return Optional.ofNullable(vendorLines.get(vendor)).map(at -> rest(at, 6));
  }

  /** {@return the name of a device} */
  public Optional<String> device(int vendor, int device) {
    load();
    Optional<String> listed =
        Optional.ofNullable(vendorLines.get(vendor)).flatMap(at -> below(at, device, 4));
    return listed.isPresent() ? listed : Optional.ofNullable(OVERLAY.get((vendor << 16) | device));
  }

  /** {@return the name of a class of 16 bits, or of its base class if only that has one} */
  public Optional<String> deviceClass(int classId) {
    load();
    Optional<Integer> line = Optional.ofNullable(classLines.get(classId >>> 8));
    Optional<String> sub = line.flatMap(at -> below(at, classId & 0xff, 2));
    return sub.isPresent() ? sub : line.map(at -> rest(at, 6));
  }

  private void load() {
    if (loaded) {
      return;
    }
    loaded = true;
    try {
      text = file.isPresent() ? Files.readAllBytes(file.get()) : text;
    } catch (IOException e) {
      return; // Names are a nicety: numbers do.
    }
    for (int at = 0; at < text.length; at = next(at)) {
      int vendor = hex(at, 4);
      if (vendor >= 0) {
        vendorLines.putIfAbsent(vendor, at);
      } else if (text[at] == 'C' && hex(at + 2, 2) >= 0) {
        classLines.putIfAbsent(hex(at + 2, 2), at);
      }
    }
  }

  /** Finds the name of a line with one tab in the block after the line {@code at}. */
  private Optional<String> below(int at, int id, int digits) {
    for (int line = next(at); line < text.length; line = next(line)) {
      if (text[line] == '#') {
        continue;
      }
      if (text[line] != '\t') {
        return Optional.empty();
      }
      if (hex(line + 1, digits) == id) {
        return Optional.of(rest(line, 1 + digits + 2));
      }
    }
    return Optional.empty();
  }

  private int next(int at) {
    int end = at;
    while (end < text.length && text[end] != '\n') {
      end++;
    }
    return end + 1;
  }

  private String rest(int line, int skip) {
    int from = Math.min(line + skip, text.length);
    int to = Math.min(Math.max(from, next(line) - 1), text.length);
    return new String(text, from, to - from, StandardCharsets.UTF_8);
  }

  private int hex(int at, int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = at + i < text.length ? Character.digit(text[at + i], 16) : -1;
      if (digit < 0) {
        return -1;
      }
      value = (value << 4) | digit;
    }
    return value;
  }
}
