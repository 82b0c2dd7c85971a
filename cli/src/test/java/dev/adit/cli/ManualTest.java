package dev.adit.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine.Model.CommandSpec;

/** The pages of the manual, which are made from the commands. */
final class ManualTest {
  private static final Path FOLDER = Path.of("../packaging/man");

  @ParameterizedTest
  @EnumSource
  void eachVerbHasItsPage(Verb verb) throws IOException {
    CommandSpec spec =
        requireNonNull(Adit.commandLine().getSubcommands().get(verb.text())).getCommandSpec();
    Path file = FOLDER.resolve("adit-" + verb.text() + ".8");
    String current = ManualPage.of(spec);
    if (Boolean.getBoolean("adit.update")) {
      Files.createDirectories(FOLDER);
      Files.writeString(file, current);
    }
    assertThat(Files.readString(file))
        .as("%s is behind the command; run this test with -Dadit.update=true", file)
        .isEqualTo(current);
    assertThat(current).contains(".SH EXIT STATUS").contains(".SH EXAMPLES");
  }
}
