package dev.adit.cli.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The decoder of the QEMU plugin has a test of its own in C, which this one builds and runs. */
final class PluginDecoderTest {
  @TempDir private Path folder;

  @Test
  void theDecoderKnowsEveryFormOfTheInstruction() throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/cc")), "no C compiler; 'adit guest setup' has one");
    Path source = GuestSetup.find().folder().resolve("plugin");
    Path program = folder.resolve("decode_test");

    String built =
        run(
            "cc -std=gnu11 -Wall -Wextra -Werror -fsanitize=undefined -fno-sanitize-recover -o",
            program.toString(),
            source.resolve("decode_test.c").toString(),
            source.resolve("decode.c").toString());
    String result = run(program.toString());

    assertThat(built).isEmpty();
    assertThat(result).contains("0 failed").doesNotContain("not ok");
  }

  private String run(String... command) throws IOException, InterruptedException {
    File log = folder.resolve("log").toFile();
    Process process =
        new ProcessBuilder(String.join(" ", command).split(" "))
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start();
    int exit = process.waitFor();
    String text = Files.readString(log.toPath(), StandardCharsets.UTF_8);
    assertThat(exit).as(text).isZero();
    return text;
  }
}
