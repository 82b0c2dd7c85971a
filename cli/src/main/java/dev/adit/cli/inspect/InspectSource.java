package dev.adit.cli.inspect;

import dev.adit.pci.FileTree;
import dev.adit.pci.PciAddress;
import dev.adit.pci.PciException;
import dev.adit.pci.SeenFunction;
import dev.adit.pci.SysfsReader;
import dev.adit.pci.lspci.LspciReader;
import dev.adit.platform.gather.Capture;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Where functions are read from. */
sealed interface InspectSource {
  /** {@return its name for titles and messages} */
  String name();

  /**
   * {@return its functions}
   *
   * @throws PciException if it cannot be read
   */
  List<SeenFunction> read(Predicate<PciAddress> wanted);

  /** {@return the sources that the options name; the running machine if they name none} */
  static List<InspectSource> of(
      CommandSpec spec, @Nullable Path sysfs, @Nullable Path dump, List<Path> captures) {
    int kinds = (sysfs == null ? 0 : 1) + (dump == null ? 0 : 1) + (captures.isEmpty() ? 0 : 1);
    if (kinds > 1) {
      throw new ParameterException(spec.commandLine(), "Only one of --sysfs, -F and captures");
    }
    if (dump != null) {
      return List.of(new Dump(dump));
    }
    if (sysfs != null) {
      return List.of(new Tree(sysfs));
    }
    if (captures.isEmpty()) {
      return List.of(new Tree(Path.of("/")));
    }
    List<InspectSource> sources = new ArrayList<>();
    captures.forEach(
        file -> sources.add(Files.isDirectory(file) ? new Tree(file) : new Captured(file)));
    return sources;
  }

  /** A folder with sys in it (the root of the machine is one), or a copy of sys itself. */
  record Tree(Path root) implements InspectSource {
    @Override
    public String name() {
      return root.toString();
    }

    @Override
    public List<SeenFunction> read(Predicate<PciAddress> wanted) {
      if (!Files.isDirectory(root)) {
        throw new PciException(name(), "no such folder");
      }
      FileTree tree = FileTree.directory(root);
      if (tree.exists("sys/bus/pci")) {
        return SysfsReader.read(tree, wanted);
      }
      if (tree.exists("bus/pci")) {
        return SysfsReader.read(tree, "bus/pci/devices", wanted);
      }
      if (root.equals(Path.of("/"))) {
        return List.of(); // A machine without PCI.
      }
      throw new PciException(name(), "has no sys/bus/pci/devices in it");
    }
  }

  /** A file that {@code adit capture} wrote. */
  record Captured(Path file) implements InspectSource {
    @Override
    public String name() {
      return file.toString();
    }

    @Override
    public List<SeenFunction> read(Predicate<PciAddress> wanted) {
      return SysfsReader.read(Capture.read(file), wanted);
    }
  }

  /** A file with output of lspci. */
  record Dump(Path file) implements InspectSource {
    private static final String STDIN = "-";
    private static final int MOST_BYTES = 256 << 20;

    @Override
    public String name() {
      return file.toString();
    }

    @Override
    public List<SeenFunction> read(Predicate<PciAddress> wanted) {
      try (InputStream in = name().equals(STDIN) ? System.in : Files.newInputStream(file)) {
        byte[] text = in.readNBytes(MOST_BYTES + 1);
        if (text.length > MOST_BYTES) {
          throw new PciException(name(), "larger than 256 MiB, which no output of lspci is");
        }
        return LspciReader.read(name(), text, wanted);
      } catch (NoSuchFileException e) {
        throw new PciException(name(), "there is no such file");
      } catch (IOException e) {
        throw new PciException(name(), "cannot be read: " + e.getClass().getSimpleName());
      }
    }
  }
}
