package dev.adit.pci;

import dev.adit.pci.Surroundings.Resource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * Reads what {@code lspci -x}, {@code -xxx} or {@code -xxxx} printed, with or without {@code -v}. A
 * function is a line that begins with its address; the lines "10: 86 80 …" after it are its bytes;
 * of the other lines, those on region sizes, driver, IOMMU group and NUMA node are used.
 */
public final class DumpReader {
  private final String file;
  private final byte[] text;
  private final Predicate<PciAddress> wanted;
  private final List<SeenFunction> functions = new ArrayList<>();
  private int line;
  private boolean inFunction;
  private Optional<PciAddress> current = Optional.empty();
  private byte[] config = new byte[EmulatedConfigSpace.SIZE];
  private int size;
  private boolean bytesSeen;
  private Details details = new Details();

  /** What the text around the bytes tells. */
  private static final class Details {
    Optional<String> driver = Optional.empty();
    OptionalInt group = OptionalInt.empty();
    OptionalInt node = OptionalInt.empty();
    final Resource[] resources = new Resource[Surroundings.ROM + 1];

    Details() {
      Arrays.fill(resources, new Resource(0, 0));
    }

    Surroundings surroundings() {
      return new Surroundings(
          Optional.empty(), driver, group, node, Optional.empty(), List.of(resources));
    }
  }

  private DumpReader(String file, byte[] text, Predicate<PciAddress> wanted) {
    this.file = file;
    this.text = text;
    this.wanted = wanted;
  }

  /**
   * {@return the functions in a dump, in its order}
   *
   * @param file its name for messages
   * @param wanted by address; others are skipped
   * @throws PciException if it is not a dump, with the line and the reason
   */
  public static List<SeenFunction> read(String file, byte[] text, Predicate<PciAddress> wanted) {
    return new DumpReader(file, text, wanted).run();
  }

  private List<SeenFunction> run() {
    int start = 0;
    while (start < text.length) {
      int end = start;
      while (end < text.length && text[end] != '\n') {
        end++;
      }
      line++;
      line(start, end > start && text[end - 1] == '\r' ? end - 1 : end);
      start = end + 1;
    }
    finish();
    if (!inFunction) {
      throw new PciException(file, "no function found; make the dump with 'lspci -xxxx' as root");
    }
    if (!bytesSeen) {
      throw new PciException(file, "no bytes found; make the dump with 'lspci -xxxx' as root");
    }
    return functions;
  }

  private void line(int start, int end) {
    int digits = 0;
    while (start + digits < end && hex(text[start + digits]) >= 0) {
      digits++;
    }
    int colon = start + digits;
    if (digits < 2 || colon >= end || text[colon] != ':') {
      describe(start, end);
    } else if (colon + 1 < end && text[colon + 1] == ' ' && digits <= 7) {
      bytes(start, colon, end);
    } else {
      address(start, end);
    }
  }

  private void address(int start, int end) {
    int space = start;
    while (space < end && text[space] != ' ') {
      space++;
    }
    String word = new String(text, start, space - start, StandardCharsets.ISO_8859_1);
    Optional<PciAddress> address = PciAddress.parse(word);
    if (address.isEmpty()) {
      throw new PciException(file, line, "'" + word + "' is not the address of a function");
    }
    finish();
    inFunction = true;
    current = address.filter(wanted);
    size = 0;
    details = new Details();
  }

  private void finish() {
    if (current.isPresent()) {
      ConfigSpace space = ConfigSpace.of(Arrays.copyOf(config, size));
      functions.add(SeenFunction.of(current.get(), space, details.surroundings()));
    }
    current = Optional.empty();
  }

  private void bytes(int start, int colon, int end) {
    if (!inFunction) {
      throw new PciException(file, line, "bytes before the address of a function");
    }
    bytesSeen = true;
    int offset = 0;
    for (int i = start; i < colon; i++) {
      offset = (offset << 4) | hex(text[i]);
    }
    if (offset != size) {
      throw new PciException(
          file, line, "offset %#x where %#x should follow".formatted(offset, size));
    }
    int at = colon + 1;
    while (at < end) {
      if (text[at] == ' ') {
        at++;
        continue;
      }
      int high = hex(text[at]);
      int low = at + 1 < end ? hex(text[at + 1]) : -1;
      if (high < 0 || low < 0 || (at + 2 < end && text[at + 2] != ' ')) {
        throw new PciException(file, line, "not a byte in column " + (at - start + 1));
      }
      if (size == config.length || size == offset + 16) {
        throw new PciException(file, line, "more bytes than fit");
      }
      config[size++] = (byte) (high << 4 | low);
      at += 2;
    }
  }

  /** Picks facts from the indented text of -v. */
  private void describe(int start, int end) {
    if (current.isEmpty() || start >= end || text[start] != '\t') {
      return;
    }
    String said = new String(text, start, end - start, StandardCharsets.UTF_8).strip();
    if (said.startsWith("Kernel driver in use: ")) {
      details.driver = Optional.of(said.substring(22));
    } else if (said.startsWith("IOMMU group: ")) {
      details.group = number(said, 13);
    } else if (said.startsWith("NUMA node: ")) {
      details.node = number(said, 11);
    } else if (said.startsWith("Region ") && said.length() > 8 && said.charAt(8) == ':') {
      region(said, said.charAt(7) - '0');
    } else if (said.startsWith("Expansion ROM at ")) {
      region(said, Surroundings.ROM);
    }
  }

  private void region(String said, int index) {
    int at = said.lastIndexOf("[size=");
    int close = said.indexOf(']', at);
    if (at < 0 || close < 0 || index < 0 || index > Surroundings.ROM) {
      return;
    }
    int unit = "KMGT".indexOf(said.charAt(close - 1));
    OptionalInt count = number(said.substring(at + 6, unit < 0 ? close : close - 1), 0);
    count.ifPresent(
        number -> details.resources[index] = new Resource(0, (long) number << (10 * (unit + 1))));
  }

  private static OptionalInt number(String text, int from) {
    try {
      return OptionalInt.of(Integer.parseUnsignedInt(text.substring(from)));
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  private static int hex(byte digit) {
    if (digit >= '0' && digit <= '9') {
      return digit - '0';
    }
    int lower = digit | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }
}
