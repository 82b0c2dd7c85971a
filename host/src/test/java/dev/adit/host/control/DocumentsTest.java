package dev.adit.host.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.devices.RefusedException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** YAML and JSON, and where mistakes are. */
final class DocumentsTest {
  @Test
  void yamlAndJsonMeanTheSame() {
    String yaml = "a: 1\nb: [x, true, null, 1.5]\nc: {d: \"2\"}\n";
    String json = "{\"a\": 1, \"b\": [\"x\", true, null, 1.5], \"c\": {\"d\": \"2\"}}";

    assertThat(Documents.parse("f", yaml).plain()).isEqualTo(Documents.parse("f", json).plain());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a: [1, 2 | f:1:9: ",
        "a: 1\\na: 2 | f:2:1: ",
        "a: &x [1]\\nb: *x | f:2:4: aliases",
        "{\"a\": 1,\\n \"b\": } | f:2:7: not JSON",
        "{\"a\": 1, \"a\": 2} | f:1: not JSON: Duplicate",
        "{\"a\": 99999999999999999999} | f:1:7: a number must fit",
        "a: 99999999999999999999 | f:1:4: a number must fit",
        "{} {} | f:1: there is more than one",
        "'' | f:1:1: the file is empty",
      })
  void aMistakeIsToldWithItsPlace(String text, String start) {
    String source = text.equals("''") ? "" : text.replace("\\n", "\n");

    assertThatThrownBy(() -> Documents.parse("f", source))
        .isInstanceOf(RefusedException.class)
        .message()
        .matches(message -> matches(message, start.strip()), start);
  }

  /** A place without a column matches any column. */
  private static boolean matches(String message, String start) {
    String file = start.substring(0, start.indexOf(' ') < 0 ? start.length() : start.indexOf(' '));
    String rest = start.substring(file.length()).strip();
    return message.startsWith(file) && message.contains(rest);
  }

  @Test
  void depthIsBounded() {
    assertThatThrownBy(() -> Documents.parse("f", "[".repeat(100_000)))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> Documents.parse("f", "- ".repeat(5_000) + "x"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("nested too deeply");
  }

  @Test
  void commasBeforeClosingBracketsPassAsTheyDoInAccelConfig() {
    assertThat(Documents.parse("f", "[1, 2,]").plain()).isEqualTo(java.util.List.of(1L, 2L));
  }

  @Test
  void anEscapeWithoutDigitsIsRefusedLikeAnyOtherMistake() {
    for (String text : List.of("\"\\x\"", "\"\\xg0\"", "\"\\UFFFFFFFF\"")) {
      assertThatThrownBy(() -> Documents.parse("f", text)).isInstanceOf(RefusedException.class);
    }
  }

  @Test
  void nothingThatIsWrittenBreaksTheReader() {
    long seed = Long.getLong("adit.seed", 1);
    System.out.println("DocumentsTest: -Dadit.seed=" + seed);
    Random random = new Random(seed);
    String alphabet = "{}[]:,-&*!|>'\"% \n\tax0.\\#?@`~";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(40); n >= 0; n--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        Documents.parse("f", text.toString());
      } catch (RefusedException e) {
        assertThat(e.sentence()).as("seed %d", seed).startsWith("f:");
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + Json.line(text.toString()), e);
      }
    }
  }
}
