package dev.adit.cli.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What {@code guest/setup.sh} has prepared for guests; that script names the files.
 *
 * @param directory where it is
 */
public record GuestFiles(Path directory) {
  /**
   * A guest kernel.
   *
   * @param release its full name, such as 7.2.12+deb13-amd64
   * @param image what QEMU loads
   * @param modules a cpio archive
   */
  public record Kernel(String release, Path image, Path modules) {
    /** {@return the modules of the reference driver, in the order in which they are loaded} */
    public List<Path> references() {
      return REFERENCES.stream().map(image::resolveSibling).toList();
    }

    /** {@return the module that sends pages through a compressor and back} */
    Path roundTrip() {
      return image.resolveSibling("adit_iaa.ko");
    }

    /** {@return whether this kernel is of a series such as 7.2} */
    boolean isOf(String series) {
      return release.equals(series)
          || (release.startsWith(series) && !Character.isDigit(release.charAt(series.length())));
    }
  }

  private static final List<String> REFERENCES = List.of("adit_ims.ko", "adit_dsa.ko");
  private static final Pattern NOT_DIGITS = Pattern.compile("[^0-9]+");

  /** {@return the files at the place that the script uses unless told otherwise} */
  public static GuestFiles standard() {
    String chosen = System.getenv("ADIT_GUEST_DIR");
    if (chosen != null && !chosen.isEmpty()) {
      return new GuestFiles(Path.of(chosen).toAbsolutePath());
    }
    String cache = System.getenv("XDG_CACHE_HOME");
    Path base =
        cache != null && !cache.isEmpty()
            ? Path.of(cache)
            : Path.of(System.getProperty("user.home"), ".cache");
    return new GuestFiles(base.resolve("adit").resolve("guest").toAbsolutePath());
  }

  /** {@return the program that starts QEMU} */
  public Path qemu() {
    return directory.resolve("qemu");
  }

  /** {@return the plugin for QEMU's translator} */
  public Path plugin() {
    return directory.resolve("movdir64b.so");
  }

  /** {@return the guest's user space, a cpio archive} */
  Path tools() {
    return directory.resolve("tools.cpio");
  }

  /** {@return the kernels that are ready, newest first} */
  List<Kernel> kernels() {
    Path kernels = directory.resolve("kernels");
    if (!Files.isDirectory(kernels)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(kernels)) {
      return folders
          .map(f -> String.valueOf(f.getFileName()))
          .filter(release -> done("kernel-" + release))
          .sorted(newestFirst())
          .map(release -> kernelIn(kernels.resolve(release), release))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Kernel kernelIn(Path folder, String release) {
    return new Kernel(release, folder.resolve("vmlinuz"), folder.resolve("modules.cpio"));
  }

  /** {@return the newest kernel that is ready, of a series if one is named} */
  Optional<Kernel> kernel(Optional<String> series) {
    return kernels().stream().filter(k -> series.map(k::isOf).orElse(true)).findFirst();
  }

  /**
   * {@return whether the reference driver was built for a kernel, from these sources}
   *
   * @param sum of the sources, as the script notes it
   */
  boolean hasReferences(Kernel kernel, String sum) throws IOException {
    String step = "ims-" + kernel.release();
    return done(step) && Files.readString(stamp(step)).startsWith(sum + " ");
  }

  /** {@return what is not ready, in words; empty if guests can boot} */
  List<String> missing() {
    List<String> missing = new ArrayList<>();
    if (!Files.isExecutable(qemu())) {
      missing.add("QEMU");
    }
    if (!done("plugin")) {
      missing.add("the MOVDIR64B plugin");
    }
    if (!done("tools")) {
      missing.add("the guest's tools");
    }
    if (kernels().isEmpty()) {
      missing.add("a kernel");
    }
    return missing;
  }

  private boolean done(String step) {
    return Files.exists(stamp(step));
  }

  private Path stamp(String step) {
    return directory.resolve("stamps").resolve(step);
  }

  private static Comparator<String> newestFirst() {
    return (a, b) -> Arrays.compare(numbers(b), numbers(a));
  }

  private static int[] numbers(String release) {
    return NOT_DIGITS
        .splitAsStream(release)
        .filter(n -> !n.isEmpty() && n.length() < 9)
        .mapToInt(Integer::parseInt)
        .toArray();
  }
}
