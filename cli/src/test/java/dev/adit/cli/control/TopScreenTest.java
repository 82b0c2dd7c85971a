package dev.adit.cli.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.adit.cli.JavaCommand;
import dev.adit.host.control.HostComposer;
import dev.adit.host.control.HostConfig;
import dev.adit.host.control.HostServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code adit top} does to a terminal. */
final class TopScreenTest {
  private static final String ENTER = "\u001b[?1049h";
  private static final String LEAVE = "\u001b[?1049l";

  @TempDir private Path folder;

  @Test
  void aViewIsCutToTheScreenAndSaysSo() {
    List<String> lines =
        IntStream.range(0, 30).mapToObj(i -> "line " + i + " " + "x".repeat(90)).toList();
    List<String> shown = TopScreen.fit(lines, 24, 80).replace("\u001b[K", "").lines().toList();
    assertThat(shown).hasSize(24).allMatch(line -> line.length() <= 80);
    assertThat(shown.getLast()).isEqualTo("… 7 more lines; q quits");
    assertThat(TopScreen.fit(lines.subList(0, 24), 24, 80).lines())
        .hasSize(24)
        .noneMatch(line -> line.contains("more"));
    assertThat(TopScreen.fit(lines, 2, 20).lines()).hasSize(2);
  }

  /** On a pseudo-terminal: it is drawn within its size, and found again as it was. */
  @ParameterizedTest
  @CsvSource({"113, exit 0", "3, exit 130"}) // q and Ctrl-C
  void aTerminalIsGivenBackAsItWas(int key, String exit) throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "script(1) is not installed");
    Path config = folder.resolve("adit.yaml");
    Files.writeString(
        config, "state: state\nsockets: run\nfunctions: [{name: dsa0, engines: 1}]\n");
    try (HostServer _ = HostServer.start(HostConfig.read(config), HostComposer::of)) {
      String top =
          String.join(
              " ",
              JavaCommand.of(
                  "dev.adit.cli.Adit",
                  "top",
                  "--control",
                  folder.resolve("run/control.sock").toString()));
      // The shell, too, gets the Ctrl-C; it goes on to tell what became of the terminal.
      String shell = "trap : INT; stty rows 10 cols 50; " + top + "; echo exit $?; stty -a";
      // A build in the background ignores the signal of Ctrl-C, and so would all that it starts.
      List<String> command =
          List.of("env", "--default-signal=INT", "script", "-qec", shell, "/dev/null");
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().put("TERM", "xterm");
      Process script = builder.redirectErrorStream(true).start();
      CompletableFuture<Process> _ =
          script
              .onExit()
              .completeOnTimeout(script, 2, TimeUnit.MINUTES)
              .thenApply(Process::destroyForcibly);
      try {
        String seen = until(script.getInputStream(), "q quits");
        assertThat(seen).contains(ENTER).contains("adit top").doesNotContain(LEAVE);
        script.getOutputStream().write(key);
        script.getOutputStream().flush();
        String rest = until(script.getInputStream(), "-extproc");
        assertThat(rest).contains(LEAVE).contains(exit);
        assertThat(rest.substring(rest.indexOf(exit))).contains(" icanon").contains(" echo ");
      } finally {
        script.destroyForcibly();
      }
    }
  }

  private static String until(InputStream in, String word) throws IOException {
    StringBuilder seen = new StringBuilder();
    while (seen.indexOf(word) < 0) {
      int next = in.read();
      assertThat(next).as(seen.toString()).isNotNegative();
      seen.append((char) next);
    }
    return seen.toString();
  }
}
