package dev.adit.cli.inspect;

import dev.adit.pci.PciAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The outside judge: lspci, and what it prints about a dump, cut into pieces to look things up. */
public final class Lspci {
  /** What lspci prints of a capability (or of the header), by the label at the start of a line. */
  record Section(Map<String, String> registers) {
    /** {@return what a line says that begins with a register's name; "" if there is none} */
    String register(String name) {
      return registers.getOrDefault(name, "");
    }

    String all() {
      return String.join(" ", registers.values());
    }
  }

  /** Sections by offset; the header is at 0. */
  record Function(Map<Integer, Section> sections) {
    /** {@return what is printed of the capability at an offset} */
    Section section(int offset) {
      return Objects.requireNonNull(sections.get(offset), () -> "no capability at " + offset);
    }
  }

  private static final Pattern CAPABILITY =
      Pattern.compile("\tCapabilities: \\[([0-9a-f]+)(?: v\\d+)?] (.*)");
  private static final Pattern LABEL = Pattern.compile("\t{1,2}([A-Za-z][\\w ]*):\\s*(.*)");

  private Lspci() {}

  /** {@return how to call the newest lspci here: that of the prepared guest, else the system's} */
  static Optional<List<String>> command() {
    String cache = System.getenv("XDG_CACHE_HOME");
    Path home = cache == null ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
    Path root = home.resolve("adit/guest/root");
    Path lib = root.resolve("usr/lib/x86_64-linux-gnu");
    if (Files.isExecutable(root.resolve("usr/bin/lspci"))) {
      return Optional.of(
          List.of(
              lib.resolve("ld-linux-x86-64.so.2").toString(),
              "--library-path",
              lib.toString(),
              root.resolve("usr/bin/lspci").toString()));
    }
    return Files.isExecutable(Path.of("/usr/bin/lspci"))
        ? Optional.of(List.of("/usr/bin/lspci"))
        : Optional.empty();
  }

  /** {@return a dump as lspci -xxxx prints it} */
  static String dump(Map<PciAddress, byte[]> functions) {
    StringBuilder text = new StringBuilder();
    functions.forEach(
        (address, bytes) -> {
          text.append(address.local()).append(" Class: Device\n");
          for (int at = 0; at < bytes.length; at += 16) {
            String hex =
                HexFormat.ofDelimiter(" ").formatHex(bytes, at, Math.min(at + 16, bytes.length));
            text.append("%02x: %s\n".formatted(at, hex));
          }
          text.append('\n');
        });
    return text.toString();
  }

  static String run(List<String> lspci, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(lspci);
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** {@return the version that a program prints, as in 313 for 3.13; 0 if none} */
  public static int version(List<String> program) {
    try {
      Matcher version =
          Pattern.compile("version (\\d+)\\.(\\d+)").matcher(run(program, "--version"));
      return version.find()
          ? Integer.parseInt(version.group(1)) * 100 + Integer.parseInt(version.group(2))
          : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  static Map<PciAddress, Function> parse(String text) {
    Map<PciAddress, Function> functions = new TreeMap<>();
    Map<String, String> section = new LinkedHashMap<>();
    Map<Integer, Section> sections = new TreeMap<>();
    String label = "";
    for (String line : text.split("\n")) {
      Matcher capability = CAPABILITY.matcher(line);
      Matcher labelled = LABEL.matcher(line);
      if (!line.startsWith("\t")) {
        Optional<PciAddress> address = PciAddress.parse(line.split(" ")[0]);
        if (address.isPresent()) {
          section = new LinkedHashMap<>();
          sections = new TreeMap<>(Map.of(0, new Section(section)));
          functions.put(address.get(), new Function(sections));
        }
        label = "";
      } else if (capability.matches()) {
        section = new LinkedHashMap<>(Map.of("", capability.group(2)));
        sections.put(Integer.parseInt(capability.group(1), 16), new Section(section));
        label = "";
      } else if (labelled.matches()) {
        label = labelled.group(1);
        section.merge(label, labelled.group(2), (a, b) -> a + " " + b);
      } else {
        section.merge(label, line.strip(), (a, b) -> a + " " + b);
      }
    }
    return functions;
  }
}
