package dev.adit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.output.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

/** The list of verbs against the commands themselves. */
final class VerbTest {
  @ParameterizedTest
  @EnumSource
  void aVerbIsTheNameOfItsCommand(Verb verb) {
    assertThat(new CommandLine(verb.make()).getCommandName()).isEqualTo(verb.text());
  }

  @ParameterizedTest
  @EnumSource
  void everyVerbExplainsItselfWithExamples(Verb verb) {
    StringWriter out = new StringWriter();
    int exit = Adit.commandLine().setOut(new PrintWriter(out)).execute(verb.text(), "--help");

    assertThat(exit).isEqualTo(ExitCode.DONE);
    assertThat(out.toString()).containsIgnoringCase("examples:");
  }

  @Test
  void aWordThatIsNoVerbIsWrongUsage() {
    StringWriter err = new StringWriter();
    int exit = Adit.commandLine().setErr(new PrintWriter(err)).execute("fly");

    assertThat(exit).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("fly");
  }
}
