package dev.adit.pci;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SysfsReaderTest {
  @TempDir private Path root;

  private List<SeenFunction> read() {
    return SysfsReader.read(FileTree.directory(root), address -> true);
  }

  private Path function(String address) throws IOException {
    return Files.createDirectories(root.resolve(SysfsReader.DEVICES).resolve(address));
  }

  @Test
  void everythingTheKernelTellsIsRead() throws IOException {
    Path folder = function("0000:6a:01.0");
    Files.write(folder.resolve("config"), DsaConfigSpace.build().snapshot());
    Files.writeString(folder.resolve("numa_node"), "1\n");
    Files.writeString(
        folder.resolve("resource"),
        """
        0x0000380000000000 0x000038000000ffff 0x000000000014220c
        0x0000000000000000 0x0000000000000000 0x0000000000000000
        0x0000380000010000 0x000038000002ffff 0x000000000014220c
        """);
    Files.createSymbolicLink(folder.resolve("driver"), Path.of("../../../bus/drivers/idxd"));
    Files.createSymbolicLink(folder.resolve("iommu_group"), Path.of("../../kernel/groups/7"));
    Files.createSymbolicLink(folder.resolve("physfn"), Path.of("../0000:6a:00.0"));

    SeenFunction function = read().getFirst();
    assertThat(function.device()).isEqualTo(0x0b25);
    assertThat(function.surroundings().driver()).contains("idxd");
    assertThat(function.surroundings().iommuGroup()).hasValue(7);
    assertThat(function.surroundings().numaNode()).hasValue(1);
    assertThat(function.surroundings().physicalFunction()).contains(new PciAddress(0, 0x6a, 0, 0));
    assertThat(function.bars()).extracting(Bar::size).containsExactly(65536L, 131072L);
  }

  @Test
  void withoutConfigTheIdsComeFromTheirFiles() throws IOException {
    Path folder = function("0000:00:02.0");
    Files.writeString(folder.resolve("vendor"), "0x8086\n");
    Files.writeString(folder.resolve("device"), "0x0b25\n");
    SeenFunction function = read().getFirst();
    assertThat(function.vendor()).isEqualTo(0x8086);
    assertThat(function.device()).isEqualTo(0x0b25);
    assertThat(SiovSupport.of(function).dvsec()).isEqualTo(Sighting.HIDDEN);
  }

  @Test
  void nonsenseIsReadAsUnknown() throws IOException {
    Path folder = function("0000:00:02.0");
    Files.createDirectories(root.resolve(SysfsReader.DEVICES).resolve("not-an-address"));
    Files.writeString(folder.resolve("numa_node"), "-1\n");
    Files.writeString(folder.resolve("resource"), "x\n0x10\n\n");
    Files.writeString(folder.resolve("vendor"), "sausage\n");
    Files.createSymbolicLink(folder.resolve("iommu_group"), Path.of("groups/seven"));
    SeenFunction function = read().getFirst();
    assertThat(read()).hasSize(1);
    assertThat(function.config().size()).isZero();
    assertThat(function.surroundings().numaNode()).isEmpty();
    assertThat(function.surroundings().iommuGroup()).isEmpty();
  }

  @Test
  void functionsAreOrderedByAddress() throws IOException {
    function("10000:00:01.0");
    function("0000:ff:01.0");
    function("0000:0a:1f.7");
    assertThat(read())
        .extracting(seen -> seen.address().toString())
        .containsExactly("0000:0a:1f.7", "0000:ff:01.0", "10000:00:01.0");
  }
}
