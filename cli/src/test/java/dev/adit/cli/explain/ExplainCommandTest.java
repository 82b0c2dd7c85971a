package dev.adit.cli.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.Adit;
import dev.adit.cli.output.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

final class ExplainCommandTest {
  /** Captures that 'adit capture' made in guests of our own; see corpus/captures/README.md. */
  private static final Path CORPUS = Path.of("../corpus/captures");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource({
    // What the table demands of each guest: platform, function, sign that gives it away
    "plain, not bare metal, MSI-X, vm.cpuid",
    "viommu, not bare metal, MSI-X, vm.cpuid",
    "viommu-caching-mode, not bare metal, MSI-X, vm.caching-mode",
    "hypervisor-bit-hidden, not bare metal, MSI-X, vm.dmi",
    "smbios-vm-bit, not bare metal, MSI-X, vm.smbios",
    "smbios-changed, not bare metal, MSI-X, vm.cpuid",
    "hidden, probably bare metal, IMS, bare.probably",
    "hidden-vendor-microsoft, probably bare metal, IMS, note.shared-vendor",
    "hidden-viommu, probably bare metal, IMS, bare.probably",
    "hidden-viommu-caching-mode, not bare metal, MSI-X, vm.caching-mode",
    "hidden-viommu-scalable, probably bare metal, IMS, bare.probably",
    "hidden-amd-iommu, not bare metal, MSI-X, vm.amd-npcache",
    "hidden-virtio-iommu, not bare metal, MSI-X, vm.virtio-iommu",
    "no-root, not bare metal, MSI-X, vm.cpuid",
  })
  void everyGuestGetsTheVerdictThatTheTableDemands(
      String name, String platform, String function, String rule) {
    String capture = CORPUS.resolve(name + ".tar.gz").toString();

    assertThat(run("explain", "-v", capture)).isZero();
    assertThat(out.toString())
        .contains("guest, Linux 6.1.0-56-amd64: " + platform)
        .containsPattern("PF or VF by its own driver +" + function + " ")
        .contains(rule);
    if (function.equals("IMS")) {
      assertThat(out.toString())
          .contains("CAVEAT  Probably bare metal: an old VMM that shows none of the signs");
    }
  }

  @TestFactory
  Stream<DynamicTest> theCorpusReadsAsItDid() throws IOException {
    List<Path> captures = new ArrayList<>();
    try (Stream<Path> files = Files.list(CORPUS)) {
      files.filter(file -> file.toString().endsWith(".tar.gz")).sorted().forEach(captures::add);
    }
    assertThat(captures).hasSizeGreaterThan(10);
    return captures.stream()
        .map(
            capture ->
                DynamicTest.dynamicTest(
                    capture.getFileName().toString(),
                    () -> {
                      compare(capture, ".text", "explain", "-v");
                      compare(capture, ".json", "explain", "--json", "--pretty");
                    }));
  }

  /** -Dadit.golden.write=true writes what is expected anew. */
  private static void compare(Path capture, String suffix, String... command) throws IOException {
    ExplainCommandTest test = new ExplainCommandTest();
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.add(capture.toString());
    assertThat(test.run(arguments.toArray(String[]::new))).isZero();
    Path golden =
        capture.resolveSibling(capture.getFileName().toString().replace(".tar.gz", suffix));
    if (Boolean.getBoolean("adit.golden.write")) {
      Files.writeString(golden, test.out.toString());
    }
    assertThat(test.out.toString()).isEqualTo(Files.readString(golden));
  }

  @Test
  void manyCapturesGiveARowEachAndBrokenOnesDoNotStopTheOthers(@TempDir Path folder)
      throws IOException {
    Path broken = Files.writeString(folder.resolve("broken.tar"), "x".repeat(700));
    int status =
        run(
            "explain",
            CORPUS.resolve("plain.tar.gz").toString(),
            broken.toString(),
            folder.resolve("missing.tar").toString(),
            CORPUS.resolve("hidden.tar.gz").toString());

    assertThat(status).isEqualTo(ExitCode.FAILED);
    assertThat(out.toString().lines().filter(line -> line.startsWith("guest "))).hasSize(2);
    assertThat(out.toString()).contains("IMS!");
    assertThat(err.toString())
        .contains("adit: " + broken + ": at byte 0: a number is not octal")
        .contains("missing.tar: there is no such file");
  }

  @Test
  void theExitStatusSaysTheVerdictWhenAFunctionIsNamedOrAskedFor() {
    String plain = CORPUS.resolve("plain.tar.gz").toString();
    String hidden = CORPUS.resolve("hidden.tar.gz").toString();

    assertThat(run("explain", plain)).isEqualTo(ExitCode.DONE);
    assertThat(run("explain", "--fail-on=denied", plain)).isEqualTo(ExitCode.NEGATIVE);
    assertThat(run("explain", "--fail-on=denied", hidden)).isEqualTo(ExitCode.DONE);
    assertThat(run("explain", "--fail-on=caveat", hidden)).isEqualTo(ExitCode.NEGATIVE);
    assertThat(run("explain", "--fail-on=denied", "--use=guest-store", hidden))
        .isEqualTo(ExitCode.NEGATIVE);
    assertThat(run("explain", "00:1f.2", plain)).isEqualTo(ExitCode.NEGATIVE);
    assertThat(run("explain", "--fail-on=never", "00:1f.2", plain)).isEqualTo(ExitCode.DONE);
    assertThat(run("explain", "7f:1f.7", plain)).isEqualTo(ExitCode.FAILED);
    assertThat(run("explain", "--ims=maybe")).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void onComplainsLoudlyAndStillDenies() {
    assertThat(run("explain", "--ims=on", CORPUS.resolve("plain.tar.gz").toString())).isZero();
    assertThat(out.toString()).containsPattern("PF or VF by its own driver +MSI-X ");
    assertThat(err.toString())
        .startsWith("adit: WARNING: guest: ims=on was asked for and is refused");
  }

  @Test
  void jsonIsOneDocumentOrOneALine(@TempDir Path folder) throws IOException {
    String plain = CORPUS.resolve("plain.tar.gz").toString();
    String broken = Files.writeString(folder.resolve("b.tar"), "").toString();

    run("explain", "--json", plain, broken);
    assertThat(documents(out.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("\"schema\":\"adit.explain/1\"", "b.tar: is empty");
    out.getBuffer().setLength(0);
    run("explain", "--json-lines", plain, broken, plain);
    assertThat(out.toString().lines().map(ExplainCommandTest::documents))
        .containsExactly(1L, 1L, 1L);
    out.getBuffer().setLength(0);
    run("explain", "--rules", "--json");
    assertThat(documents(out.toString())).isEqualTo(1);
  }

  /** {@return how many documents a text holds; parsing throws if they are malformed} */
  private static long documents(String text) {
    long documents = 0;
    int depth = 0;
    try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), text)) {
      for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        documents += depth == 0 ? 1 : 0;
      }
    }
    return documents;
  }

  private int run(String... arguments) {
    CommandLine line = Adit.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }
}
