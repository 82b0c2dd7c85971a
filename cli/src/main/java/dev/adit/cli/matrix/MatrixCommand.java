package dev.adit.cli.matrix;

import dev.adit.cli.boot.GuestResult;
import dev.adit.cli.output.ExitCode;
import dev.adit.cli.output.Output;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.machine.Attack;
import dev.adit.machine.Attacks;
import dev.adit.platform.Ims;
import dev.adit.platform.Use;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code adit matrix}: every case in which IMS may or may not be used, run. */
@Command(
    name = "matrix",
    mixinStandardHelpOptions = true,
    description = {
      "Run every case of the discussion about IMS in machines in memory: who may use it, which",
      "way an interrupt takes, and which attacks get through. Needs no hardware, QEMU or root."
    },
    footer = {
      "",
      "Exit status: 0 everything came out as expected, 1 something did not, 2 wrong usage.",
      "",
      "Examples:",
      "  adit matrix -v",
      "  adit matrix --ims auto --html matrix.html",
      "  adit matrix --guest"
    })
public final class MatrixCommand implements Callable<Integer> {
  @Option(
      names = "--ims",
      paramLabel = "SWITCH",
      description = "Only this setting: ${COMPLETION-CANDIDATES}.")
  private @Nullable Ims ims;

  @Option(
      names = {"-v", "--verbose"},
      description = "Show the way of an interrupt hop by hop, and every attack.")
  private boolean verbose;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write one self-contained page with the ways drawn.")
  private @Nullable Path html;

  @Option(
      names = "--guest",
      description = {
        "Run the rows that stock Linux guests can run there too, in QEMU, beside the machines in",
        "memory; what guests need is prepared the first time ('adit guest setup')."
      })
  private boolean guest;

  @Mixin private Output output;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Map<IsolationLevel, List<Attack>> attacks = new EnumMap<>(IsolationLevel.class);
    for (IsolationLevel level : IsolationLevel.values()) {
      attacks.put(level, Attacks.run(level));
    }
    List<MatrixResult> results = run(attacks);
    List<GuestResult> guests = guest ? GuestMatrix.run(results, this::say) : List.of();
    GuestMatrixText text = new GuestMatrixText(guests);
    if (html != null) {
      Files.writeString(html, new MatrixHtml(results, attacks, guests).page());
    }
    PrintWriter out = spec.commandLine().getOut();
    if (output.json()) {
      MatrixJson.print(results, attacks, text, output, out);
    } else {
      new MatrixText(output, out).print(results, attacks, verbose);
      if (guest) {
        text.print(output, out, verbose);
      }
    }
    out.flush();
    boolean right =
        results.stream().allMatch(result -> result.problems().isEmpty())
            && guests.stream().allMatch(result -> result.problems().isEmpty())
            && attacks.values().stream().flatMap(List::stream).noneMatch(Attack::broken);
    return right ? ExitCode.DONE : ExitCode.FAILED;
  }

  private void say(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }

  private List<MatrixResult> run(Map<IsolationLevel, List<Attack>> attacks) {
    List<MatrixResult> results = new ArrayList<>();
    for (MatrixRow row : MatrixRow.values()) {
      boolean whole = row.use().role() == Use.Role.FUNCTION;
      List<Attack> tried =
          Objects.requireNonNull(attacks.get(row.setup().level())).stream()
              .filter(attack -> !whole || !attack.kind().needsSharedFunction())
              .toList();
      for (Ims each : Ims.values()) {
        if (ims == null || ims == each) {
          results.add(MatrixScenario.run(row, each, tried));
        }
      }
    }
    return results;
  }
}
