package dev.adit.cli.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.Adit;
import dev.adit.cli.output.ExitCode;
import dev.adit.host.control.HostComposer;
import dev.adit.host.control.HostConfig;
import dev.adit.host.control.HostServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code adit vdev}, {@code function} and {@code top} against a server. */
final class VdevCommandTest {
  @TempDir private Path folder;

  private HostServer server;
  private String out = "";
  private String err = "";

  @BeforeEach
  void serve() throws IOException {
    Path config = folder.resolve("adit.yaml");
    Files.writeString(
        config,
        """
        state: state
        sockets: run
        functions:
          - name: dsa0
            engines: 1
            shared: 2
        """);
    server = HostServer.start(HostConfig.read(config), HostComposer::of);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private int run(String... words) {
    StringWriter output = new StringWriter();
    StringWriter errors = new StringWriter();
    List<String> line = new ArrayList<>(List.of(words));
    line.add("--control");
    line.add(folder.resolve("run/control.sock").toString());
    int exit =
        Adit.commandLine()
            .setOut(new PrintWriter(output))
            .setErr(new PrintWriter(errors))
            .execute(line.toArray(String[]::new));
    out = output.toString();
    err = errors.toString();
    return exit;
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void aDeviceIsDefinedStartedListedAndStopped() {
    assertThat(run("vdev", "define", "--type", "1dwq", "--name", "fast", "--auto")).isZero();
    assertThat(out).isEqualTo("fast defined\n");
    assertThat(run("vdev", "start", "fast", "-v")).isZero();
    assertThat(out)
        .contains("fast is served on " + folder.resolve("run/fast.sock"))
        .contains("ims=auto: completions over IMS")
        .containsPattern("qemu.* -machine .*-accel tcg.* -plugin .*vfio-user-pci.*fast.sock");
    assertThat(run("vdev", "list")).isZero();
    assertThat(out).containsPattern("fast +dsa0 +1dwq +auto +running +- +/.*fast.sock");
    assertThat(run("function", "list")).isZero();
    assertThat(out).containsPattern("dsa0 +dsa +8 +1 +1 +1/256");
    assertThat(run("vdev", "types")).isZero();
    assertThat(out).containsPattern("dsa0 +1dwq +5 ");
    assertThat(run("vdev", "stop", "fast")).isZero();
    assertThat(run("vdev", "show", "fast")).isZero();
    assertThat(out).contains("not active; defined, start auto");
  }

  @Test
  void theJsonOfADeviceIsItsDefinition() throws IOException {
    run("vdev", "define", "--type", "2swq", "--name", "part", "--set", "transfer-shift=20");
    run("vdev", "start", "part");
    assertThat(run("vdev", "show", "part", "--json")).isZero();
    String shown = out;
    run("vdev", "stop", "part");
    run("vdev", "undefine", "part");

    Path definition = file("part.json", shown);
    assertThat(run("vdev", "define", "--file", definition.toString())).isZero();
    run("vdev", "start", "part");
    assertThat(run("vdev", "show", "part", "--json")).isZero();
    assertThat(out).startsWith(shown.substring(0, shown.indexOf("\"state\"")));
  }

  @Test
  void severalDefinitionsComeFromOneFileAndADryRunKeepsNone() throws IOException {
    Path all =
        file("all.yaml", "- {mdev_type: 1dwq, attrs: {name: a}}\n- {mdev_type: 1swq, attrs: []}\n");

    assertThat(run("vdev", "define", "--dry-run", "--file", all.toString())).isZero();
    assertThat(out).contains("a would be defined");
    run("vdev", "list");
    assertThat(out.lines()).hasSize(1);
    assertThat(run("vdev", "define", "--file", all.toString())).isZero();
    run("vdev", "list");
    assertThat(out.lines()).hasSize(3);
  }

  @Test
  void whatIsWrongInAFileIsToldWithItsPlace() throws IOException {
    Path wrong = file("w.yaml", "parent: dsa0\nmdev_type: 1dwq\nattrs:\n  - colour: red\n");

    assertThat(run("vdev", "define", "--file", wrong.toString())).isEqualTo(ExitCode.FAILED);
    assertThat(err).contains("w.yaml:4:5: 'colour' is not known here; known are: ");
    assertThat(out).isEmpty();
  }

  @Test
  void refusalsAreOneSentenceAndWrongUsageIsTwo() {
    assertThat(run("vdev", "start", "nobody")).isEqualTo(ExitCode.FAILED);
    assertThat(err)
        .isEqualTo("adit: no device is called 'nobody'; 'adit vdev list' shows those there are\n");
    assertThat(run("vdev", "start")).isEqualTo(ExitCode.USAGE);
    assertThat(run("vdev", "define")).isEqualTo(ExitCode.USAGE);
    assertThat(run("vdev", "modify", "x", "--auto", "--manual")).isEqualTo(ExitCode.USAGE);
    assertThat(run("vdev")).isEqualTo(ExitCode.USAGE);
    server.close();
    assertThat(run("vdev", "list")).isEqualTo(ExitCode.FAILED);
    assertThat(err).contains("no server answers on").contains("adit serve CONFIG");
  }

  @Test
  void aSuspendedDeviceIsSavedForItsOwnerAlone() throws IOException {
    run("vdev", "start", "--type", "1dwq", "--name", "fast");
    Path saved = folder.resolve("fast.state");

    assertThat(run("vdev", "suspend", "fast", "--dry-run", "--to", saved.toString())).isZero();
    assertThat(out).isEqualTo("fast would be suspended\n");
    assertThat(saved).doesNotExist();
    assertThat(run("vdev", "resume", "fast", "--dry-run")).isEqualTo(ExitCode.FAILED);
    assertThat(err).contains("fast is not suspended");
    assertThat(run("vdev", "revoke", "fast", "--dry-run")).isZero();
    assertThat(run("vdev", "reset", "fast", "--dry-run")).isZero();
    assertThat(out).isEqualTo("fast would be reset\n");

    assertThat(run("vdev", "suspend", "fast", "--to", saved.toString())).isZero();
    assertThat(Files.getPosixFilePermissions(saved)).hasSize(2);
    run("vdev", "list");
    assertThat(out).contains("(not defined)").contains("suspended");
    assertThat(run("vdev", "resume", "fast")).isZero();
    assertThat(run("vdev", "revoke", "fast")).isZero();
    assertThat(run("vdev", "reset", "fast")).isZero();
    assertThat(run("vdev", "events", "fast")).isZero();
    assertThat(out.lines().map(line -> line.split(" ")[2]))
        .containsExactly("started:", "suspended:", "resumed:", "revoked:", "reset:");
  }

  @Test
  void theLayoutThatIsPrintedIsTakenByAConfiguration() throws IOException {
    assertThat(run("function", "save-config", "dsa0")).isZero();
    file("dsa0.conf", out);
    Path config = file("two.yaml", "functions: [{name: dsa0, engines: 1, layout: dsa0.conf}]\n");

    StringWriter errors = new StringWriter();
    int exit =
        Adit.commandLine()
            .setErr(new PrintWriter(errors))
            .execute("serve", "--check", config.toString());
    assertThat(exit).as(errors.toString()).isZero();
  }

  @Test
  void topWritesPlainTextWhereThereIsNoTerminal() {
    run("vdev", "start", "--type", "1dwq", "--name", "fast");

    assertThat(run("top", "-n", "2", "-d", "0.1")).isZero();
    assertThat(out)
        .doesNotContain("\u001b")
        .containsPattern("(?s)(adit top.*dsa0/wq7.*fast +1dwq +dsa0 .*){2}");
    assertThat(run("top")).isZero();
    assertThat(out.lines().filter(line -> line.startsWith("adit top"))).hasSize(1);
    assertThat(run("top", "-n", "1", "--json")).isZero();
    assertThat(out).startsWith("{\"function\":{\"dsa0\":{");
    assertThat(run("top", "-d", "0")).isEqualTo(ExitCode.USAGE);
  }
}
