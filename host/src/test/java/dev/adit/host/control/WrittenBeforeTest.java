package dev.adit.host.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import dev.adit.devices.Tree;
import dev.adit.machine.DsaDriver;
import dev.adit.machine.SocketPciDevice;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a server of the version before device families wrote is read, and what it answered is
 * answered still. The files were written by that version: a device of two dedicated queues, of 16
 * and 32 entries, that a driver had enabled, suspended and saved, and one that was only defined.
 */
final class WrittenBeforeTest {
  private static final List<String> DEFINITIONS =
      List.of(
          "state/dsa0/0b7f3f5e-3d5c-4c1e-9a55-000000000001.json",
          "state/dsa0/0b7f3f5e-3d5c-4c1e-9a55-000000000002.json");

  @TempDir private Path folder;

  private static byte[] before(String name) {
    try (InputStream in = WrittenBeforeTest.class.getResourceAsStream("before/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Tree document(String name) {
    return Json.read(name, new String(before(name), StandardCharsets.UTF_8));
  }

  @BeforeEach
  void putDefinitions() throws IOException {
    for (String name : DEFINITIONS) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.write(file, before(name));
    }
  }

  @Test
  void definitionsAreReadAndWrittenAsTheyWere() throws IOException {
    StateFolder state = StateFolder.open(folder.resolve("state"));
    StateFolder.Found found = state.load();
    assertThat(found.complaints()).isEmpty();
    assertThat(found.definitions()).hasSize(2);

    found.definitions().forEach(state::save);

    for (String name : DEFINITIONS) {
      saysStill(document(name).plain(), Documents.read(folder.resolve(name)).plain(), name);
    }
  }

  @Test
  void aSuspendedDeviceGoesOn() {
    try (TestHost host = new TestHost(folder)) {
      host.ask("vdev.stop", Map.of("device", "moved"));
      Object saved = document("moved.state").plain();

      host.ask("vdev.resume", Map.of("saved", Objects.requireNonNull(saved)));

      Map<String, Object> state = plain(host.state("moved").plain());
      Map<String, Object> old = device(document("status.json"));
      assertThat(state.get("doing")).isEqualTo("running");
      assertThat(state.get("queues")).isEqualTo(old.get("queues"));
      assertThat(state.get("ims")).isEqualTo(old.get("ims"));
    }
  }

  @Test
  void theStatusIsWhatItWas() {
    try (TestHost host = new TestHost(folder);
        SocketPciDevice pci = SocketPciDevice.connect(host.socket("moved"), 8 << 20)) {
      DsaDriver.probe(pci).enable(16, 32);
      host.ask("vdev.suspend", Map.of("device", "moved"));

      Object now = host.ask("status", Map.of()).plain();

      Map<String, Object> old = new TreeMap<>(plain(document("status.json").plain()));
      // There was one more event: the definitions were made and not found.
      assertThat(old.remove("events")).isEqualTo(6L);
      saysStill(old, now, "status");
    }
  }

  /**
   * Checks that all that was said is said still, where it was; there may be more, and members may
   * come in another order.
   */
  private static void saysStill(@Nullable Object before, @Nullable Object now, String where) {
    switch (before) {
      case Map<?, ?> members ->
          members.forEach((key, value) -> saysStill(value, plain(now).get(key), where + "/" + key));
      case List<?> items when where.endsWith("/attrs") ->
          assertThat(now).asInstanceOf(LIST).as(where).hasSameElementsAs(items);
      case List<?> items -> {
        assertThat(now).asInstanceOf(LIST).as(where).hasSameSizeAs(items);
        for (int i = 0; i < items.size(); i++) {
          saysStill(items.get(i), ((List<?>) Objects.requireNonNull(now)).get(i), where + "/" + i);
        }
      }
      case String path when path.startsWith("RUN/") ->
          assertThat(now).as(where).asString().endsWith(path.substring(3));
      case null -> assertThat(now).as(where).isNull();
      default -> assertThat(now).as(where).isEqualTo(before);
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> plain(@Nullable Object tree) {
    return (Map<String, Object>) Objects.requireNonNull(tree);
  }

  private static Map<String, Object> device(Tree status) {
    return plain(plain(plain(plain(status.plain()).get("vdev")).get("moved")).get("state"));
  }
}
