package dev.adit.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.adit.pci.Bar;
import dev.adit.pci.Capability;
import dev.adit.pci.Layouts;
import dev.adit.pci.PciAddress;
import dev.adit.pci.SeenFunction;
import dev.adit.pci.Sighting;
import dev.adit.pci.lspci.LspciReader;
import dev.adit.pci.spec.CapabilityKey;
import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Header;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Text of lspci and the bytes it was made from give the same facts, for every fact that the text
 * carries: with the lspci of the system and the newest one here.
 */
class LspciTextTest {
  private static final CapabilityKey NOWHERE = CapabilityKey.extended(0x1234);

  @TempDir private Path folder;
  private int compared;

  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.adit.cli.inspect.LspciComparisonTest#machines")
  void functionsOfQemuReadTheSameFromTextAndBytes(
      String name, String machine, List<String> devices, int[] roots, int atLeast)
      throws IOException {
    assumeTrue(Lspci.command().isPresent(), "lspci is not installed");
    try (QemuFunctions qemu = QemuFunctions.start(machine, devices)) {
      compare(qemu.enumerate(roots), 100);
    }
  }

  @Test
  void randomFieldsReadTheSameFromTextAndBytes() throws IOException {
    assumeTrue(Lspci.command().isPresent(), "lspci is not installed");
    long seed = Long.getLong("adit.seed", 23);
    Random random = new Random(seed);
    Map<PciAddress, byte[]> functions = new TreeMap<>();
    for (int device = 0; device < 32; device++) {
      functions.put(new PciAddress(0, 1, device, 0), EmulatedFunctions.random(random).snapshot());
    }
    functions.put(new PciAddress(0, 0x6a, 1, 0), EmulatedFunctions.dsa().snapshot());
    functions.put(new PciAddress(0, 0x6b, 1, 0), EmulatedFunctions.secondGeneration().snapshot());
    try {
      compare(functions, 32 * 120);
    } catch (AssertionError e) {
      throw new AssertionError("seed " + seed, e);
    }
  }

  private static List<List<String>> programs() {
    List<List<String>> programs = new ArrayList<>();
    Lspci.command().ifPresent(programs::add);
    if (Files.isExecutable(Path.of("/usr/bin/lspci"))) {
      programs.add(List.of("/usr/bin/lspci"));
    }
    return programs;
  }

  private void compare(Map<PciAddress, byte[]> functions, int atLeast) throws IOException {
    Path dump = Files.writeString(folder.resolve("dump"), Lspci.dump(functions));
    List<SeenFunction> bytes = LspciReader.read("dump", Files.readAllBytes(dump), address -> true);
    for (List<String> program : programs()) {
      for (String numbers : List.of("-n", "-nn")) {
        compared = 0;
        String text = Lspci.run(program, "-vvv", "-D", numbers, "-F", dump.toString());
        List<SeenFunction> told = LspciReader.find(text.getBytes(StandardCharsets.UTF_8));
        assertThat(told).hasSameSizeAs(bytes);
        for (int i = 0; i < told.size(); i++) {
          compare(told.get(i), bytes.get(i));
        }
        assertThat(compared).as("facts compared, " + program).isGreaterThan(atLeast);
      }
    }
  }

  private void compare(SeenFunction told, SeenFunction read) {
    String where = told.address().toString();
    assertThat(told.address()).isEqualTo(read.address());
    assertThat(told.vendor()).as(where).isEqualTo(read.vendor());
    assertThat(told.device()).as(where).isEqualTo(read.device());
    assertThat(told.classId()).as(where).isEqualTo(read.classId());
    assertThat(told.headerType()).as(where).isEqualTo(read.headerType());
    assertThat(told.capabilities().sighting(NOWHERE)).isEqualTo(Sighting.HIDDEN);
    assertThat(told.capabilities().capabilities())
        .as(where)
        .containsExactlyInAnyOrderElementsOf(read.capabilities().capabilities());
    compare(told, read, Header.LAYOUT.fields(), 0, where);
    compare(told, read, told.headerFields(), 0, where);
    for (Capability found : told.capabilities().capabilities()) {
      String at = where + " " + found.name();
      compare(told, read, Layouts.fields(told.config(), found), found.offset(), at);
      for (Bar bar : told.virtualBars(found)) {
        assertThat(read.virtualBars(found)).as(at).contains(bar);
      }
    }
    for (Bar bar : told.bars()) {
      Optional<Bar> same =
          read.bars().stream().filter(other -> other.index() == bar.index()).findFirst();
      assertThat(same).as(where).isPresent();
      assertThat(same.orElseThrow().address()).as(where + bar).isEqualTo(bar.address());
      assertThat(same.orElseThrow().kind()).as(where + bar).isEqualTo(bar.kind());
      compared++;
    }
  }

  private void compare(
      SeenFunction told, SeenFunction read, List<Field> fields, int base, String where) {
    for (Field field : fields) {
      if (told.config().visible(field, base)) {
        compared++;
        assertThat(field.format().text(told.config().get(field, base)))
            .as(where + " " + field.register().name() + " " + field.name())
            .isEqualTo(field.format().text(read.config().get(field, base)));
      }
    }
  }
}
