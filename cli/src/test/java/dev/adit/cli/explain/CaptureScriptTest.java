package dev.adit.cli.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.Adit;
import dev.adit.platform.gather.Capture;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

final class CaptureScriptTest {
  private static final String FUNCTION = "sys/bus/pci/devices/0000:6a:01.0";
  private static final String SERIAL = "SECRET99";

  @TempDir private Path folder;
  private Path script;
  private Path root;

  /** The shells of this machine that the script has to run in. */
  static Stream<List<String>> shells() {
    return Stream.of(List.of("sh"), List.of("bash", "--posix"), List.of("busybox", "sh"))
        .filter(
            shell ->
                Stream.of("/bin", "/usr/bin")
                    .anyMatch(bin -> Files.isExecutable(Path.of(bin, shell.getFirst()))));
  }

  @BeforeEach
  void makeAMachine() throws IOException {
    StringWriter out = new StringWriter();
    CommandLine line = Adit.commandLine();
    line.setOut(new PrintWriter(out));
    assertThat(line.execute("capture", "--script")).isZero();
    script = Files.writeString(folder.resolve("capture.sh"), out.toString());
    root = Files.createDirectory(folder.resolve("root"));
    write("proc/version", "Linux version 6.8.1 (x)\n");
    write("proc/cpuinfo", "processor : 0\nvendor_id : x\n\nprocessor : 1\nvendor_id : y\n");
    write("proc/cmdline", "root=UUID=1234 intel_iommu=on,sm_on password=hunter2 pci=noats quiet\n");
    write(
        "proc/interrupts",
        "      CPU0  CPU1\n 24:  5  77  IR-PCI-MSI 0-edge  nic0\nLOC: 1 2 Local\n");
    write("sys/class/dmi/id/sys_vendor", "Contoso\n");
    write("sys/class/dmi/id/product_serial", SERIAL);
    write(FUNCTION + "/config", config());
    write(FUNCTION + "/resource", "0x0 0x0 0x0\n");
    write(FUNCTION + "/net/eth0/address", "52:54:00:12:34:56\n");
    write(FUNCTION + "/dsa0/pasid_enabled", "1\n");
    Files.createSymbolicLink(
        root.resolve(FUNCTION + "/driver"), Path.of("../../../bus/pci/drivers/idxd"));
    write("sys/firmware/dmi/tables/DMI", dmi());
  }

  @ParameterizedTest
  @MethodSource("shells")
  void theCaptureHoldsWhatIsAskedFor(List<String> shell) throws Exception {
    Capture capture = run(shell);

    assertThat(capture.head("name")).contains("box");
    assertThat(capture.text("proc/version")).contains("Linux version 6.8.1 (x)");
    assertThat(capture.text("proc/interrupts").orElseThrow())
        .contains("24: IR-PCI-MSI 0-edge nic0");
    assertThat(capture.text("proc/cpuinfo")).contains("processor : 0\nvendor_id : x");
    assertThat(capture.link(FUNCTION + "/driver")).contains("../../../bus/pci/drivers/idxd");
    assertThat(capture.text(FUNCTION + "/dsa0/pasid_enabled")).contains("1");
    assertThat(capture.read(FUNCTION + "/config").orElseThrow()).hasSize(4096);
    assertThat(capture.read("sys/firmware/dmi/entries/0-0/raw").orElseThrow())
        .startsWith(0, 0x14)
        .endsWith('B', 'I', 'O', 'S', 0, 0);
  }

  @ParameterizedTest
  @MethodSource("shells")
  void serialNumbersAddressesAndSecretsStayAtHome(List<String> shell) throws Exception {
    String everything = new String(Files.readAllBytes(tar(shell)), StandardCharsets.ISO_8859_1);

    assertThat(everything).doesNotContain(SERIAL, "52:54:00", "hunter2", "1234", " 77 ");
    assertThat(run(shell).text("proc/cmdline")).contains("intel_iommu=on,sm_on pci=noats");
  }

  @Test
  void serialNumbersAreKeptOnRequest() throws Exception {
    Capture capture = run(List.of("sh"), "--with-serials");

    assertThat(
            new String(
                capture.read(FUNCTION + "/config").orElseThrow(), StandardCharsets.ISO_8859_1))
        .contains(SERIAL);
    assertThat(capture.read("sys/firmware/dmi/tables/DMI")).isPresent();
  }

  @Test
  void theScriptIsAFewHundredLinesAndSaysWhatItTakes() throws Exception {
    assertThat(Files.readAllLines(script)).hasSizeBetween(100, 300);
    assertThat(start(List.of("sh"), "--help").waitFor()).isZero();
    assertThat(start(List.of("sh"), "--nonsense").waitFor()).isEqualTo(2);
    assertThat(start(List.of("sh"), "-n", "../evil").waitFor()).isEqualTo(2);
    assertThat(start(List.of("sh"), "-o", "/no/such/folder/x.tar").waitFor()).isEqualTo(1);
  }

  private Capture run(List<String> shell, String... more) throws Exception {
    return Capture.read(tar(shell, more));
  }

  private Path tar(List<String> shell, String... more) throws Exception {
    Path tar = folder.resolve("box.tar");
    List<String> arguments =
        new ArrayList<>(List.of("-r", root.toString(), "-n", "box", "-o", tar.toString()));
    arguments.addAll(List.of(more));
    assertThat(start(shell, arguments.toArray(String[]::new)).waitFor()).isZero();
    return tar;
  }

  private Process start(List<String> shell, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(shell);
    command.add(script.toString());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }

  /** A configuration space with a device serial number as its second extended capability. */
  private static byte[] config() {
    byte[] config = new byte[4096];
    config[0x100] = 0x0f;
    config[0x102] = 0x01;
    config[0x103] = 0x14;
    config[0x140] = 0x03;
    config[0x142] = 0x01;
    System.arraycopy(SERIAL.getBytes(StandardCharsets.ISO_8859_1), 0, config, 0x144, 8);
    return config;
  }

  /** An SMBIOS with structure 1, which has the serial number, before structure 0. */
  private static byte[] dmi() {
    byte[] dmi = new byte[0x1b + SERIAL.length() + 2 + 0x14 + 6];
    dmi[0] = 1;
    dmi[1] = 0x1b;
    System.arraycopy(SERIAL.getBytes(StandardCharsets.ISO_8859_1), 0, dmi, 0x1b, SERIAL.length());
    int zero = 0x1b + SERIAL.length() + 2;
    dmi[zero + 1] = 0x14;
    System.arraycopy("BIOS".getBytes(StandardCharsets.ISO_8859_1), 0, dmi, zero + 0x14, 4);
    return dmi;
  }

  private void write(String path, String text) throws IOException {
    write(path, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void write(String path, byte[] bytes) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }
}
