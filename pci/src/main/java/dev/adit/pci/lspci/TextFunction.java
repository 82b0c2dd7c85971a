package dev.adit.pci.lspci;

import dev.adit.pci.Capability;
import dev.adit.pci.CapabilityList;
import dev.adit.pci.ConfigSpace;
import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.Layouts;
import dev.adit.pci.Origin;
import dev.adit.pci.PciAddress;
import dev.adit.pci.SeenFunction;
import dev.adit.pci.Surroundings;
import dev.adit.pci.spec.CapabilityKey;
import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.SrIov;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One function of a text: collects its lines, then tells what they say. */
final class TextFunction {
  private static final Pattern CAPABILITY =
      Pattern.compile("^\\s*Capabilities: \\[([0-9a-f]{2,3})(?: v(\\d+))?] (.*)$");
  private static final Pattern LIST_END =
      Pattern.compile(
          "^\\s*(?:Capabilities: )?<(access denied|chain looped|chain broken|unreadable)>.*");
  private static final Pattern KERNEL =
      Pattern.compile("^\\s*(Kernel driver in use|Kernel modules|NUMA node|IOMMU group): *(.*)$");
  private static final int MOST_PROBLEMS = 20;

  private final PciAddress address;
  private final int line;
  private final HeaderText header;
  private final Map<Integer, Section> sections = new TreeMap<>();
  private final List<Integer> versions = new ArrayList<>();
  private final List<Integer> offsets = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final Map<Integer, Integer> rows = new TreeMap<>();
  private byte[] bytes = new byte[0];
  private int size;
  private boolean rowsBroken;

  TextFunction(PciAddress address, String title, int line) {
    this.address = address;
    this.line = line;
    this.header = new HeaderText(title, line);
  }

  /** Takes a row of bytes. */
  void row(int offset, String digits, int number) {
    if (rowsBroken) {
      return;
    }
    if (offset != size || offset > EmulatedConfigSpace.SIZE - 16) {
      rowsBroken = true;
      problem("line %d: bytes from %#x on where %#x should follow".formatted(number, offset, size));
      return;
    }
    bytes = bytes.length == 0 ? new byte[EmulatedConfigSpace.SIZE] : bytes;
    rows.put(offset, number);
    for (int at = 0; at + 2 <= digits.length(); at += 3) {
      bytes[size++] = (byte) Integer.parseInt(digits.substring(at, at + 2), 16);
    }
  }

  /** Takes a row that has something else among its bytes. */
  void badRow(int number, int column) {
    rowsBroken = true;
    problem("line %d: not a byte in column %d".formatted(number, column));
  }

  /** {@return whether nothing is known but an address} */
  boolean isBare() {
    return size == 0 && offsets.isEmpty() && header.isBare();
  }

  /** Takes a line of text. */
  void line(String text, int number) {
    Matcher end = LIST_END.matcher(text);
    if (end.matches()) {
      problem(
          "line %d: lspci says '%s' where capabilities should be".formatted(number, end.group(1)));
      return;
    }
    Matcher capability = CAPABILITY.matcher(text);
    if (capability.matches()) {
      int offset = Integer.parseInt(capability.group(1), 16);
      String version = capability.group(2);
      if (sections.putIfAbsent(offset, new Section(capability.group(3).strip(), number)) == null) {
        offsets.add(offset);
        versions.add(version == null || version.length() > 3 ? 0 : Integer.parseInt(version));
      }
      return;
    }
    Matcher kernel = KERNEL.matcher(text);
    if (kernel.matches()) {
      header.kernel(kernel.group(1), kernel.group(2).strip(), number);
    } else if (offsets.isEmpty()) {
      header.add(text, number);
    } else {
      Section section = sections.get(offsets.getLast());
      if (section != null) {
        section.add(text, number);
      }
    }
  }

  private void problem(String what) {
    if (problems.size() < MOST_PROBLEMS) {
      problems.add(what);
    }
  }

  /** {@return what all lines say} */
  SeenFunction seen() {
    ToldBits told = new ToldBits();
    header.tell(told);
    List<Capability> found = capabilities(told);
    Surroundings around = header.surroundings();
    if (size == 0) {
      CapabilityList list = new CapabilityList(found, problems, false, false, filtered(found));
      return new SeenFunction(
          address, told.config(), list, around, header.origin(Origin.Kind.TEXT, line, told.lines));
    }
    ConfigSpace space = ConfigSpace.of(Arrays.copyOf(bytes, size));
    CapabilityList walked = CapabilityList.of(space);
    disagreements(told.config(), space, found, walked);
    List<String> all = new ArrayList<>(walked.problems());
    all.addAll(problems);
    CapabilityList list =
        new CapabilityList(
            walked.capabilities(),
            all,
            walked.standardVisible(),
            walked.extendedVisible(),
            walked.filtered());
    return new SeenFunction(
        address, space, list, around, header.origin(Origin.Kind.BYTES, line, rows));
  }

  private static boolean filtered(List<Capability> found) {
    CapabilityKey none = CapabilityKey.extended(0);
    return found.stream()
        .anyMatch(c -> c.offset() == ConfigSpace.CONVENTIONAL && c.key().equals(none));
  }

  private List<Capability> capabilities(ToldBits told) {
    List<Capability> found = new ArrayList<>();
    for (int i = 0; i < offsets.size(); i++) {
      int offset = offsets.get(i);
      Section section = sections.get(offset);
      if (section == null) {
        continue;
      }
      Optional<CapabilityKey> key =
          CapabilityTitle.key(section.title(), offset >= ConfigSpace.CONVENTIONAL);
      if (key.isEmpty()) {
        problem(
            "line %d: no capability is called '%s'"
                .formatted(section.line(), brief(section.title())));
        continue;
      }
      Capability capability = new Capability(key.get(), offset, versions.get(i));
      found.add(capability);
      told.lines.put(offset, section.line());
      CapabilityText.tell(capability, section, told);
      if (key.get().equals(SrIov.KEY)) {
        BarText.tell(section, offset + SrIov.BAR0, told);
      }
    }
    return found;
  }

  private static String brief(String title) {
    return title.length() > 40 ? title.substring(0, 40) + "..." : title;
  }

  /** Names where text and bytes tell different things; the bytes are what counts. */
  private void disagreements(
      ConfigSpace text, ConfigSpace read, List<Capability> told, CapabilityList walked) {
    for (Capability capability : told) {
      boolean same =
          walked.capabilities().stream()
              .anyMatch(c -> c.offset() == capability.offset() && c.key().equals(capability.key()));
      if (!same && read.visible(capability.offset(), 1)) {
        problem(
            "the text has %s at %#x, the bytes have not"
                .formatted(capability.name(), capability.offset()));
        continue;
      }
      List<Field> fields = Layouts.fields(text, capability);
      disagreements(text, read, fields, capability.offset(), capability.name());
    }
    disagreements(text, read, HeaderText.COMPARED, 0, "the header");
  }

  private void disagreements(
      ConfigSpace text, ConfigSpace read, List<Field> fields, int base, String where) {
    for (Field field : fields) {
      boolean both = text.visible(field, base) && read.visible(field, base);
      if (both && text.get(field, base) != read.get(field, base)) {
        problem(
            "%s: the text says %s %s, the bytes say %s"
                .formatted(
                    where,
                    field.name(),
                    field.format().text(text.get(field, base)),
                    field.format().text(read.get(field, base))));
      }
    }
  }
}
