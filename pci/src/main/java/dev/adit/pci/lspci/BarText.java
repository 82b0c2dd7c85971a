package dev.adit.pci.lspci;

import dev.adit.pci.Surroundings;
import dev.adit.pci.Surroundings.Resource;
import dev.adit.pci.lspci.Section.Part;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Base address registers as lspci prints them. */
final class BarText {
  private static final Pattern REGION = Pattern.compile("Region ([0-6]): (.*)", Pattern.DOTALL);
  private static final Pattern WHERE =
      Pattern.compile(
          "(Memory|I/O ports|Expansion ROM) at (?:([0-9a-f]{1,16})\\b|<(unassigned|ignored)>)");
  private static final Pattern SIZE = Pattern.compile("\\[size=(\\d{1,15})([KMGT]?)]");

  private BarText() {}

  /** Takes "Region 0: ..." lines of a section as registers from an offset on. */
  static void tell(Section section, int at, ToldBits told) {
    for (Map.Entry<String, Part> entry : section.parts().entrySet()) {
      Matcher region = REGION.matcher(entry.getValue().text);
      if (region.lookingAt()) {
        int index = Integer.parseInt(region.group(1));
        register(region.group(2), at + 4 * index, index < 5, told, entry.getValue().line);
      }
    }
  }

  private static void register(String text, int at, boolean mayBeWide, ToldBits told, int line) {
    Matcher where = WHERE.matcher(text);
    if (!where.lookingAt() || "ignored".equals(where.group(3))) {
      return;
    }
    long address = where.group(2) == null ? 0 : Long.parseUnsignedLong(where.group(2), 16);
    if (where.group(1).equals("I/O ports")) {
      told.word(at, ((int) address & ~3) | 1, line);
      return;
    }
    boolean wide = text.contains("(64-bit");
    int type = wide ? 4 : text.contains("(low-1M") ? 2 : 0;
    int prefetchable = text.contains(" prefetchable)") ? 8 : 0;
    told.word(at, ((int) address & ~0xf) | type | prefetchable, line);
    if (wide && mayBeWide) {
      told.word(at + 4, (int) (address >>> 32), line);
    }
  }

  /** Takes the sizes of a header's regions and ROM. */
  static void sizes(Section section, Resource[] resources) {
    for (Part part : section.parts().values()) {
      Matcher region = REGION.matcher(part.text);
      if (region.lookingAt()) {
        int index = Integer.parseInt(region.group(1));
        size(part.text).ifPresent(size -> resources[index] = new Resource(0, size));
      }
    }
  }

  /**
   * Takes the ROM's address and size, from a line such as "Expansion ROM at fe000000 [disabled]
   * [size=64K]".
   */
  static void rom(String text, int at, ToldBits told, Resource[] resources, int line) {
    Matcher where = WHERE.matcher(text);
    if (!where.lookingAt() || "ignored".equals(where.group(3))) {
      return;
    }
    long address = where.group(2) == null ? 0 : Long.parseUnsignedLong(where.group(2), 16);
    told.word(at, ((int) address & ~0x7ff) | (text.contains("[disabled]") ? 0 : 1), line);
    size(text).ifPresent(size -> resources[Surroundings.ROM] = new Resource(0, size));
  }

  private static OptionalLong size(CharSequence text) {
    Matcher size = SIZE.matcher(text);
    if (!size.find()) {
      return OptionalLong.empty();
    }
    int unit = size.group(2).isEmpty() ? 0 : 1 + "KMGT".indexOf(size.group(2));
    long count = Long.parseLong(size.group(1));
    return count > Long.MAX_VALUE >>> (10 * unit)
        ? OptionalLong.empty()
        : OptionalLong.of(count << (10 * unit));
  }
}
