package dev.adit.cli.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GuestFilesTest {
  @TempDir private Path folder;

  @Test
  void anEmptyFolderMissesEverything() {
    GuestFiles files = new GuestFiles(folder.resolve("none"));

    assertThat(files.missing())
        .containsExactly("QEMU", "the MOVDIR64B plugin", "the guest's tools", "a kernel");
    assertThat(files.kernel(Optional.empty())).isEmpty();
  }

  @Test
  void kernelsComeNewestFirstAndOnlyWithTheirStamp() throws Exception {
    GuestFiles files = new GuestFiles(folder);
    for (String release :
        new String[] {"7.2.9+deb13-amd64", "6.12.107+deb13-amd64", "7.2.12+deb13-amd64"}) {
      kernel(release);
      stamp("kernel-" + release);
    }
    kernel("7.3.4+deb13-amd64");

    assertThat(files.kernels())
        .extracting(GuestFiles.Kernel::release)
        .containsExactly("7.2.12+deb13-amd64", "7.2.9+deb13-amd64", "6.12.107+deb13-amd64");
    assertThat(files.kernel(Optional.of("6.12"))).isPresent();
    assertThat(files.kernel(Optional.of("6.1"))).isEmpty();
    assertThat(files.kernel(Optional.of("7.2.9"))).isPresent();
    assertThat(files.kernel(Optional.of("6.12.107+deb13-amd64"))).isPresent();
  }

  private void kernel(String release) throws IOException {
    Files.createDirectories(folder.resolve("kernels").resolve(release));
  }

  private void stamp(String step) throws IOException {
    Files.createDirectories(folder.resolve("stamps"));
    Files.createFile(folder.resolve("stamps").resolve(step));
  }
}
