package dev.adit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.output.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A file without an end is refused in a sentence by whoever reads it. */
final class EndlessFileTest {
  private static final String ENDLESS = "/dev/zero";

  @TempDir private Path folder;

  private static String refusal(String... arguments) {
    StringWriter err = new StringWriter();
    CommandLine command = Adit.commandLine();
    command.setOut(new PrintWriter(new StringWriter()));
    command.setErr(new PrintWriter(err));
    assertThat(command.execute(arguments)).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).doesNotContain("Exception").doesNotContain("\tat ");
    return err.toString();
  }

  @Test
  void noDumpIsWithoutEnd() {
    assertThat(refusal("inspect", "-F", ENDLESS)).contains(ENDLESS).contains("larger than 256 MiB");
  }

  @Test
  void noConfigurationIsWithoutEnd() throws Exception {
    assertThat(refusal("serve", "--check", ENDLESS)).contains(ENDLESS + ": larger than 4 MiB");
    Path file = folder.resolve("adit.yaml");
    Files.writeString(file, "functions: [{name: dsa0, layout: " + ENDLESS + "}]");
    assertThat(refusal("serve", "--check", file.toString())).contains(ENDLESS + ": larger than");
  }
}
