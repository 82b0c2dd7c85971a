package dev.adit.cli.control;

import dev.adit.cli.output.Columns;
import dev.adit.cli.output.ExitCode;
import dev.adit.host.control.Json;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verbs that only look. */
final class VdevViews {
  private VdevViews() {}

  /** {@code adit vdev types}. */
  @Command(
      name = "types",
      mixinStandardHelpOptions = true,
      description = "List what devices functions offer, and how many more could be started.",
      footer = {"", "Examples:", "  adit vdev types", "  adit vdev types --parent dsa0 --json"})
  static final class Types implements Callable<Integer> {
    @Option(names = "--parent", paramLabel = "FUNCTION", description = "Of this function only.")
    private @Nullable String function;

    @Mixin private ControlOptions control;
    @Mixin private VdevOutput output;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      View answer =
          control.ask("vdev.types", function == null ? Map.of() : Map.of("function", function));
      if (output.json()) {
        output.print(spec, answer);
        return ExitCode.DONE;
      }
      Columns columns = new Columns();
      columns.row("PARENT", "TYPE", "AVAILABLE", "DESCRIPTION");
      answer
          .get("types")
          .entries()
          .forEach(
              (parent, types) ->
                  types
                      .entries()
                      .forEach(
                          (type, view) ->
                              columns.row(
                                  parent,
                                  type,
                                  view.get("available").text(),
                                  view.get("description").text())));
      columns.print(spec.commandLine().getOut());
      return ExitCode.DONE;
    }
  }

  /** {@code adit vdev list}. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List devices, defined and active ones.",
      footer = {"", "Examples:", "  adit vdev list", "  adit vdev list --active --json"})
  static final class ListDevices implements Callable<Integer> {
    @Option(names = "--parent", paramLabel = "FUNCTION", description = "Of this function only.")
    private @Nullable String function;

    @Option(names = "--defined", description = "Only those whose definition is kept.")
    private boolean defined;

    @Option(names = "--active", description = "Only those that are served.")
    private boolean active;

    @Mixin private ControlOptions control;
    @Mixin private VdevOutput output;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      Map<String, Object> arguments = new LinkedHashMap<>();
      arguments.put("defined", defined);
      arguments.put("active", active);
      if (function != null) {
        arguments.put("function", function);
      }
      View answer = control.ask("vdev.list", arguments);
      if (output.json()) {
        output.print(spec, answer);
        return ExitCode.DONE;
      }
      Columns columns = new Columns();
      columns.row("DEVICE", "PARENT", "TYPE", "START", "STATE", "CLIENT", "SOCKET");
      answer.get("vdev").entries().forEach((label, device) -> row(columns, label, device));
      columns.print(spec.commandLine().getOut());
      return ExitCode.DONE;
    }

    private static void row(Columns columns, String label, View device) {
      View state = device.get("state");
      boolean served = state.get("active").flag();
      columns.row(
          label,
          device.get("parent").text(),
          device.get("mdev_type").text(),
          state.get("defined").flag() ? device.get("start").text() : "(not defined)",
          served ? state.get("doing").text() : "not active",
          served && state.get("attached").flag() ? "yes" : "-",
          served ? state.get("socket").text() : "-");
    }
  }

  /** {@code adit vdev show}. */
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = {
        "Show all about a device: what it got, why IMS is used or not, what it has done.",
        "The JSON of one device can be given to 'define --file' as it is."
      },
      footer = {
        "",
        "Examples:",
        "  adit vdev show one",
        "  adit vdev show one --json > one.json    what 'define --file' takes"
      })
  static final class Show implements Callable<Integer> {
    @Parameters(paramLabel = "DEVICE", description = "Its name or UUID.")
    private String device;

    @Mixin private ControlOptions control;
    @Mixin private VdevOutput output;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      View answer = control.ask("vdev.show", Map.of("device", device));
      if (output.json()) {
        output.print(spec, answer);
      } else {
        VdevOutput.show(spec.commandLine().getOut(), answer);
      }
      return ExitCode.DONE;
    }
  }

  /** {@code adit vdev events}. */
  @Command(
      name = "events",
      mixinStandardHelpOptions = true,
      description = {
        "Tell what happened: starts and stops, clients, dropped and faulted interrupts and why.",
        "The last 256 of each device are kept; what repeats within a second is counted."
      },
      footer = {
        "",
        "Examples:",
        "  adit vdev events one",
        "  adit vdev events --follow --json | jq .text"
      })
  static final class Events implements Callable<Integer> {
    @Parameters(
        paramLabel = "DEVICE",
        arity = "0..1",
        description = "Of this device or function only.")
    private @Nullable String device;

    @Option(
        names = "--since",
        paramLabel = "NUMBER",
        defaultValue = "0",
        description = "Only what came after the event of this number.")
    private long since;

    @Option(
        names = {"-f", "--follow"},
        description = "Go on with what happens from now on.")
    private boolean follow;

    @Option(
        names = {"-j", "--json"},
        description = "Print one JSON document a line.")
    private boolean json;

    @Mixin private ControlOptions control;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      Map<String, Object> arguments = new LinkedHashMap<>();
      arguments.put("since", since);
      if (device != null) {
        arguments.put("device", device);
      }
      if (follow) {
        control.follow(arguments, this::print);
      } else {
        control.ask("vdev.events", arguments).get("events").items().forEach(this::print);
      }
      return ExitCode.DONE;
    }

    private void print(View event) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(json ? Json.line(event.plain()) : line(event));
      out.flush();
    }
  }

  /** {@return an event in a line} */
  static String line(View event) {
    long count = event.get("count").number();
    return "%s %s %s: %s%s"
        .formatted(
            event.get("time").text(),
            event.get("subject").text(),
            event.get("kind").text(),
            event.get("text").text(),
            count > 1 ? " (" + count + " times)" : "");
  }
}
