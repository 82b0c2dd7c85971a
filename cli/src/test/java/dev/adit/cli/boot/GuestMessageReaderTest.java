package dev.adit.cli.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GuestMessageReaderTest {
  private final GuestMessageReader reader = new GuestMessageReader();

  @Test
  void eachKindOfLineIsAMessage() {
    assertThat(reader.line("ready 7.2.12")).contains(new GuestMessage.Ready("7.2.12"));
    assertThat(reader.line("meet work")).contains(new GuestMessage.Meet("work"));
    assertThat(reader.line("progress a b")).contains(new GuestMessage.Progress("a b"));
    assertThat(reader.line("ok driver bound to x"))
        .contains(new GuestMessage.Step("driver", true, "bound to x"));
    assertThat(reader.line("not-ok driver")).contains(new GuestMessage.Step("driver", false, ""));
    assertThat(reader.line("fact interrupt vector=1 count=2"))
        .contains(new GuestMessage.Fact("interrupt", "vector=1 count=2"));
    assertThat(reader.line("rebooting")).contains(new GuestMessage.Ended(true));
    assertThat(reader.line("done")).contains(new GuestMessage.Ended(false));
  }

  @Test
  void aFileIsOneMessageWhenItIsComplete() {
    assertThat(reader.line("file a.tar")).isEmpty();
    assertThat(reader.line("data AAAA")).isEmpty();
    assertThat(reader.line("data BB==")).isEmpty();
    assertThat(reader.line("eof"))
        .contains(new GuestMessage.Content("a.tar", List.of("AAAA", "BB==")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "/etc/passwd", "a/b", ".profile", "-x", "", "a b", "ü"})
  void aFileThatCouldLandElsewhereIsRefusedWithAllItsContent(String name) {
    assertThat(reader.line("file " + name)).containsInstanceOf(GuestMessage.Unknown.class);
    assertThat(reader.line("data AAAA")).containsInstanceOf(GuestMessage.Unknown.class);
    assertThat(reader.line("eof")).containsInstanceOf(GuestMessage.Unknown.class);
  }

  @Test
  void aFileWithoutEndIsGivenUp() {
    String line = "data " + "A".repeat(60_000);
    reader.line("file big");
    boolean refused = false;
    for (int i = 0; i < 2000 && !refused; i++) {
      refused = reader.line(line).isPresent();
    }

    assertThat(refused).isTrue();
    assertThat(reader.line("eof")).containsInstanceOf(GuestMessage.Unknown.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "boot 1 1", "Ok x", "data", "eof x", "[    0.0] noise"})
  void anythingElseIsKeptAsUnknown(String line) {
    assertThat(reader.line(line)).contains(new GuestMessage.Unknown(line));
  }
}
