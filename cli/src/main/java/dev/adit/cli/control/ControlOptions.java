package dev.adit.cli.control;

import dev.adit.host.control.ControlClient;
import dev.adit.host.control.HostConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which server a command talks to. */
final class ControlOptions {
  private static final String VARIABLE = "ADIT_CONTROL";

  @Option(
      names = "--control",
      paramLabel = "SOCKET",
      description = {
        "The control socket of the server",
        "(default: $ADIT_CONTROL, else /run/adit/control.sock)."
      })
  private @Nullable Path socket;

  private Path path() {
    if (socket != null) {
      return socket;
    }
    String variable = System.getenv(VARIABLE);
    return variable == null ? HostConfig.DEFAULT_CONTROL : Path.of(variable);
  }

  /** {@return the server's answer} */
  View ask(String verb, Map<String, ?> arguments) {
    try (ControlClient client = ControlClient.connect(path())) {
      return new View(client.request(verb, arguments));
    }
  }

  /** {@return a connection for more than one question} */
  ControlClient connect() {
    return ControlClient.connect(path());
  }

  /** Passes on events until the server ends. */
  void follow(Map<String, ?> arguments, Consumer<View> each) {
    try (ControlClient client = ControlClient.connect(path())) {
      client.follow(arguments, event -> each.accept(new View(event)));
    }
  }
}
