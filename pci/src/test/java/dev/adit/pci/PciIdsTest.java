package dev.adit.pci;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PciIdsTest {
  @TempDir private Path folder;

  @Test
  void namesComeFromTheFileThenFromTheOverlay() throws IOException {
    Path file = folder.resolve("pci.ids");
    Files.writeString(
        file,
        """
        # comment
        1af4  Red Hat, Inc.
        \t1041  Virtio 1.0 network device
        \t\t1af4 0001  a subsystem
        # in between
        \t1042  Virtio 1.0 block device
        8086  Intel Corporation
        C 08  Generic system peripheral
        \t80  System peripheral
        """);
    PciIds ids = PciIds.of(file);
    assertThat(ids.vendor(0x8086)).contains("Intel Corporation");
    assertThat(ids.device(0x1af4, 0x1042)).contains("Virtio 1.0 block device");
    assertThat(ids.device(0x1af4, 0x0001)).isEmpty();
    assertThat(ids.device(0x8086, 0x0b25)).contains("Data Streaming Accelerator (DSA)");
    assertThat(ids.deviceClass(0x0880)).contains("System peripheral");
    assertThat(ids.deviceClass(0x0811)).contains("Generic system peripheral");
    assertThat(ids.deviceClass(0x1234)).isEmpty();
  }

  @Test
  void withoutAFileOnlyTheOverlayKnowsNames() {
    PciIds ids = PciIds.of(folder.resolve("missing"));
    assertThat(ids.vendor(0x8086)).isEmpty();
    assertThat(ids.device(0x8086, 0x0cfe)).isPresent();
  }
}
