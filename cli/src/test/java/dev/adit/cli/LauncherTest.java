package dev.adit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script {@code adit} and its search for a JDK. */
final class LauncherTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "17.0.15, false",
    "21, false",
    "25, false",
    "25.0.2, false",
    "25.0.3, true",
    "25.0.10.1, true",
    "25.1, true",
    "26, true",
    "26-ea, true"
  })
  void aJdkOlderThanTheFloorIsPassedOver(String version, boolean taken) throws Exception {
    Path jdk = jdk(version);

    assertThat(findJava(jdk).equals(jdk + "\n")).isEqualTo(taken);
  }

  @Test
  void aFolderThatIsNoJdkIsPassedOver() throws Exception {
    assertThat(findJava(folder)).doesNotContain(folder.toString());
  }

  private Path jdk(String version) throws IOException {
    Path jdk = Files.createDirectories(folder.resolve("jdk"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    Path java = Files.createDirectories(jdk.resolve("bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    return jdk;
  }

  private static String findJava(Path home) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("sh", Path.of("..", "adit").toString(), "--find-java");
    builder.environment().put("ADIT_JAVA_HOME", home.toString());
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return out;
  }
}
