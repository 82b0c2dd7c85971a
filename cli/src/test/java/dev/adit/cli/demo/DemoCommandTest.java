package dev.adit.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.Adit;
import dev.adit.cli.output.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code adit demo}, with its second process. */
final class DemoCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @ValueSource(strings = {"trap", "mmap"})
  void everyOperationIsDrivenFromAnotherProcess(String portals) {
    int exit = run("demo", "--rounds", "2", "--json", "--portals", portals);

    assertThat(exit).as(err.toString()).isEqualTo(ExitCode.DONE);
    assertThat(out.toString())
        .contains("\"schema\":\"adit.demo/1\"", "\"passed\":true")
        .contains("\"operation\":\"memory move\",\"tried\":2,\"wrong\":0,\"interrupts\":2")
        .contains("\"operation\":\"DIF update\",\"tried\":2,\"wrong\":0,\"interrupts\":2")
        .contains("\"accepted\":36");
  }

  @Test
  void theReportForPeopleEndsWithTheVerdict() {
    assertThat(run("demo", "--rounds", "1", "--color", "never")).isEqualTo(ExitCode.DONE);
    assertThat(out.toString()).endsWith("Every result was right.\n");
  }

  @Test
  void roundsMustBeANumber() {
    assertThat(run("demo", "--rounds", "many")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--rounds");
  }

  private int run(String... arguments) {
    return Adit.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
