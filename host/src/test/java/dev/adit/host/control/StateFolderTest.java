package dev.adit.host.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.RefusedException;
import dev.adit.host.control.DyingDisk.Loss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Definitions on disk, and what is left of them when the machine stops. */
final class StateFolderTest {
  private static final Path ROOT = Path.of("/state");
  private static final UUID ID = UUID.fromString("0b7f3f5e-3d5c-4c1e-9a55-111111111111");

  @TempDir private Path folder;

  private static DeviceDefinition definition(String type) {
    return new DeviceDefinition(
        ID, "dsa0", type, DeviceDefinition.Start.AUTO, DeviceAttributes.NONE);
  }

  /** A change that is cut short, and what may be found afterwards. */
  private record Change(
      String name, Optional<String> before, Consumer<StateFolder> change, List<String> allowed) {}

  private static final List<Change> CHANGES =
      List.of(
          new Change(
              "define",
              Optional.empty(),
              state -> state.save(definition("1dwq")),
              List.of("", "1dwq")),
          new Change(
              "modify",
              Optional.of("1dwq"),
              state -> state.save(definition("2dwq")),
              List.of("1dwq", "2dwq")),
          new Change(
              "undefine",
              Optional.of("1dwq"),
              state -> state.remove(definition("1dwq")),
              List.of("", "1dwq")));

  @TestFactory
  List<DynamicTest> aChangeCutShortAtAnyStepIsThereInWholeOrNotAtAll() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Change change : CHANGES) {
      int steps = stepsOf(change);
      assertThat(steps).isGreaterThan(1);
      for (int step = 0; step <= steps; step++) {
        for (Loss loss : Loss.values()) {
          int at = step;
          tests.add(
              DynamicTest.dynamicTest(
                  change.name() + ", " + at + " of " + steps + " steps, loss of " + loss,
                  () -> cut(change, at, steps, loss)));
        }
      }
    }
    return tests;
  }

  private static DyingDisk prepared(Change change) {
    DyingDisk disk = new DyingDisk();
    change.before().ifPresent(type -> new StateFolder(ROOT, disk).save(definition(type)));
    return disk;
  }

  private static int stepsOf(Change change) {
    DyingDisk disk = prepared(change);
    disk.dieAt(Integer.MAX_VALUE);
    change.change().accept(new StateFolder(ROOT, disk));
    return disk.steps();
  }

  private static void cut(Change change, int step, int steps, Loss loss) {
    DyingDisk disk = prepared(change);
    disk.dieAt(step);
    boolean finished = true;
    try {
      change.change().accept(new StateFolder(ROOT, disk));
    } catch (RefusedException e) {
      finished = false;
    }
    disk.revive(loss);

    StateFolder.Found found = new StateFolder(ROOT, disk).load();
    assertThat(found.complaints()).isEmpty();
    String type = found.definitions().isEmpty() ? "" : found.definitions().getFirst().type();
    assertThat(finished).isEqualTo(step == steps);
    assertThat(change.allowed()).contains(type);
    if (finished) {
      assertThat(type).isEqualTo(change.allowed().get(change.name().equals("undefine") ? 0 : 1));
    }
    assertThat(disk.list(ROOT.resolve("dsa0"))).noneMatch(file -> file.toString().contains(".new"));
  }

  @Test
  void aDiskThatForgetsSyncsWouldBeFoundOut() {
    // The other tests could not fail if the model lost nothing: without sync, contents are lost.
    DyingDisk disk = new DyingDisk();
    Path file = ROOT.resolve("dsa0").resolve(ID + ".json");
    try {
      disk.write(file, new byte[] {'{'});
      disk.syncFolder(ROOT.resolve("dsa0"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    disk.revive(Loss.CONTENTS);

    assertThat(new StateFolder(ROOT, disk).load().complaints()).hasSize(1);
  }

  @Test
  void whatIsSavedIsFoundAgainAndIsForItsOwnerAlone() throws IOException {
    StateFolder state = StateFolder.open(folder.resolve("state"));
    state.save(definition("1dwq"));

    assertThat(StateFolder.open(folder.resolve("state")).load().definitions())
        .containsExactly(definition("1dwq"));
    Path file = folder.resolve("state").resolve("dsa0").resolve(ID + ".json");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");

    state.remove(definition("1dwq"));
    assertThat(state.load().definitions()).isEmpty();
  }

  @Test
  void aFileThatCannotBeUnderstoodIsToldAndLeftAlone() throws IOException {
    StateFolder state = StateFolder.open(folder.resolve("state"));
    state.save(definition("1dwq"));
    Path parent = folder.resolve("state").resolve("dsa0");
    Path broken = Files.writeString(parent.resolve("broken.json"), "{\"uuid\": 1}");
    Path stranger = parent.resolve(UUID.randomUUID() + ".json");
    Files.copy(parent.resolve(ID + ".json"), stranger);
    Files.writeString(parent.resolve(ID + ".new"), "{");

    StateFolder.Found found = state.load();

    assertThat(found.definitions()).containsExactly(definition("1dwq"));
    assertThat(found.complaints())
        .hasSize(2)
        .anyMatch(text -> text.contains("broken.json:1:"))
        .anyMatch(text -> text.contains("names another device"));
    assertThat(broken).exists();
    assertThat(stranger).exists();
    assertThat(parent.resolve(ID + ".new")).doesNotExist();
  }
}
