package dev.adit.cli.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.Adit;
import dev.adit.cli.output.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/**
 * Stock Linux with the reference driver: short runs always, the long ones with {@code
 * -Dadit.guest.long=true}.
 */
@Tag("guest")
final class GuestImsTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void needsTheGuest() {
    PreparedGuest.assume();
  }

  /** By call after a killed QEMU and a reboot under load; and as the discussion has it, MSI-X. */
  @ParameterizedTest
  @ValueSource(strings = {"--ims pv --kills 1 --reboots 1", "--ims trap --strict"})
  void theDriverDecidesAsExplainDoesAndNothingIsLostOrStale(String options) {
    boot("--smp 2 --interrupts 300 " + options);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--ims off",
        "--ims silent --guest-ims on",
        "--ims pv --guest-ims off",
        "--ims pv --reloads 4 --reboots 3 --kills 20",
        "--ims trap --reloads 4 --reboots 3 --kills 20",
        "--ims viommu --reloads 4 --reboots 3 --kills 20",
        "--ims viommu --strict",
      })
  @EnabledIfSystemProperty(
      named = "adit.guest.long",
      matches = "true",
      disabledReason = "long: -Dadit.guest.long=true")
  void itDoesSoInEveryWayOnBothKernels(String options) {
    for (GuestFiles.Kernel kernel : GuestFiles.standard().kernels()) {
      boot(
          "--smp 4 --interrupts 20000 --timeout 7200 " + options + " --kernel " + kernel.release());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pv --attack 0",
        "pv --attack 0 --shared-id",
        "pv --attack 1",
        "pv --attack 1 --shared-id",
        "trap --attack 2 --shared-id",
        "pv --attack 3 --shared-id",
      })
  @EnabledIfSystemProperty(
      named = "adit.guest.long",
      matches = "true",
      disabledReason = "long: -Dadit.guest.long=true")
  void aLevelKeepsWhatItClaimsAgainstAGuestThatForges(String options) {
    boot("--smp 2 --timeout 3600 --ims " + options);
  }

  @Test
  @EnabledIfSystemProperty(
      named = "adit.guest.long",
      matches = "true",
      disabledReason = "long: -Dadit.guest.long=true")
  void rowsOfTheMatrixComeToTheSameInStockGuests() {
    execute("matrix --guest");
    assertThat(out.toString()).contains("in stock guests came out as expected and as in memory");
  }

  private void boot(String options) {
    execute("boot --color never --out " + folder + " " + options);
    assertThat(out.toString()).endsWith("passed\n").doesNotContain("FAILED", "WRONG");
    if (!options.contains("--attack")) {
      assertThat(out.toString()).contains("explain  decides the same from a capture of the guest");
    }
  }

  private void execute(String line) {
    List<String> arguments = new ArrayList<>(List.of(line.split(" +")));
    CommandLine command = Adit.commandLine();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err));
    int exit = command.execute(arguments.toArray(String[]::new));
    assertThat(exit).as("%s%n%s", out, err).isEqualTo(ExitCode.DONE);
  }
}
