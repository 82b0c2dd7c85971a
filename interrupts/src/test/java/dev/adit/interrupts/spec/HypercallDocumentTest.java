package dev.adit.interrupts.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The hypercall's document, its numbers in Java and those of the Linux module are the same. */
class HypercallDocumentTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Map<String, Integer> CALLS =
      Map.of("NEGOTIATE", 0, "ALLOCATE", 1, "RETARGET", 2, "RELEASE", 3);

  /** What the document calls each status, and its name in Java. */
  private static final Map<String, String> STATUSES =
      Map.ofEntries(
          Map.entry("done", "OK"),
          Map.entry("no such call", "NO_SUCH_CALL"),
          Map.entry("no version agreed", "NOT_NEGOTIATED"),
          Map.entry("the device is not the VM's", "NO_SUCH_DEVICE"),
          Map.entry("no such processor or vector", "NO_SUCH_TARGET"),
          Map.entry("no such PASID", "BAD_PASID"),
          Map.entry("not isolated", "NOT_ISOLATED"),
          Map.entry("the VM's quota is used up", "QUOTA"),
          Map.entry("nothing is left on the physical machine", "EXHAUSTED"),
          Map.entry("no such id", "NO_SUCH_ID"),
          Map.entry("an argument is out of range", "BAD_ARGUMENT"));

  private static String text(String path) throws IOException {
    return Files.readString(ROOT.resolve(path));
  }

  private static long java(String name) throws ReflectiveOperationException {
    Field field = HypercallAbi.class.getField(name);
    return ((Number) field.get(null)).longValue();
  }

  private static Map<String, Integer> numbers(String text, String pattern, int name, int number) {
    Map<String, Integer> found = new TreeMap<>();
    Matcher matcher = Pattern.compile(pattern, Pattern.MULTILINE).matcher(text);
    matcher.results().forEach(m -> found.put(m.group(name).strip(), value(m.group(number))));
    return found;
  }

  private static int value(String number) {
    return Integer.decode(number);
  }

  @Test
  void theCallsOfTheDocumentAreThoseOfTheCode() throws Exception {
    Map<String, Integer> typed =
        numbers(text("docs/hypercall-abi.md"), "^\\| (\\d+) \\| ([A-Z]+) \\|", 2, 1);
    assertThat(typed).containsExactlyInAnyOrderEntriesOf(CALLS);
    for (String call : CALLS.keySet()) {
      assertThat(java(call)).as(call).isEqualTo(CALLS.get(call).longValue());
    }
  }

  @Test
  void theStatusesOfTheDocumentAreThoseOfTheCode() throws Exception {
    String table = text("docs/hypercall-abi.md");
    table = table.substring(table.indexOf("| status | meaning |"));
    Map<String, Integer> typed =
        numbers(table, "(?<=\\|) (\\d+) \\| ([a-zA-Z' ]+?)(?=[:|\\n]| \\|)", 2, 1);
    assertThat(typed.keySet()).containsExactlyInAnyOrderElementsOf(STATUSES.keySet());
    for (Map.Entry<String, Integer> each : typed.entrySet()) {
      String name = String.valueOf(STATUSES.get(each.getKey()));
      assertThat(java(name)).as(name).isEqualTo(each.getValue().longValue());
    }
  }

  @Test
  void leafAndSignatureOfTheDocumentAreThoseOfTheCode() throws Exception {
    String document = text("docs/hypercall-abi.md");
    Matcher leaf = Pattern.compile("CPUID leaf `(0x[0-9A-F]+)`").matcher(document);
    assertThat(leaf.find()).isTrue();
    assertThat(Long.decode(leaf.group(1))).isEqualTo(java("LEAF"));
    var words =
        Pattern.compile("`(0x[0-9A-F]{8})`")
            .matcher(document.substring(document.indexOf("AditIrqCall")))
            .results()
            .limit(3)
            .map((MatchResult m) -> Long.decode(m.group(1)))
            .toList();
    assertThat(words)
        .containsExactly(java("SIGNATURE_EBX"), java("SIGNATURE_ECX"), java("SIGNATURE_EDX"));
    byte[] letters = new byte[12];
    for (int i = 0; i < 12; i++) {
      letters[i] = (byte) (words.get(i / 4) >>> (8 * (i % 4)));
    }
    assertThat(new String(letters, StandardCharsets.US_ASCII)).isEqualTo("AditIrqCall\0");
    assertThat(document)
        .contains("# The hypercall for interrupt messages, version " + java("VERSION"));
  }

  @Test
  void theLinuxModuleUsesTheSameNumbers() throws Exception {
    Map<String, Integer> defined =
        numbers(
            text("guest/linux/ims-call.c"), "^#define\\s+([A-Z]+)\\s+(0x[0-9a-f]+|\\d+)\\b", 1, 2);
    for (String call : CALLS.keySet()) {
      assertThat(defined).containsEntry(call, (int) java(call));
    }
    assertThat(defined)
        .containsEntry("VERSION", (int) java("VERSION"))
        .containsEntry("REGISTERS", (int) java("REGISTERS"));
    Matcher doorbell =
        Pattern.compile("at (0x[0-9a-fA-F]+) a doorbell").matcher(text("docs/hypercall-abi.md"));
    assertThat(doorbell.find()).isTrue();
    assertThat(defined).containsEntry("DOORBELL", Integer.decode(doorbell.group(1)));
  }
}
