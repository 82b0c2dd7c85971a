package dev.adit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.AutoComplete;

/** The completion of bash, which is a file of its own so that pressing a key starts no JVM. */
final class CompletionTest {
  private static final Path FILE = Path.of("../packaging/completion/adit.bash");

  @Test
  void theFileKnowsAllVerbsAndOptions() throws IOException {
    String current = AutoComplete.bash("adit", Adit.commandLine());
    if (Boolean.getBoolean("adit.update")) {
      Files.writeString(FILE, current);
    }

    assertThat(Files.readString(FILE).equals(current))
        .as("%s is behind the commands; run this test with -Dadit.update=true", FILE)
        .isTrue();
  }

  @Test
  void bashCompletesByIt() throws Exception {
    assertThat(complete("vde")).isEqualTo("vdev");
    assertThat(complete("vdev", "susp")).isEqualTo("suspend");
    assertThat(complete("vdev", "start", "--dry")).isEqualTo("--dry-run");
  }

  private static String complete(String... words) throws Exception {
    String script =
        "source %s; COMP_WORDS=(adit %s); COMP_CWORD=%d; _complete_adit; echo \"${COMPREPLY[*]}\""
            .formatted(FILE, String.join(" ", words), words.length);
    Process bash =
        new ProcessBuilder("bash", "-c", script)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    bash.waitFor();
    return out.strip();
  }
}
