package dev.adit.cli.boot;

import dev.adit.cli.output.ExitCode;
import dev.adit.cli.output.Output;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code adit guest}: what guests need. */
@Command(
    name = "guest",
    mixinStandardHelpOptions = true,
    description = "Prepare what guests need: QEMU, kernels, tools.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "All of it goes to the folder adit/guest of the user's cache, or to ADIT_GUEST_DIR.",
      "",
      "Exit status: 0 ready, 1 not ready, 2 wrong usage.",
      "",
      "Examples:",
      "  adit guest setup",
      "  adit guest setup --kernel 6.12",
      "  adit guest status --json"
    })
public final class GuestCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  @Command(
      name = "setup",
      mixinStandardHelpOptions = true,
      description = {
        "Prepare what is missing, from Debian's archive; about 500 MB are fetched.",
        "Needs mmdebstrap, and either root or a range of ids in /etc/subuid."
      })
  int setup(
      @Option(
              names = "--kernel",
              paramLabel = "SERIES",
              description = {
                "A kernel series such as 7.2; repeatable.",
                "Without it: the newest of Debian's backports and the one of its stable release."
              })
          List<String> series,
      @Mixin Output output)
      throws IOException, InterruptedException {
    GuestFiles files = GuestFiles.standard();
    boolean done =
        GuestSetup.find().run(files, series == null ? List.of() : new ArrayList<>(series));
    return print(files, output) && done ? ExitCode.DONE : ExitCode.FAILED;
  }

  @Command(name = "status", mixinStandardHelpOptions = true, description = "Tell what is ready.")
  int status(@Mixin Output output) {
    return print(GuestFiles.standard(), output) ? ExitCode.DONE : ExitCode.FAILED;
  }

  private boolean print(GuestFiles files, Output output) {
    List<String> missing = files.missing();
    PrintWriter out = spec.commandLine().getOut();
    if (output.json()) {
      try (var json = output.generator(out)) {
        json.writeStartObject();
        json.writeStringProperty("schema", "adit.guest/1");
        json.writeBooleanProperty("ready", missing.isEmpty());
        json.writeStringProperty("directory", files.directory().toString());
        json.writeArrayPropertyStart("kernels");
        files.kernels().forEach(k -> json.writeString(k.release()));
        json.writeEndArray();
        json.writeArrayPropertyStart("missing");
        missing.forEach(json::writeString);
        json.writeEndArray();
        json.writeEndObject();
      }
      out.println();
    } else {
      out.println("folder   " + files.directory());
      files.kernels().forEach(k -> out.println("kernel   " + k.release()));
      out.println(missing.isEmpty() ? "ready" : "missing  " + String.join(", ", missing));
    }
    out.flush();
    return missing.isEmpty();
  }
}
