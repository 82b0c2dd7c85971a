package dev.adit.host.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.devices.Refusal.Reason;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Section;
import dev.adit.devices.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices, defined and active, through the control socket of a whole server. */
final class ControlTest {
  @TempDir private Path folder;

  private static void refused(Reason reason, String words, ThrowingCallable request) {
    assertThatThrownBy(request)
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(reason);
              assertThat(e.sentence()).contains(words);
            });
  }

  @Test
  void definedAndActiveAreTwoAxes() {
    try (TestHost host = new TestHost(folder)) {
      host.define("a", "1dwq");
      assertThat(host.state("a").plain()).isEqualTo(Map.of("defined", true, "active", false));

      host.ask("vdev.start", Map.of("device", "a"));
      assertThat(state(host, "a", "active")).isEqualTo("true");
      assertThat(host.socket("a")).exists();

      host.ask("vdev.undefine", Map.of("device", "a"));
      assertThat(state(host, "a", "defined")).isEqualTo("false");

      host.ask("vdev.stop", Map.of("device", "a"));
      assertThat(host.socket("a")).doesNotExist();
      refused(Reason.NO_SUCH_DEVICE, "'a'", () -> host.state("a"));
    }
  }

  @Test
  void whatIsShownIsTakenAsADefinition() {
    try (TestHost host = new TestHost(folder)) {
      host.ask(
          "vdev.define",
          Map.of(
              "definition",
              Map.of(
                  "parent",
                  "dsa0",
                  "mdev_type",
                  "2dwq",
                  "attrs",
                  List.of(
                      Map.of("name", "a"),
                      Map.of("transfer-shift", "20"),
                      Map.of("operations", "0x3ff"),
                      Map.of("flavour", "fixed"),
                      Map.of("socket-mode", "0600")))));
      host.ask("vdev.start", Map.of("device", "a"));
      Tree shown = host.ask("vdev.show", Map.of("device", "a"));

      refused(
          Reason.EXISTS,
          "modify",
          () -> host.ask("vdev.define", Map.of("definition", plain(shown))));
      host.ask("vdev.stop", Map.of("device", "a"));
      host.ask("vdev.undefine", Map.of("device", "a"));
      Tree again = host.ask("vdev.define", Map.of("definition", plain(shown)));

      assertThat(DeviceDefinition.read(again)).isEqualTo(DeviceDefinition.read(shown));
    }
  }

  private static Object plain(Tree tree) {
    Object plain = tree.plain();
    assertThat(plain).isNotNull();
    return plain;
  }

  @Test
  void aFileOfMdevctlIsTaken() {
    Tree tree =
        Json.read(
            "file",
            """
            {"mdev_type": "1dwq", "start": "manual",
             "attrs": [{"transfer-shift": "21"}, {"batch-shift": "5"}], "parent": "dsa0"}
            """);

    DeviceAttributes attributes = DeviceDefinition.read(tree).attributes();
    assertThat(attributes.chosen()).containsEntry("transfer-shift", "21");
    assertThat(attributes.chosen()).containsEntry("batch-shift", "5");
  }

  @Test
  void devicesThatStartWithTheServerAreBackAfterARestart() {
    Tree before;
    try (TestHost host = new TestHost(folder)) {
      host.define("a", "1dwq");
      host.define("b", "1swq");
      host.ask("vdev.modify", Map.of("device", "b", "start", "manual"));
      host.ask("vdev.start", Map.of("device", "a"));
      host.ask("vdev.start", Map.of("device", "b"));
      before = host.ask("vdev.show", Map.of("device", "a"));
    }
    try (TestHost host = new TestHost(folder)) {
      Tree after = host.ask("vdev.show", Map.of("device", "a"));
      assertThat(DeviceDefinition.read(after)).isEqualTo(DeviceDefinition.read(before));
      assertThat(state(host, "a", "active")).isEqualTo("true");
      assertThat(host.socket("a")).exists();
      assertThat(state(host, "b", "active")).isEqualTo("false");
    }
  }

  @Test
  void whatAnActiveDeviceWasStartedAsStaysWhenItsDefinitionChanges() {
    try (TestHost host = new TestHost(folder)) {
      host.define("a", "1dwq");
      host.ask("vdev.start", Map.of("device", "a"));
      host.ask("vdev.modify", Map.of("device", "a", "set", Map.of("name", "b")));

      assertThat(state(host, "b", "changedSinceStart")).isEqualTo("true");
      assertThat(host.socket("a")).exists();
      refused(Reason.EXISTS, "'a'", () -> host.define("a", "1dwq"));
      host.ask("vdev.stop", Map.of("device", "b"));
      host.ask("vdev.start", Map.of("device", "b"));
      assertThat(host.socket("b")).exists();
      assertThat(host.socket("a")).doesNotExist();
    }
  }

  @Test
  void whatCannotBeDoneIsRefusedWithAReasonAndChangesNothing() {
    try (TestHost host = new TestHost(folder)) {
      refused(Reason.NO_SUCH_TYPE, "it offers: 1dwq", () -> host.define("x", "9dwq"));
      refused(Reason.BAD_REQUEST, "'name'", () -> host.define("x/y", "1dwq"));
      refused(Reason.BAD_REQUEST, "'name'", () -> host.define("..", "1dwq"));
      for (int i = 0; i < 7; i++) {
        host.define("d" + i, "1dwq");
      }
      for (int i = 0; i < 6; i++) {
        host.ask("vdev.start", Map.of("device", "d" + i));
      }
      refused(
          Reason.NO_CAPACITY,
          "queues left",
          () -> host.ask("vdev.start", Map.of("device", "d6", "dry-run", true)));
      refused(
          Reason.NO_CAPACITY, "queues left", () -> host.ask("vdev.start", Map.of("device", "d6")));
      refused(
          Reason.IN_USE, "active already", () -> host.ask("vdev.start", Map.of("device", "d0")));
      refused(
          Reason.NOT_ACTIVE, "vdev start", () -> host.ask("vdev.reset", Map.of("device", "d6")));
      refused(
          Reason.NO_SUCH_FUNCTION,
          "there are: dsa0",
          () -> host.ask("function.layout", Map.of("function", "dsa1")));
      host.ask("vdev.stop", Map.of("device", "d3"));
      host.ask("vdev.start", Map.of("device", "d6"));
    }
  }

  @Test
  void aDryRunChangesNothing() {
    try (TestHost host = new TestHost(folder)) {
      Map<String, Object> a = TestHost.definition("a", "1dwq");
      host.ask("vdev.define", Map.of("definition", a, "dry-run", true));
      refused(Reason.NO_SUCH_DEVICE, "'a'", () -> host.state("a"));

      host.define("a", "1dwq");
      host.ask("vdev.start", Map.of("device", "a", "dry-run", true));
      host.ask("vdev.modify", Map.of("device", "a", "start", "manual", "dry-run", true));
      host.ask("vdev.undefine", Map.of("device", "a", "dry-run", true));
      assertThat(host.state("a").plain()).isEqualTo(Map.of("defined", true, "active", false));
    }
  }

  @Test
  void aDryRunOnAnActiveDeviceTellsWhetherItCouldBeDone() {
    try (TestHost host = new TestHost(folder)) {
      host.define("a", "1dwq");
      host.ask("vdev.start", Map.of("device", "a"));
      Tree before = host.ask("vdev.show", Map.of("device", "a"));
      for (String verb : List.of("vdev.reset", "vdev.revoke", "vdev.suspend", "vdev.stop")) {
        host.ask(verb, Map.of("device", "a", "dry-run", true));
      }
      refused(
          Reason.BAD_REQUEST,
          "not suspended",
          () -> host.ask("vdev.resume", Map.of("device", "a", "dry-run", true)));
      assertThat(host.ask("vdev.show", Map.of("device", "a")).plain()).isEqualTo(before.plain());

      Object saved = plain(host.ask("vdev.suspend", Map.of("device", "a")));
      refused(
          Reason.BUSY,
          "SUSPENDED",
          () -> host.ask("vdev.suspend", Map.of("device", "a", "dry-run", true)));
      host.ask("vdev.resume", Map.of("device", "a", "dry-run", true));
      assertThat(state(host, "a", "doing")).isEqualTo("suspended");
      refused(
          Reason.IN_USE,
          "active already",
          () -> host.ask("vdev.resume", Map.of("saved", saved, "dry-run", true)));
      host.ask("vdev.stop", Map.of("device", "a"));
      host.ask("vdev.resume", Map.of("saved", saved, "dry-run", true));
      assertThat(state(host, "a", "active")).isEqualTo("false");
      refused(
          Reason.NOT_ACTIVE,
          "vdev start",
          () -> host.ask("vdev.revoke", Map.of("device", "a", "dry-run", true)));
    }
  }

  @Test
  void revocationIsRefusedBeforehandWhereThereAreNoOtherEntries() {
    try (TestHost host = new TestHost(folder)) {
      host.define("a", "1dwq");
      host.ask("vdev.modify", Map.of("device", "a", "set", Map.of("ims-quota", "1")));
      host.ask("vdev.start", Map.of("device", "a"));
      refused(
          Reason.NO_CAPACITY,
          "Revocation needs other entries",
          () -> host.ask("vdev.revoke", Map.of("device", "a", "dry-run", true)));
    }
  }

  /** Several clients at once: each change happens in whole, and each name has one owner. */
  @Test
  void clientsAtTheSameTimeDoNotGetInEachOthersWay() throws Exception {
    try (TestHost host = new TestHost(folder);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> clients = new ArrayList<>();
      for (int client = 0; client < 4; client++) {
        String own = "own" + client;
        clients.add(threads.submit(() -> work(host, own)));
      }
      int won = 0;
      for (Future<Integer> client : clients) {
        won += client.get();
      }
      assertThat(won).as("owners of each contested name").isEqualTo(10);
      Section list = Section.of(host.ask("vdev.list", Map.of()), "list");
      Tree.Fields devices = (Tree.Fields) list.tree("vdev").orElseThrow();
      assertThat(devices.values()).hasSize(4 + 10);
      for (int client = 0; client < 4; client++) {
        assertThat(state(host, "own" + client, "active")).isEqualTo("true");
      }
    }
  }

  /** {@return how many of the names that all clients want it got} */
  private static int work(TestHost host, String own) {
    int won = 0;
    try (ControlClient client = ControlClient.connect(host.config.control())) {
      client.request("vdev.define", Map.of("definition", TestHost.definition(own, "1swq")));
      for (int i = 0; i < 10; i++) {
        client.request("vdev.start", Map.of("device", own));
        Map<String, Object> wanted = TestHost.definition("wanted" + i, "1dwq");
        try {
          client.request("vdev.define", Map.of("definition", wanted));
          won++;
        } catch (RefusedException e) {
          assertThat(e.reason()).isEqualTo(Reason.EXISTS);
        }
        if (i < 9) {
          client.request("vdev.stop", Map.of("device", own));
        }
      }
    }
    return won;
  }

  @Test
  void socketsBelongToWhomTheirDefinitionSays() throws IOException {
    try (TestHost host = new TestHost(folder)) {
      host.define("closed", "1dwq");
      host.ask("vdev.start", Map.of("device", "closed"));
      host.define("open", "1dwq");
      String group = Files.readAttributes(folder, PosixFileAttributes.class).group().toString();
      host.ask(
          "vdev.modify",
          Map.of("device", "open", "set", Map.of("socket-mode", "0660", "socket-group", group)));
      host.ask("vdev.start", Map.of("device", "open"));

      assertThat(mode(host.socket("closed"))).isEqualTo("rw-------");
      assertThat(mode(host.socket("open"))).isEqualTo("rw-rw----");
      assertThat(mode(host.config.control())).isEqualTo("rw-------");

      host.define("lost", "1dwq");
      host.ask(
          "vdev.modify",
          Map.of("device", "lost", "set", Map.of("socket-group", "no-such-group-here")));
      refused(
          Reason.FAILED,
          "no user or group",
          () -> host.ask("vdev.start", Map.of("device", "lost")));
      assertThat(host.socket("lost")).doesNotExist();
    }
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void aSuspendedDeviceGoesOnHereOrInAnotherServer() {
    Object saved;
    try (TestHost host = new TestHost(folder.resolve("one"))) {
      host.define("a", "1dwq");
      host.ask("vdev.start", Map.of("device", "a"));
      saved = plain(host.ask("vdev.suspend", Map.of("device", "a")));
      assertThat(state(host, "a", "doing")).isEqualTo("suspended");
      refused(
          Reason.IN_USE, "active already", () -> host.ask("vdev.resume", Map.of("saved", saved)));
      host.ask("vdev.resume", Map.of("device", "a"));
      assertThat(state(host, "a", "doing")).isEqualTo("running");
    }
    try (TestHost host = new TestHost(folder.resolve("two"))) {
      Tree resumed = host.ask("vdev.resume", Map.of("saved", saved));
      assertThat(DeviceDefinition.read(resumed).label()).isEqualTo("a");
      assertThat(state(host, "a", "active")).isEqualTo("true");
      assertThat(state(host, "a", "defined")).isEqualTo("false");
    }
  }

  @Test
  void aSecondServerKeepsItsHandsOffTheState() {
    try (TestHost host = new TestHost(folder)) {
      refused(Reason.IN_USE, "its own", () -> new TestHost(folder).close());
      host.define("a", "1dwq");
    }
    try (TestHost host = new TestHost(folder)) {
      assertThat(state(host, "a", "defined")).isEqualTo("true");
    }
  }

  @Test
  void theLogTellsWhatHappenedToEachDevice() {
    try (TestHost host = new TestHost(folder)) {
      host.define("a", "1dwq");
      host.ask("vdev.start", Map.of("device", "a"));
      host.ask("vdev.revoke", Map.of("device", "a"));
      host.ask("vdev.reset", Map.of("device", "a"));
      host.ask("vdev.stop", Map.of("device", "a"));

      Section answer = Section.of(host.ask("vdev.events", Map.of("device", "a")), "events");
      assertThat(
              answer.items("events").stream()
                  .map(event -> Section.of(event, "event").text("kind").orElse("")))
          .containsExactly("defined", "started", "revoked", "reset", "stopped");
    }
  }

  private static String state(TestHost host, String device, String key) {
    return String.valueOf(Objects.requireNonNull(host.state(device).values().get(key)).plain());
  }
}
