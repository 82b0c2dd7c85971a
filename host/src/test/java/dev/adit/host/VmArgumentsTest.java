package dev.adit.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.host.VmArguments.Accelerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VmArgumentsTest {
  private static final VmArguments TCG =
      new VmArguments(
          Path.of("/run/adit/dsa.sock"), Accelerator.TCG, Optional.empty(), 2, 512, false);

  @Test
  void qemuGetsMemoryThatTheServerCanMap() {
    List<String> arguments = TCG.qemu();
    assertThat(after(arguments, "-object"))
        .isEqualTo("memory-backend-memfd,id=ram,size=512M,share=on");
    assertThat(after(arguments, "-machine")).isEqualTo("q35,memory-backend=ram");
    assertThat(after(arguments, "-m")).isEqualTo("512M");
  }

  @Test
  void theDeviceIsInJsonForm() {
    assertThat(TCG.qemu())
        .endsWith(
            "{\"driver\":\"vfio-user-pci\","
                + "\"socket\":{\"path\":\"/run/adit/dsa.sock\",\"type\":\"unix\"}}");
  }

  @Test
  void aTranslatedGuestGetsTheInstructionBitAndThePlugin() {
    List<String> arguments = TCG.withPlugin(Path.of("/opt/a,b/movdir64b.so")).qemu();
    assertThat(after(arguments, "-cpu")).isEqualTo("max,x-force-features=on,+movdir64b");
    assertThat(after(arguments, "-plugin")).isEqualTo("/opt/a,,b/movdir64b.so");
  }

  @Test
  void underKvmTheProcessorItselfHasTheInstruction() {
    List<String> arguments =
        TCG.withPlugin(Path.of("/x.so")).withAccelerator(Accelerator.KVM).qemu();
    assertThat(after(arguments, "-cpu")).isEqualTo("host");
    assertThat(arguments).doesNotContain("-plugin");
  }

  @Test
  void aVirtualIommuIsInCachingModeAndThereBeforeTheDevice() {
    List<String> arguments = TCG.withViommu(true).qemu();
    assertThat(arguments)
        .containsSubsequence("intel-iommu,intremap=on,caching-mode=on", arguments.getLast());
    assertThat(TCG.withViommu(true).kernelParameters()).containsExactly("intel_iommu=on");
    assertThat(after(TCG.withViommu(true).withAccelerator(Accelerator.KVM).qemu(), "-machine"))
        .contains("kernel-irqchip=split");
  }

  @Test
  void pathsSurviveTheQuotingOfEveryPrinter() throws IOException {
    VmArguments odd = VmArguments.of(Path.of("/tmp/a \"b'c\\d,<e>&.sock"));
    assertThat(odd.qemu().getLast()).contains("/tmp/a \\\"b'c\\\\d,<e>&.sock");
    assertThat(odd.libvirt())
        .contains(
            "<qemu:arg value='{\"driver\":\"vfio-user-pci\",\"socket\":{\"path\":"
                + "\"/tmp/a \\\"b&apos;c\\\\d,&lt;e>&amp;.sock\",\"type\":\"unix\"}}'/>");
    assertThat(odd.cloudHypervisor()).endsWith("socket=\"" + odd.socket() + "\"");
    assertThat(throughShell(odd.qemu())).isEqualTo(odd.qemu());
  }

  @Test
  void cloudHypervisorHasNoVirtualIommuForIt() {
    assertThatThrownBy(() -> TCG.withViommu(true).cloudHypervisor())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("virtual IOMMU");
    assertThat(TCG.cloudHypervisor()).contains("size=512M,shared=on");
  }

  private static String after(List<String> arguments, String option) {
    return arguments.get(arguments.indexOf(option) + 1);
  }

  private static List<String> throughShell(List<String> arguments) throws IOException {
    Process shell =
        new ProcessBuilder("sh", "-c", "printf '%s\\n' " + VmArguments.shell(arguments)).start();
    String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return Arrays.asList(out.split("\n", -1)).subList(0, arguments.size());
  }
}
