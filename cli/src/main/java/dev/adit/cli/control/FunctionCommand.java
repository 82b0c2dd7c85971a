package dev.adit.cli.control;

import dev.adit.cli.output.Columns;
import dev.adit.cli.output.ExitCode;
import dev.adit.host.control.Json;
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
      columns.row("FUNCTION", "KIND", "QUEUES", "ENGINES", "DEVICES", "ENTRIES", "COMPLETED");
      answer
          .get("function")
          .entries()
          .forEach(
              (name, each) ->
                  columns.row(
                      name,
                      each.get("kind").text(),
                      each.get("queues").items().size(),
                      each.get("engines").number(),
                      each.get("devices").number(),
                      each.get("entriesUsed").number() + "/" + each.get("entries").number(),
                      each.get("completed").number()));
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
