package dev.adit.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Holds the house in the shape that ARCHITECTURE.md draws. */
final class HouseRulesTest {
  /** Which module may know which; no other arrow exists. */
  private static final Map<String, Set<String>> MAY_KNOW =
      new TreeMap<>(
          Map.of(
              "vfiouser", Set.of(),
              "pci", Set.of(),
              "interrupts", Set.of(),
              "platform", Set.of("pci", "interrupts"),
              "devices", Set.of("pci", "interrupts", "platform"),
              "host", Set.of("vfiouser", "pci", "interrupts", "platform", "devices"),
              "machine", Set.of("pci", "interrupts", "devices", "vfiouser"),
              "cli",
                  Set.of(
                      "vfiouser", "pci", "interrupts", "platform", "devices", "host", "machine")));

  /** Models of particular devices; what all of them are to the host lies in the package above. */
  private static final String FAMILIES = "dev.adit.devices.(**)";

  /**
   * Verbs that set up and drive a device of their own: the demo, guests that are booted, a single
   * function that is served, and the scenarios of the matrix.
   */
  private static final String[] DRIVE_A_DEVICE = {
    "dev.adit.cli.boot", "dev.adit.cli.demo", "dev.adit.cli.matrix", "dev.adit.cli.serve"
  };

  /** Lines; about 120 are normal. */
  private static final int LONGEST_FILE = 600;

  /** Where tools/test puts compiled tests. */
  private static final Pattern QUICK_TESTS = Pattern.compile(".*/quick/[^/]+/test/.*");

  private static JavaClasses house;

  @BeforeAll
  static void readTheHouse() {
    house =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.matches(QUICK_TESTS))
            .importPackages("dev.adit");
  }

  @TestFactory
  List<DynamicTest> aModuleKnowsOnlyWhatTheHouseAllows() {
    List<DynamicTest> tests = new ArrayList<>();
    MAY_KNOW.forEach(
        (module, known) ->
            tests.add(DynamicTest.dynamicTest(module, () -> arrows(module, known).check(house))));
    return tests;
  }

  @TestFactory
  List<DynamicTest> theModuleDescriptorsDrawTheSameArrows() {
    List<DynamicTest> tests = new ArrayList<>();
    MAY_KNOW.forEach(
        (module, known) ->
            tests.add(
                DynamicTest.dynamicTest(
                    module, () -> assertThat(known).containsAll(required(module)))));
    return tests;
  }

  @Test
  void layoutsTakenFromADocumentKnowNothingElse() {
    noClasses()
        .that()
        .resideInAPackage("dev.adit..spec")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(
            "dev.adit..spec", "java.lang..", "java.util..", "java.nio..", "org.jspecify..")
        .allowEmptyShould(true)
        .check(house);
  }

  @Test
  void onlyVfioUserCallsNativeFunctions() {
    nativeCallers("dev.adit.vfiouser..").check(house);
  }

  @Test
  void onlyTheCommandPrints() {
    printers("dev.adit.cli..").check(house);
  }

  @Test
  void theInterruptCoreTouchesNoFilesAndNoClock() {
    noClasses()
        .that()
        .resideInAPackage("dev.adit.interrupts..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.io..", "java.nio.file..", "java.net..", "java.time..")
        .check(house);
  }

  @Test
  void theDecisionTouchesNoFilesNoClockAndNoThreads() {
    noClasses()
        .that()
        .resideInAPackage("dev.adit.platform")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.io..", "java.nio..", "java.net..", "java.time..", "java.util.concurrent..")
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(Thread.class)
        .orShould()
        .dependOnClassesThat()
        .resideInAPackage("dev.adit.platform.gather..")
        .check(house);
  }

  @Test
  void theHostAndItsContractKnowNoFamily() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.adit.devices", "dev.adit.host..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(FAMILIES)
        .check(house);
  }

  @Test
  void ofTheCommandOnlyVerbsThatDriveADeviceKnowItsFamily() {
    noClasses()
        .that()
        .resideInAPackage("dev.adit.cli..")
        .and()
        .resideOutsideOfPackages(DRIVE_A_DEVICE)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(FAMILIES)
        .check(house);
  }

  @Test
  void noFileIsLongerThanAReaderKeepsInMind() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path file : sources()) {
      long lines = Files.readString(file).lines().count();
      if (lines > LONGEST_FILE) {
        tooLong.add(file + ": " + lines);
      }
    }
    assertThat(tooLong).isEmpty();
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(".."))) {
      List<Path> sources =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> file.toString().contains("/src/"))
              .toList();
      assertThat(sources).hasSizeGreaterThan(100);
      return sources;
    }
  }

  private static ArchRule arrows(String module, Set<String> known) {
    Set<String> allowed = new TreeSet<>(known);
    allowed.add(module);
    String[] others =
        MAY_KNOW.keySet().stream()
            .filter(other -> !allowed.contains(other))
            .map(other -> "dev.adit." + other + "..")
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage("dev.adit." + module + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others)
        .allowEmptyShould(true);
  }

  private static ArchRule nativeCallers(String allowed) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(allowed)
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.lang.foreign.Linker");
  }

  private static ArchRule printers(String allowed) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(allowed)
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err");
  }

  private static Set<String> required(String module) throws IOException {
    String folder = module.equals("vfiouser") ? "vfio-user" : module;
    String text =
        Files.readString(Path.of("..", folder, "src", "main", "java", "module-info.java"));
    Set<String> found = new TreeSet<>();
    Matcher matcher =
        Pattern.compile("requires (?:transitive )?dev\\.adit\\.(\\w+);").matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }
}
