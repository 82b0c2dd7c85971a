package dev.adit.cli.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guest whose QEMU is a shell script. */
final class GuestMachineTest {
  private static final GuestRun.Watcher QUIET = new GuestRun.Watcher() {};

  @TempDir private Path folder;
  private final List<String> console = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void files() throws IOException {
    Files.write(folder.resolve("tools.cpio"), new byte[8]);
    Files.write(folder.resolve("modules.cpio"), new byte[4]);
  }

  @Test
  void aQemuThatEndsAtOnceIsReportedWithItsLastWords() throws Exception {
    try (GuestMachine guest = started("echo no such machine >&2; exit 1")) {
      GuestRun run = GuestRun.follow(guest, 1, in(60), QUIET);

      assertThat(run.passed()).isFalse();
      assertThat(run.failure()).contains("the guest ended before it was through");
      assertThat(guest.consoleTail()).containsExactly("no such machine");
      assertThat(console).containsExactly("no such machine");
    }
  }

  @Test
  void theConsoleLosesControlCharactersAndKeepsItsEnd() throws Exception {
    try (GuestMachine guest = started("printf 'a\\033c\\r\\n'; seq 1000; exit 0")) {
      GuestRun.follow(guest, 1, in(60), QUIET);

      assertThat(console).hasSize(1001).startsWith("ac", "1");
      assertThat(guest.consoleTail()).hasSize(40).endsWith("999", "1000");
    }
  }

  @Test
  void closingEndsAQemuThatWouldGoOnAndRemovesTheFolder() throws Exception {
    GuestMachine guest = started("echo started; exec sleep 1000");
    Path made = guest.folder();
    assertThat(made.resolve("initrd")).exists();

    guest.close();

    assertThat(made).doesNotExist();
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).isEmpty();
    assertThatThrownBy(() -> guest.tell("boot 1 1")).isInstanceOf(IOException.class);
  }

  @Test
  void theInitialFileSystemEndsWithTheFilesOfThisRun() throws Exception {
    try (GuestMachine guest = started("exec sleep 1000")) {
      byte[] initrd = Files.readAllBytes(guest.folder().resolve("initrd"));
      String text = new String(initrd, StandardCharsets.ISO_8859_1);

      assertThat(initrd.length % 4).isZero();
      assertThat(text.indexOf("070701")).isEqualTo(12);
      assertThat(text.split("070701", -1)).hasSize(1 + 4);
      assertThat(text)
          .containsSubsequence("adit\0", "adit/steps\0", "hello", "init\0", "TRAILER!!!\0");
      // Size 5, one link, executable; the content begins at a multiple of four.
      int file = text.indexOf("adit/steps") - 110;
      assertThat(text.substring(file + 54, file + 62)).isEqualTo("00000005");
      assertThat(text.substring(file + 14, file + 22)).isEqualTo("000081ED");
      assertThat((text.indexOf("hello") - 12) % 4).isZero();
    }
  }

  private GuestMachine started(String script) throws IOException {
    Path qemu = folder.resolve("qemu");
    Files.writeString(qemu, "#!/bin/sh\n" + script + "\n");
    assertThat(qemu.toFile().setExecutable(true)).isTrue();
    GuestMachine guest = GuestMachine.make(console::add);
    Map<String, byte[]> files = new TreeMap<>();
    files.put("adit/steps", "hello".getBytes(StandardCharsets.UTF_8));
    files.put("init", new byte[] {1});
    guest.start(
        new GuestFiles(folder),
        new GuestFiles.Kernel("1.0", folder.resolve("vmlinuz"), folder.resolve("modules.cpio")),
        List.of(),
        List.of(),
        files,
        false);
    return guest;
  }

  private static long in(int seconds) {
    return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
  }
}
