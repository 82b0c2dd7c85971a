package dev.adit.cli.control;

import dev.adit.cli.output.ExitCode;
import dev.adit.host.control.ControlClient;
import dev.adit.host.control.Json;
import java.io.PrintWriter;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
      "owners, faults. q or Ctrl-C ends it. Where there is no terminal it prints one view, or",
      "as many as -n and -d ask for."
    },
    footer = {
      "",
      "Exit status: 0 done, 1 no server, 2 wrong usage, 130 interrupted.",
      "",
      "Examples:",
      "  adit top",
      "  adit top | cat               one view, with the rates of one second",
      "  adit top -d 5 | tee log      every five seconds, in text"
    })
public final class TopCommand implements Callable<Integer> {
  @Option(
      names = {"-d", "--delay"},
      paramLabel = "SECONDS",
      description = "Between views (default: 1).")
  private @Nullable Double delay;

  @Option(
      names = {"-n", "--count"},
      paramLabel = "N",
      description = "End after so many views (default: never).")
  private @Nullable Integer count;

  @Option(
      names = {"-j", "--json"},
      description = "Print one JSON document a line: everything, unformatted.")
  private boolean json;

  @Mixin private ControlOptions control;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    double seconds = delay == null ? 1 : delay;
    if (!(seconds >= 0.1 && seconds <= 3600) || (count != null && count < 0)) {
      throw new ParameterException(
          spec.commandLine(), "--delay takes 0.1 to 3600 seconds, --count 0 or more");
    }
    PrintWriter out = spec.commandLine().getOut();
    try (ControlClient client = control.connect();
        TopScreen screen = json ? TopScreen.none(out) : TopScreen.open(out)) {
      boolean once = !screen.terminal() && delay == null && count == null;
      int most = once ? 1 : count == null || count == 0 ? Integer.MAX_VALUE : count;
      TopView before = TopView.of(status(client));
      if (!once) {
        show(screen, before, before);
      }
      for (int i = once ? 0 : 1; i < most && !screen.pause(seconds); i++) {
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
