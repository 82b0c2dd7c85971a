package dev.adit.cli.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.Adit;
import dev.adit.cli.explain.CaptureCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Captures guests from inside, and explains them as the tables of the decision demand. */
@Tag("guest")
final class GuestCaptureTest {
  private static final String HIDDEN =
      "-cpu max,-hypervisor,tcg-cpuid=off -smbios type=1,manufacturer=Contoso,product=Server";
  private static final String VIOMMU = "-device intel-iommu,intremap=on";

  @TempDir private Path folder;

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    // Guest, its QEMU arguments; what the machine is, what a function may use, what says so
    "plain, -cpu max, not bare metal, MSI-X, vm.cpuid",
    "viommu, -cpu max VIOMMU, not bare metal, MSI-X, vm.cpuid",
    "caching mode, '-cpu max VIOMMU,caching-mode=on', not bare metal, MSI-X, vm.caching-mode",
    "bit hidden, '-cpu max,-hypervisor', not bare metal, MSI-X, vm.dmi",
    "strings changed, '-cpu max -smbios type=1,manufacturer=Contoso', not bare metal, MSI-X,"
        + " vm.cpuid",
    "hidden, HIDDEN, probably bare metal, IMS, caveat.hidden-vmm",
    "hidden viommu, HIDDEN VIOMMU, probably bare metal, IMS, caveat.hidden-vmm",
    "hidden caching mode, 'HIDDEN VIOMMU,caching-mode=on', not bare metal, MSI-X, vm.caching-mode",
  })
  void theGuestGetsTheVerdictThatTheTableDemands(
      String name, String machine, String platform, String function, String rule) throws Exception {
    String report = explain(capture(machine.replace("HIDDEN", HIDDEN).replace("VIOMMU", VIOMMU)));

    assertThat(report)
        .contains(": " + platform)
        .containsPattern("PF or VF by its own driver +" + function + " ")
        .contains(rule);
    if (function.equals("IMS")) {
      assertThat(report).contains("CAVEAT  Probably bare metal: an old VMM that shows none");
    }
  }

  private Path capture(String arguments) throws IOException, InterruptedException {
    PreparedGuest.assume();
    GuestFiles files = GuestFiles.standard();
    List<String> machine = new ArrayList<>();
    machine.addAll(List.of("-machine", "q35,kernel-irqchip=split", "-accel", "tcg", "-m", "512"));
    machine.addAll(List.of(arguments.split(" ")));
    Path tar = folder.resolve("guest.tar");
    try (GuestMachine guest = GuestMachine.make(line -> {})) {
      guest.start(
          files,
          files.kernel(Optional.empty()).orElseThrow(),
          machine,
          List.of("intel_iommu=on"),
          Map.of(
              "init", Files.readAllBytes(Path.of("../guest/init")),
              "adit/steps", utf8(":\n"),
              "adit/parameters", utf8(""),
              "adit/adit-capture.sh", utf8(CaptureCommand.script()),
              "adit/scripts/capture", utf8("sh /adit/adit-capture.sh -n guest -o - | tar -xf -\n")),
          false);
      long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(10);
      GuestRun.Watcher keeper =
          new GuestRun.Watcher() {
            @Override
            public void file(GuestMessage.Content content) {
              keep(content, tar);
            }
          };
      GuestRun run = GuestRun.follow(guest, 1, deadline, keeper);
      assertThat(run.passed()).as("%s%n%s", run.failure(), guest.consoleTail()).isTrue();
    }
    return tar;
  }

  private static void keep(GuestMessage.Content content, Path tar) {
    if (content.name().equals("capture.tar")) {
      try {
        Files.write(tar, Base64.getMimeDecoder().decode(String.join("", content.base64())));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static String explain(Path capture) {
    StringWriter out = new StringWriter();
    CommandLine line = Adit.commandLine();
    line.setOut(new PrintWriter(out, true));
    assertThat(line.execute("explain", "-v", capture.toString())).isZero();
    return out.toString();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
