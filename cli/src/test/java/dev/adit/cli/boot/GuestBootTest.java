package dev.adit.cli.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.Adit;
import dev.adit.cli.output.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/**
 * Stock Linux in stock QEMU with our device: short runs always, the long ones with {@code
 * -Dadit.guest.long=true}.
 */
@Tag("guest")
final class GuestBootTest {
  private static final Pattern VECTOR =
      Pattern.compile("vector +(\\d+): (\\d+) received, (\\d+) sent");

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void needsTheGuest() {
    PreparedGuest.assume();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--smp 2 --threads 2",
        "--viommu",
        "--portals mmap --smp 2",
        "--portals mmap --viommu --smp 2 --reloads 1"
      })
  void theGuestMovesDataThroughTheDevice(String options) {
    boot("--iterations 250 " + options);
  }

  @Test
  void theOldestKernelMovesDataToo() {
    String oldest = GuestFiles.standard().kernels().getLast().release();

    boot("--iterations 250 --reloads 1 --kernel " + oldest);

    assertThat(out.toString()).contains("Linux " + oldest);
  }

  @Test
  void theKernelsOwnTestsAcceptTheCompressorInEveryKernel() {
    for (GuestFiles.Kernel kernel : GuestFiles.standard().kernels()) {
      out.getBuffer().setLength(0);
      int exit = execute("--function iaa --iterations 200 --kernel " + kernel.release());

      assertThat(exit).as("%s%n%s", out, err).isEqualTo(ExitCode.DONE);
      assertThat(out.toString())
          .contains("deflate-iaa on wq0.0; the kernel's self-test: passed")
          .containsPattern("round-trip +200 pages, [0-9]+ bytes packed, judged by deflate-")
          .endsWith("passed\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--viommu", "--portals mmap --smp 2", "--viommu --smp 2"})
  @EnabledIfSystemProperty(
      named = "adit.guest.long",
      matches = "true",
      disabledReason = "long: -Dadit.guest.long=true")
  void itDoesSoForLongAndAfterReloadsAndReboots(String options) {
    boot("--iterations 2000 --channels 2 --reloads 10 --reboots 1 --timeout 1800 " + options);
  }

  @Test
  void twoGuestsWorkAtOnceOnOneFunctionWhileTheirInterruptHandlesAreRevoked() {
    boot("--guests 2 --iterations 200 --revoke 2");

    assertThat(out.toString())
        .containsPattern("(?s)(handles revoked 2 times.*){2}")
        .containsPattern("(?s)(vector +1: .* through IMS entry .*){2}")
        .containsPattern("sent +ims=[1-9][0-9]* msix=0")
        .contains("stopped  none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--guests 4 --revoke 5",
        "--guests 4 --ims off",
        "--guests 2 --type 1swq --revoke 5",
        "--guests 2 --type 1swq --viommu",
        "--guests 2 --portals mmap --smp 2 --threads 2 --revoke 5",
        "--guests 2 --type 2dwq --reloads 5 --reboots 1",
        "--guests 2 --kernel 6.12 --revoke 5 --reloads 5"
      })
  @EnabledIfSystemProperty(
      named = "adit.guest.long",
      matches = "true",
      disabledReason = "long: -Dadit.guest.long=true")
  void severalGuestsShareAFunctionInEveryWay(String options) {
    boot("--iterations 2000 --timeout 1800 " + options);

    String unused = options.contains("--ims off") ? "ims=0" : "msix=0";
    assertThat(out.toString()).containsPattern("sent +.*" + unused).contains("stopped  none");
  }

  @Test
  void aScriptRunsInTheGuestAndItsFilesComeBack() throws Exception {
    Path script = folder.resolve("look.sh");
    Files.writeString(
        script, "lspci -n -s \"$(ls /sys/bus/pci/drivers/idxd | grep 0000)\"\necho x >found\n");

    boot("--iterations 1 --channels 1 --script " + script + " --out " + folder);

    assertThat(folder.resolve("look.sh.log")).content().contains("0880: 8086:0b25");
    Process tar =
        new ProcessBuilder("tar", "-xOf", folder.resolve("look.sh.tar").toString(), "./found")
            .start();
    assertThat(tar.inputReader().readLine()).isEqualTo("x");
  }

  @Test
  void aGuestThatIsNotThroughInTimeIsEndedAndItsConsoleShown() throws Exception {
    List<Path> before = leftovers();

    int exit = execute("--timeout 1");

    assertThat(exit).isEqualTo(ExitCode.FAILED);
    assertThat(out.toString()).contains("FAILED: the guest was not through when the time was up");
    assertThat(err.toString()).contains("its console ended with");
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).isEmpty();
    assertThat(leftovers()).isEqualTo(before);
  }

  private void boot(String options) {
    int exit = execute(options);

    assertThat(exit).as("%s%n%s", out, err).isEqualTo(ExitCode.DONE);
    assertThat(out.toString()).endsWith("passed\n").doesNotContain("FAILED");
    assertThat(out.toString()).containsPattern("dmatest +[0-9]+ tests, 0 failures");
    Collection<MatchResult> vectors = VECTOR.matcher(out.toString()).results().toList();
    assertThat(vectors).isNotEmpty();
    assertThat(vectors)
        .allSatisfy(
            vector -> {
              long received = Long.parseLong(vector.group(2));
              assertThat(received).isPositive();
              assertThat(Long.parseLong(vector.group(3))).isGreaterThanOrEqualTo(received);
            });
  }

  private int execute(String options) {
    List<String> arguments = new ArrayList<>(List.of("boot", "--color", "never"));
    arguments.addAll(List.of(options.strip().split(" +")));
    arguments.removeIf(String::isEmpty);
    CommandLine command = Adit.commandLine();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err));
    return command.execute(arguments.toArray(String[]::new));
  }

  private static List<Path> leftovers() throws IOException {
    try (var found = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return found.filter(p -> p.getFileName().toString().startsWith("adit-")).sorted().toList();
    }
  }
}
