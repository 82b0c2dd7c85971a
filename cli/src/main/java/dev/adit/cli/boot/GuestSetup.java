package dev.adit.cli.boot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs {@code guest/setup.sh}, and knows the folder it lies in. */
public final class GuestSetup {
  private final Path folder;

  private GuestSetup(Path folder) {
    this.folder = folder;
  }

  /**
   * {@return the setup of this installation, which the launcher points to; started otherwise (by a
   * test), the working directory lies within the tree}
   */
  public static GuestSetup find() throws IOException {
    String home = System.getProperty("adit.home");
    Path start = Path.of(home != null ? home : "").toAbsolutePath();
    for (Path at = start; at != null; at = at.getParent()) {
      Path folder = at.resolve("guest");
      if (Files.exists(folder.resolve("setup.sh"))) {
        return new GuestSetup(folder);
      }
    }
    throw new IOException("the folder guest of Adit is not in " + start + " nor above it");
  }

  /** {@return the folder, which also holds the guest's scripts and the sources of the plugin} */
  Path folder() {
    return folder;
  }

  /** {@return a file of the folder, as its text} */
  public String text(String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }

  /**
   * Prepares what is missing; tells its progress on standard error.
   *
   * @param series kernel series such as 7.2; empty for the newest and the stable one
   * @return whether all is ready
   */
  boolean run(GuestFiles files, List<String> series) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(folder.resolve("setup.sh").toString()));
    series.forEach(s -> command.addAll(List.of("--kernel", s)));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("ADIT_GUEST_DIR", files.directory().toString());
    // Standard output is for the report alone.
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.redirectInput(Path.of("/dev/null").toFile());
    Process process = builder.start();
    try {
      return process.waitFor() == 0;
    } finally {
      process.destroy();
    }
  }

  /** {@return the sum of the reference driver's sources, as setup.sh makes it} */
  private String sum() throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", "cat \"$0\"/linux/* | cksum", folder.toString());
    builder.environment().put("LC_ALL", "C");
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String sum = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return sum.strip();
  }

  /**
   * {@return a kernel, which is prepared first if it is not there}
   *
   * @param series a series, or empty for the newest kernel
   * @param references whether the modules of the reference driver are needed, too
   */
  public GuestFiles.Kernel ready(GuestFiles files, Optional<String> series, boolean references)
      throws IOException, InterruptedException {
    Optional<GuestFiles.Kernel> found = files.kernel(series);
    boolean there =
        files.missing().isEmpty()
            && found.isPresent()
            && (!references || files.hasReferences(found.get(), sum()));
    if (!there && !run(files, series.stream().toList())) {
      throw new IOException("the guest could not be prepared; the lines above tell why");
    }
    return files
        .kernel(series)
        .orElseThrow(() -> new IOException("no kernel of series " + series.orElse("any")));
  }
}
