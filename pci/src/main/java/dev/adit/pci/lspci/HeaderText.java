package dev.adit.pci.lspci;

import dev.adit.pci.Origin;
import dev.adit.pci.Surroundings;
import dev.adit.pci.Surroundings.Ids;
import dev.adit.pci.Surroundings.Resource;
import dev.adit.pci.lspci.Section.Part;
import dev.adit.pci.spec.Bridge;
import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Header;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The line with the address and those up to the first capability. */
final class HeaderText {
  /** What is held against the bytes where there are both. */
  static final List<Field> COMPARED = Header.LAYOUT.fields();

  private static final Pattern IDS = Pattern.compile("\\[([0-9a-f]{4}):([0-9a-f]{4})]");
  private static final Pattern NUMBERS =
      Pattern.compile("^([0-9a-f]{4}): ([0-9a-f]{4}):([0-9a-f]{4})\\b");
  private static final Pattern CLASS = Pattern.compile("^[^:\\[\"]{1,80} \\[([0-9a-f]{4})]:? ");
  private static final Pattern NAMES =
      Pattern.compile("^([^:\"]{1,80}): (.*?)(?: \\(rev .*)?(?: \\(prog-if .*)?$");
  private static final Pattern REVISION = Pattern.compile("\\(rev ([0-9a-f]{2})");
  private static final Pattern INTERFACE = Pattern.compile("prog-if ([0-9a-f]{2})\\b");
  private static final Pattern BRACKETS = Pattern.compile("(?:^|\\[)([0-9a-f]{4})]?$");
  private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"|-([rp])([0-9a-f]{2})\\b");
  private static final Pattern PAIR =
      Pattern.compile(
          "^\\s*(Class|Vendor|Device|SVendor|SDevice|Rev|ProgIf|Driver|NUMANode|IOMMUGroup):\\s+(.*)$");
  private static final Pattern SUBSYSTEM =
      Pattern.compile("(?:^Subsystem: |\\[)([0-9a-f]{4}):([0-9a-f]{4})\\b");
  private static final Pattern LATENCY = Pattern.compile("Latency: (\\d{1,3})\\b");
  private static final Pattern CACHE_LINE = Pattern.compile("Cache Line Size: (\\d{1,4}) bytes");
  private static final Pattern PIN = Pattern.compile("pin ([A-D]) ");
  private static final Pattern FLAG_GROUP = Pattern.compile("IOMMU group (\\d+)");
  private static final Pattern FLAG_NODE = Pattern.compile("NUMA node (\\d+)");

  private final Section section;
  private final int line;
  private final Resource[] resources = new Resource[Surroundings.ROM + 1];
  private final Map<String, Integer> facts = new HashMap<>();
  private final Map<String, String> pairs = new HashMap<>();
  private Optional<Ids> ids = Optional.empty();
  private Optional<String> driver = Optional.empty();
  private OptionalInt group = OptionalInt.empty();
  private OptionalInt node = OptionalInt.empty();
  private Optional<String> className = Optional.empty();
  private Optional<String> name = Optional.empty();

  HeaderText(String title, int line) {
    this.section = new Section(title, line);
    this.line = line;
    Arrays.fill(resources, new Resource(0, 0));
  }

  /** {@return whether nothing follows the first line} */
  boolean isBare() {
    return section.parts().size() == 1 && pairs.isEmpty() && facts.isEmpty();
  }

  void add(String text, int number) {
    Matcher pair = section.title().isEmpty() ? PAIR.matcher(text) : null;
    if (pair != null && pair.matches()) {
      pairs.putIfAbsent(pair.group(1), pair.group(2).strip());
      pairKernel(pair.group(1), pair.group(2).strip(), number);
      return;
    }
    section.add(text, number);
  }

  private void pairKernel(String label, String value, int number) {
    switch (label) {
      case "Driver" -> kernel("Kernel driver in use", value, number);
      case "NUMANode" -> kernel("NUMA node", value, number);
      case "IOMMUGroup" -> kernel("IOMMU group", value, number);
      default -> {
        // Told with the header.
      }
    }
  }

  /** Takes what the kernel says. */
  void kernel(String label, String value, int number) {
    switch (label) {
      case "Kernel driver in use" -> {
        driver = Optional.of(value);
        facts.put("driver", number);
      }
      case "IOMMU group" -> {
        group = number(value);
        facts.put("iommuGroup", number);
      }
      case "NUMA node" -> {
        node = number(value);
        facts.put("numaNode", number);
      }
      default -> {
        // Modules are of no use to us.
      }
    }
  }

  private static OptionalInt number(String text) {
    try {
      return OptionalInt.of(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  Surroundings surroundings() {
    return new Surroundings(ids, driver, group, node, Optional.empty(), List.of(resources));
  }

  Origin origin(Origin.Kind kind, int at, Map<Integer, Integer> lines) {
    return new Origin(kind, at, lines, facts, className, name);
  }

  /** Writes what was told. */
  void tell(ToldBits told) {
    title(told);
    boolean bridge = section.parts().containsKey("Bus");
    boolean body = section.parts().size() > 1;
    if (body && !section.title().isEmpty()) {
      told.set(Header.HEADER_TYPE, 0, type(told), line);
    }
    control(told, "Control", Header.LAYOUT.fields());
    control(told, "Status", Header.LAYOUT.fields());
    if (bridge) {
      bridge(told);
    }
    lines(told, bridge);
    flags(told);
    BarText.tell(section, Header.BAR0, told);
    BarText.sizes(section, resources);
  }

  private int type(ToldBits told) {
    if (!section.parts().containsKey("Bus")) {
      return 0;
    }
    boolean cardBus =
        told.config().visible(Header.CLASS, 0) && told.config().header(Header.CLASS) == 0x0607;
    boolean windows =
        section.parts().keySet().stream().anyMatch(label -> label.startsWith("Memory window"));
    return cardBus || windows ? 2 : 1;
  }

  private void title(ToldBits told) {
    String title = section.title();
    if (title.isEmpty()) {
      machine(told);
    } else if (title.startsWith("\"")) {
      quoted(title);
      machine(told);
    } else {
      people(title, told);
    }
  }

  /** Text for people: names, numbers or both. */
  private void people(String title, ToldBits told) {
    Matcher numbers = NUMBERS.matcher(title);
    if (numbers.find()) {
      told.set(Header.CLASS, 0, hex(numbers.group(1)), line);
      ids(hex(numbers.group(2)), hex(numbers.group(3)), told, line);
    } else {
      Matcher classes = CLASS.matcher(title);
      if (classes.find()) {
        told.set(Header.CLASS, 0, hex(classes.group(1)), line);
      }
      Matcher both = IDS.matcher(title);
      if (both.find()) {
        ids(hex(both.group(1)), hex(both.group(2)), told, line);
      }
      Matcher names = NAMES.matcher(title);
      if (names.matches()) {
        className = Optional.of(names.group(1));
        name = Optional.of(names.group(2));
      }
    }
    find(REVISION, title).ifPresent(value -> told.set(Header.REVISION_ID, 0, hex(value), line));
    find(INTERFACE, title)
        .ifPresent(value -> told.set(Header.PROGRAMMING_INTERFACE, 0, hex(value), line));
  }

  /** -mm: class, vendor, device, options, subsystem. */
  private void quoted(String title) {
    List<String> words = new ArrayList<>();
    Matcher matcher = QUOTED.matcher(title);
    while (matcher.find() && words.size() < 8) {
      if (matcher.group(2) != null) {
        pairs.put(matcher.group(2).equals("r") ? "Rev" : "ProgIf", matcher.group(3));
      } else {
        words.add(matcher.group(1));
      }
    }
    List<String> labels = List.of("Class", "Vendor", "Device", "SVendor", "SDevice");
    for (int i = 0; i < Math.min(labels.size(), words.size()); i++) {
      pairs.put(labels.get(i), words.get(i));
    }
  }

  /** -vmm and -mm: numbers are alone or in brackets at the end. */
  private void machine(ToldBits told) {
    pair("Class").ifPresent(value -> told.set(Header.CLASS, 0, value, line));
    OptionalInt vendor = pair("Vendor");
    OptionalInt device = pair("Device");
    if (vendor.isPresent() && device.isPresent()) {
      ids(vendor.getAsInt(), device.getAsInt(), told, line);
    }
    OptionalInt owner = pair("SVendor");
    OptionalInt model = pair("SDevice");
    if (owner.isPresent() && model.isPresent()) {
      told.set(Header.SUBSYSTEM_VENDOR_ID, 0, owner.getAsInt(), line);
      told.set(Header.SUBSYSTEM_ID, 0, model.getAsInt(), line);
    }
    byteOf("Rev").ifPresent(value -> told.set(Header.REVISION_ID, 0, value, line));
    byteOf("ProgIf").ifPresent(value -> told.set(Header.PROGRAMMING_INTERFACE, 0, value, line));
    className = Optional.ofNullable(pairs.get("Class"));
    String both = pairs.getOrDefault("Vendor", "") + " " + pairs.getOrDefault("Device", "");
    name = both.isBlank() ? Optional.empty() : Optional.of(both.strip());
  }

  private OptionalInt pair(String label) {
    Matcher number = BRACKETS.matcher(pairs.getOrDefault(label, ""));
    return number.find() ? OptionalInt.of(hex(number.group(1))) : OptionalInt.empty();
  }

  private OptionalInt byteOf(String label) {
    String text = pairs.getOrDefault(label, "");
    return text.matches("[0-9a-f]{2}") ? OptionalInt.of(hex(text)) : OptionalInt.empty();
  }

  private void ids(int vendor, int device, ToldBits told, int at) {
    ids = Optional.of(new Ids(vendor, device));
    told.set(Header.VENDOR_ID, 0, vendor, at);
    told.set(Header.DEVICE_ID, 0, device, at);
  }

  private void control(ToldBits told, String label, List<Field> fields) {
    Part part = section.parts().get(label);
    if (part == null) {
      return;
    }
    String text = part.text.substring(label.length() + 1);
    for (Field field : fields) {
      if (field.register().name().equals(label)) {
        OptionalLong value = FieldText.value(field, text);
        value.ifPresent(number -> told.set(field, 0, number, part.line));
      }
    }
  }

  private void bridge(ToldBits told) {
    control(told, "Secondary status", Bridge.LAYOUT.fields());
    control(told, "BridgeCtl", Bridge.LAYOUT.fields());
    Part buses = section.parts().get("Bus");
    if (buses == null) {
      return;
    }
    for (Field field : Bridge.LAYOUT.fields()) {
      if (field.name().equals(field.register().name())) {
        FieldText.value(field, buses.text.toString())
            .ifPresent(number -> told.set(field, 0, number, buses.line));
      }
    }
  }

  private void lines(ToldBits told, boolean bridge) {
    for (Part part : section.parts().values()) {
      String text = part.text.toString();
      if (text.startsWith("Subsystem: ") && !bridge) {
        Matcher both = SUBSYSTEM.matcher(text);
        if (both.find()) {
          told.set(Header.SUBSYSTEM_VENDOR_ID, 0, hex(both.group(1)), part.line);
          told.set(Header.SUBSYSTEM_ID, 0, hex(both.group(2)), part.line);
        }
      } else if (text.startsWith("Latency: ")) {
        small(LATENCY, text).ifPresent(v -> told.set(Header.LATENCY_TIMER, 0, v, part.line));
        small(CACHE_LINE, text)
            .ifPresent(v -> told.set(Header.CACHE_LINE_SIZE, 0, v / 4, part.line));
      } else if (text.startsWith("Interrupt: ")) {
        find(PIN, text)
            .ifPresent(
                pin -> told.set(Header.INTERRUPT_PIN, 0, pin.charAt(0) - 'A' + 1, part.line));
      }
      int rom = text.indexOf("Expansion ROM at ");
      if (rom >= 0) {
        BarText.rom(text.substring(rom), bridge ? 0x38 : 0x30, told, resources, part.line);
      }
    }
  }

  /** "Flags: bus master, fast devsel, latency 0, IRQ 16, NUMA node 0, IOMMU group 5". */
  private void flags(ToldBits told) {
    Part part = section.parts().get("Flags");
    if (part == null) {
      return;
    }
    String text = part.text.toString();
    told.set(Header.BUS_MASTER, 0, text.contains("bus master") ? 1 : 0, part.line);
    find(FLAG_GROUP, text).ifPresent(value -> kernel("IOMMU group", value, part.line));
    find(FLAG_NODE, text).ifPresent(value -> kernel("NUMA node", value, part.line));
  }

  private static Optional<String> find(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private static OptionalInt small(Pattern pattern, String text) {
    Optional<String> found = find(pattern, text);
    return found.isPresent() ? OptionalInt.of(Integer.parseInt(found.get())) : OptionalInt.empty();
  }

  private static int hex(String digits) {
    return Integer.parseInt(digits, 16);
  }
}
