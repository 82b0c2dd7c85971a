package dev.adit.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.Adit;
import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.PciAddress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

class InspectCommandTest {
  @TempDir private Path folder;
  private Path dump = Path.of("");
  private int exit;
  private String out = "";
  private String err = "";

  @BeforeEach
  void writeDump() throws IOException {
    Map<PciAddress, byte[]> functions = new TreeMap<>();
    EmulatedConfigSpace dsa = EmulatedFunctions.dsa();
    dsa.write(0x10, 8, 0x38_0000_0000L);
    functions.put(new PciAddress(0, 0x6a, 1, 0), dsa.snapshot());
    functions.put(new PciAddress(0, 0x6b, 0, 0), EmulatedFunctions.secondGeneration().snapshot());
    functions.put(new PciAddress(0, 0x6b, 0, 1), Arrays.copyOf(dsa.snapshot(), 64));
    dump = Files.writeString(folder.resolve("host.txt"), Lspci.dump(functions));
  }

  private void run(String... arguments) {
    StringWriter stdout = new StringWriter();
    StringWriter stderr = new StringWriter();
    CommandLine adit =
        Adit.commandLine().setOut(new PrintWriter(stdout)).setErr(new PrintWriter(stderr, true));
    exit = adit.execute(arguments);
    out = stdout.toString();
    err = stderr.toString();
  }

  private void inspect(String... options) {
    String[] arguments =
        Arrays.copyOf(new String[] {"inspect", "-F", dump.toString()}, 3 + options.length);
    System.arraycopy(options, 0, arguments, 3, options.length);
    run(arguments);
  }

  private String row(String address) {
    return out.lines().filter(line -> line.startsWith(address)).findFirst().orElse("");
  }

  @Test
  void theTableTellsGenerationsApartAndHiddenFromAbsent() {
    inspect("-n");
    assertThat(exit).isZero();
    assertThat(out.lines().findFirst())
        .contains("FUNCTION  ID         SIOV  IMS  MSI-X  PASID  VFS  GROUP  DRIVER  CLASS  NAME");
    assertThat(row("6a:01.0")).matches("6a:01\\.0 +8086:0b25 +1 +yes +9 +20 +- +- +- +0880 .*");
    assertThat(row("6b:00.0")).matches("6b:00\\.0 +1234:0001 +2 +- +- +- +4 +- +- +0200 .*");
    assertThat(row("6b:00.1")).matches("6b:00\\.1 +8086:0b25 +\\? +\\? +\\? +\\? +\\? +- +- .*");
    assertThat(err).contains("1 of 3 functions show less than 256 bytes");
  }

  @Test
  void everyFieldIsShownTwiceVerbose() {
    inspect("-vv", "-s", "6a:01.0");
    assertThat(out)
        .contains("\tCapabilities: [200 v1] Scalable I/O Virtualization (Intel)\n")
        .contains("Capabilities: IMS+")
        .contains("\tRegion 0: Memory at 3800000000 (64-bit, prefetchable)\n")
        .contains("DMWr+")
        .contains("\tSIOV: generation 1 present, IMS present, generation 2 absent\n");
    inspect("-vv", "-s", "6b:00.0");
    assertThat(out)
        .contains("Requester IDs: 0000:6b:01.0 to 0000:6b:04.6")
        .contains("Requester IDs: 0000:6c:00.0 to 0000:6c:00.3");
    inspect("-v", "-s", "6b:00.1");
    assertThat(out).contains("All capabilities hidden: only 64 bytes");
  }

  @Test
  void selectionByIdAndNothingSelectedIsFine() {
    inspect("-d", "1234:");
    assertThat(out.lines().count()).isEqualTo(2);
    inspect("-s", "7f:");
    assertThat(out).isEmpty();
    assertThat(exit).isZero();
    inspect("-s", "7f:", "--fail-on", "none");
    assertThat(exit).isEqualTo(3);
    inspect("-d", "1234:", "--fail-on", "noims");
    assertThat(exit).isEqualTo(3);
    inspect("--fail-on", "nosiov,noims");
    assertThat(exit).isZero();
  }

  @Test
  void wrongUsageAndUnreadableFilesHaveTheirExitCodes() throws IOException {
    inspect("-s", "99.9.9");
    assertThat(exit).isEqualTo(2);
    run("inspect", "-F", "a", "--sysfs", "b");
    assertThat(exit).isEqualTo(2);
    run("inspect", "-F", folder.resolve("missing").toString());
    assertThat(exit).isEqualTo(1);
    assertThat(err).startsWith("adit: " + folder.resolve("missing") + ": there is no such file");
    Path broken = Files.writeString(folder.resolve("broken"), "00:01.0 x\n00: zz\n");
    run("inspect", "-F", broken.toString());
    assertThat(exit).isEqualTo(1);
    assertThat(err).startsWith("adit: " + broken + ":2: not a byte in column 5");
    assertThat(out).isEmpty();
  }

  @Test
  void bytesAreShownAsTheyWereRead() throws IOException {
    inspect("-xxxx", "-s", "6a:01.0");
    String bytes =
        out.lines()
            .filter(line -> line.matches("[0-9a-f]+: .*"))
            .reduce("", (a, b) -> a + b + "\n");
    assertThat(Files.readString(dump)).contains(bytes);
    assertThat(bytes.lines().count()).isEqualTo(256);
    inspect("-x", "-s", "6a:01.0");
    assertThat(out.lines().filter(line -> line.matches("[0-9a-f]+: .*")).count()).isEqualTo(4);
  }

  @Test
  void colourIsOnlyShownWhenAskedFor() {
    inspect();
    assertThat(out).doesNotContain("\u001b[");
    inspect("--color=always");
    assertThat(out).contains("\u001b[32myes\u001b[0m");
  }

  @Test
  void theTreeShowsBridgesAndSurvivesLoops() throws IOException {
    byte[] bridge = new byte[256];
    bridge[0] = 1;
    bridge[0x0e] = 1;
    bridge[0x19] = 1;
    bridge[0x1a] = 1;
    byte[] back = bridge.clone();
    back[0x19] = 1;
    Map<PciAddress, byte[]> functions = new TreeMap<>();
    functions.put(new PciAddress(0, 0, 0, 0), bridge);
    functions.put(new PciAddress(0, 1, 0, 0), back);
    functions.put(new PciAddress(0, 1, 1, 0), EmulatedFunctions.dsa().snapshot());
    Files.writeString(dump, Lspci.dump(functions));
    inspect("-t", "-n");
    assertThat(out)
        .isEqualTo(
            """
            [0000:00]
            \\-00.0  [01]  0001:0000
              +-00.0  [01]  0001:0000
              \\-01.0  8086:0b25
            """);
  }

  @Test
  void jsonFollowsItsSchema() {
    inspect("--json", "-p");
    assertThat(exit).isZero();
    Map<String, String> leaves = leaves(out);
    assertThat(leaves)
        .containsEntry("/schema", "adit.inspect/1")
        .containsEntry("/sources/0/functions/0/address", "0000:6a:01.0")
        .containsEntry("/sources/0/functions/0/siov/ims", "present")
        .containsEntry("/sources/0/functions/0/registers/Control/BusMaster", "false")
        .containsEntry("/sources/0/functions/0/capabilities/0/id", "0x10")
        .containsEntry("/sources/0/functions/0/capabilities/0/registers/DevCap/FLReset", "true")
        .containsEntry(
            "/sources/0/functions/0/capabilities/1/registers/Vector table/offset", "0x00002000")
        .containsEntry("/sources/0/functions/0/capabilities/4/vendorId", "0x0005")
        .containsEntry("/sources/0/functions/1/capabilities/1/requesterIds/first", "0000:6b:01.0")
        .containsEntry("/sources/0/functions/2/visibleBytes", "64")
        .containsEntry("/sources/0/functions/2/siov/generation1", "hidden");
  }

  @Test
  void oneDocumentALineForEachFunction() {
    inspect("--json-lines");
    assertThat(exit).isZero();
    assertThat(out).endsWith("}\n");
    List<Map<String, String>> lines = out.lines().map(InspectCommandTest::leaves).toList();
    assertThat(lines).hasSizeGreaterThan(2);
    assertThat(lines)
        .allSatisfy(
            line ->
                assertThat(line)
                    .containsEntry("/schema", "adit.inspect.function/1")
                    .containsKeys("/source", "/address", "/visibleBytes"));
    run("inspect", "--json-lines", "-F", folder.resolve("missing").toString());
    assertThat(out.lines()).singleElement().asString().contains("\"error\"");
  }

  @Test
  void capturesAndTreesAreReadAndABrokenOneDoesNotStopTheOthers() throws IOException {
    String at = "sys/bus/pci/devices/0000:6a:01.0";
    Path tree = folder.resolve("tree");
    Files.createDirectories(tree.resolve(at));
    Files.write(tree.resolve(at + "/config"), EmulatedFunctions.dsa().snapshot());
    Path capture = folder.resolve("host.tar");
    Path head = Files.createDirectories(tree.resolve("adit")).resolve("capture");
    Files.writeString(head, "format 1\nname test\nmachine x86_64\n");
    List<String> tar =
        List.of("tar", "-C", tree.toString(), "-cf", capture.toString(), "adit", "sys");
    String said = Lspci.run(tar);
    assertThat(capture).as(said).exists();
    Path broken = Files.writeString(folder.resolve("broken.tar"), "no tar at all");

    run("inspect", "-n", broken.toString(), capture.toString(), tree.toString());
    assertThat(exit).isEqualTo(1);
    assertThat(err).contains(broken.toString());
    assertThat(out.lines().filter(line -> line.startsWith("6a:01.0"))).hasSize(2);
    assertThat(out).contains(capture + ":").contains(tree + ":");

    run("inspect", "-n", "--sysfs", tree.resolve("sys").toString());
    assertThat(row("6a:01.0")).contains("8086:0b25");
    run("inspect", "--sysfs", tree.resolve("adit").toString());
    assertThat(err).contains("has no sys/bus/pci/devices in it");
  }

  @Test
  void brokenSourcesAreNamedInJsonToo() {
    run("inspect", "--json", "-F", folder.resolve("missing").toString());
    assertThat(exit).isEqualTo(1);
    assertThat(leaves(out).get("/sources/0/error")).contains("no such file");
  }

  /** {@return every leaf of a document by its path; parsing it proves that it is JSON} */
  private static Map<String, String> leaves(String text) {
    Map<String, String> leaves = new TreeMap<>();
    Deque<Integer> counts = new ArrayDeque<>();
    Deque<String> paths = new ArrayDeque<>();
    paths.push("");
    String name = "";
    try (JsonParser json = new JsonFactory().createParser(ObjectReadContext.empty(), text)) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token == JsonToken.PROPERTY_NAME) {
          name = json.currentName();
          continue;
        }
        if (token.isStructEnd()) {
          paths.pop();
          counts.pop();
          continue;
        }
        boolean inArray = !counts.isEmpty() && counts.peek() >= 0;
        String last = name;
        if (inArray) {
          int index = counts.pop();
          counts.push(index + 1);
          last = String.valueOf(index);
        }
        String path = counts.isEmpty() ? "" : paths.peek() + "/" + last;
        if (token.isStructStart()) {
          paths.push(path);
          counts.push(token == JsonToken.START_ARRAY ? 0 : -1);
        } else {
          leaves.put(path, json.getString());
        }
      }
    }
    return leaves;
  }
}
