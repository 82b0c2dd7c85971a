package dev.adit.cli.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.Adit;
import dev.adit.cli.output.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What {@code adit boot} refuses before anything is prepared or started. */
final class BootUsageTest {
  @ParameterizedTest
  @CsvSource({
    "--guests=0, --guests must be from 1 to 31",
    "--guests=2 --ims=trap, '--ims is auto, on or off'",
    "--ims=auto, for --guests",
    "--ims=on, for --guests",
    "--revoke=1, --revoke goes with --guests",
    "--guests=2 --type=1xwq, a type is such as 1dwq",
    "--guests=2 --type=2dwq --channels=3, --channels must be from 1 to 2",
    "--channels=9, --channels must be from 1 to 4",
    "--ims=pv --viommu, use --ims viommu",
    "--ims=viommu --attack=1, --attack goes with --ims pv and --ims trap",
    "--ims=pv --attack=2, --attack 2 goes with --ims trap",
    "--ims=pv --attack=4, --attack must be from 0 to 3",
    "--ims=pv --shared-id, --shared-id goes with --attack",
    "--ims=pv --kills=-1, --kills must be from 0 to 1000"
  })
  void whatDoesNotGoTogetherIsWrongUsage(String options, String sentence) {
    StringWriter err = new StringWriter();
    CommandLine command = Adit.commandLine();
    command.setErr(new PrintWriter(err));
    String[] arguments = ("boot " + options).split(" ");

    assertThat(command.execute(arguments)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains(sentence);
  }
}
