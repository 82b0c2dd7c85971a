package dev.adit.cli;

import dev.adit.host.control.ControlClient;
import dev.adit.host.control.Json;
import java.io.PrintWriter;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code adit top}: what functions and devices do, live. */
@Command(
    name = "top",
    mixinStandardHelpOptions = true,
    description = {
      "Watch the functions and virtual devices of a running server: rates, queues, entries,",
      "owners, faults. Ctrl-C ends it. Into a pipe or file it writes one view after another."
    },
    footer = {
      "",
      "Exit status: 0 done, 1 no server, 2 wrong usage, 130 interrupted.",
      "",
      "Examples:",
      "  adit top",
      "  adit top -n 1                one view of the totals",
      "  adit top -d 5 | tee log      every five seconds, in text"
    })
final class TopCommand implements Callable<Integer> {
  @Option(
      names = {"-d", "--delay"},
      paramLabel = "SECONDS",
      defaultValue = "1",
      description = "Between views (default: ${DEFAULT-VALUE}).")
  private double delay;

  @Option(
      names = {"-n", "--count"},
      paramLabel = "N",
      defaultValue = "0",
      description = "End after so many views (default: never).")
  private int count;

  @Option(
      names = {"-j", "--json"},
      description = "Print one JSON document a line: everything, unformatted.")
  private boolean json;

  @Mixin private ControlOptions control;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    if (!(delay >= 0.1 && delay <= 3600) || count < 0) {
      throw new ParameterException(
          spec.commandLine(), "--delay takes 0.1 to 3600 seconds, --count 0 or more");
    }
    PrintWriter out = spec.commandLine().getOut();
    try (ControlClient client = control.connect();
        TopScreen screen = json ? TopScreen.none(out) : TopScreen.open(out)) {
      TopView before = TopView.of(status(client));
      show(screen, before, before);
      for (int i = 1; count == 0 || i < count; i++) {
        Thread.sleep((long) (delay * 1000));
        TopView now = TopView.of(status(client));
        show(screen, now, before);
        before = now;
      }
      return ExitCode.DONE;
    }
  }

  private static View status(ControlClient client) {
    return new View(client.request("status", Map.of()));
  }

  private void show(TopScreen screen, TopView now, TopView before) {
    if (json) {
      screen.show(List.of(Json.line(now.status().plain())));
      return;
    }
    String time = LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS).toString();
    screen.show(now.lines("adit top, " + time, before));
  }
}
