package dev.adit.cli.explain;

import dev.adit.cli.output.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code adit capture}: puts what Adit wants to know of a machine into one small tar. */
@Command(
    name = "capture",
    mixinStandardHelpOptions = true,
    description =
        "Captures this machine into one small tar, for 'inspect' and 'explain' elsewhere.",
    footer = {
      "",
      "Exit status: 0 done; 1 the capture could not be written; 2 wrong usage.",
      "",
      "Examples:",
      "  adit capture -o host.tar.gz",
      "  adit capture --script | ssh HOST sh -s -- -o - > HOST.tar    HOST needs no Java"
    })
public final class CaptureCommand implements Callable<Integer> {
  private static final String SCRIPT = "adit-capture.sh";

  @Spec private CommandSpec spec;

  @Option(names = "--script", description = "Print the script that captures, and do nothing else.")
  private boolean script;

  @Option(
      names = "-o",
      paramLabel = "FILE",
      description = "Where to write; '-' is standard output, a name in .gz is compressed.")
  private String file = "";

  @Option(names = "-n", paramLabel = "NAME", description = "The machine's name in the capture.")
  private String name = "";

  @Option(names = "--with-serials", description = "Keep serial numbers.")
  private boolean serials;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (script) {
      PrintWriter out = spec.commandLine().getOut();
      out.print(script());
      out.flush();
      return ExitCode.DONE;
    }
    // The script is the one way to capture, here as on hosts without Java.
    Path copy = Files.createTempFile("adit-capture", ".sh");
    try {
      Files.writeString(copy, script());
      List<String> command = new ArrayList<>(List.of("sh", copy.toString()));
      if (!file.isEmpty()) {
        command.addAll(List.of("-o", file));
      }
      if (!name.isEmpty()) {
        command.addAll(List.of("-n", name));
      }
      if (serials) {
        command.add("--with-serials");
      }
      return new ProcessBuilder(command).inheritIO().start().waitFor();
    } finally {
      Files.delete(copy);
    }
  }

  /** {@return the text of the script} */
  public static String script() {
    try (InputStream in = CaptureCommand.class.getResourceAsStream(SCRIPT)) {
      if (in == null) {
        throw new IllegalStateException("the script is not in the package");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
