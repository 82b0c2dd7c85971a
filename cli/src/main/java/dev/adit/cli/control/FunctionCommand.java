package dev.adit.cli.control;

import dev.adit.cli.output.Columns;
import dev.adit.cli.output.ExitCode;
import dev.adit.host.control.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code adit function}: the functions of a running server. */
@Command(
    name = "function",
    mixinStandardHelpOptions = true,
    description = "Look at the functions of a running 'adit serve CONFIG'.",
    synopsisSubcommandLabel = "VERB",
    subcommands = {FunctionCommand.ListFunctions.class, FunctionCommand.SaveConfig.class},
    footer = {
      "",
      "Exit status: 0 done, 1 refused or failed, 2 wrong usage.",
      "",
      "Examples:",
      "  adit function list",
      "  adit function save-config dsa0 > dsa0.conf"
    })
public final class FunctionCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing verb");
  }

  /** {@code adit function list}. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List functions, what they have, and what of it is used.",
      footer = {"", "Examples:", "  adit function list", "  adit function list --json"})
  static final class ListFunctions implements Callable<Integer> {
    @Mixin private ControlOptions control;
    @Mixin private VdevOutput output;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      View answer = control.ask("function.list", Map.of());
      if (output.json()) {
        output.print(spec, answer);
        return ExitCode.DONE;
      }
      Columns columns = new Columns();
      Map<String, View> functions = answer.get("function").entries();
      FigureColumns built = FigureColumns.built(functions.values());
      FigureColumns counted = FigureColumns.counted(functions.values());
      List<Object> titles = new ArrayList<>(List.of("FUNCTION", "KIND"));
      titles.addAll(built.titles());
      titles.addAll(List.of("DEVICES", "ENTRIES"));
      titles.addAll(counted.titles());
      columns.row(titles.toArray());
      functions.forEach(
          (name, each) -> {
            List<Object> cells = new ArrayList<>();
            cells.add(name);
            cells.add(each.get("kind").text());
            cells.addAll(built.cells(each, new View(null)));
            cells.add(each.get("devices").number());
            cells.add(each.get("entriesUsed").number() + "/" + each.get("entries").number());
            cells.addAll(counted.cells(each, new View(null)));
            columns.row(cells.toArray());
          });
      columns.print(spec.commandLine().getOut());
      return ExitCode.DONE;
    }
  }

  /** {@code adit function save-config}. */
  @Command(
      name = "save-config",
      mixinStandardHelpOptions = true,
      description = {
        "Print the queue layout of a function as accel-config's save-config does.",
        "The key 'layout' of the configuration takes it, and so does accel-config."
      },
      footer = {"", "Examples:", "  adit function save-config dsa0 > dsa0.conf"})
  static final class SaveConfig implements Callable<Integer> {
    @Parameters(paramLabel = "FUNCTION", description = "Its name.")
    private String function;

    @Mixin private ControlOptions control;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      View answer = control.ask("function.layout", Map.of("function", function));
      spec.commandLine().getOut().println(Json.pretty(answer.get("layout").plain()));
      return ExitCode.DONE;
    }
  }
}
