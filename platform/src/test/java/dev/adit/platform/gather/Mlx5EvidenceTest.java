package dev.adit.platform.gather;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.platform.Ims;
import dev.adit.platform.Outcome;
import dev.adit.platform.Rule;
import dev.adit.platform.Sign;
import dev.adit.platform.Truth;
import dev.adit.platform.Use;
import dev.adit.platform.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class Mlx5EvidenceTest {
  private static final String NIC = "sys/bus/pci/devices/0000:17:00.0";

  @Test
  void aConnectXOnARealHostIsNotRefusedForADvsecThatItNeverHas() {
    Assessment assessment = assess(0x101d);
    Assessment.Assessed nic = assessment.functions().getFirst();

    assertThat(nic.part().evidence().fact(Sign.FUNCTION_OWN_IOMMU).source())
        .isEqualTo("thread, Gunthorpe 16 Nov");
    assertThat(nic.part().evidence().truth(Sign.FUNCTION_IMS)).isEqualTo(Truth.UNKNOWN);
    Verdict queues = nic.verdicts().getLast();
    assertThat(queues.use()).isEqualTo(Use.SUB_DEVICE_QUEUE_STORE);
    assertThat(queues.outcome()).isEqualTo(Outcome.ALLOW);
    assertThat(queues.caveats())
        .extracting(Rule::id)
        .contains("caveat.hidden-vmm", "caveat.function-unknown");
  }

  @ParameterizedTest
  @ValueSource(ints = {0x1003, 0x1007, 0x6746})
  void whatMlx5DoesNotServeIsNotTakenForOne(int device) {
    Assessment.Assessed nic = assess(device).functions().getFirst();

    assertThat(nic.part().evidence().truth(Sign.FUNCTION_OWN_IOMMU)).isEqualTo(Truth.NO);
    assertThat(nic.verdicts()).hasSameSizeAs(Assessment.USES);
    assertThat(nic.verdicts().getFirst().rule().id()).isEqualTo("function.no-ims");
  }

  private static Assessment assess(int device) {
    byte[] config = new byte[4096];
    byte[] ids = {(byte) 0xb3, 0x15, (byte) device, (byte) (device >>> 8), 0, 0, 0x10, 0};
    System.arraycopy(ids, 0, config, 0, ids.length);
    config[0x0b] = 2;
    config[0x34] = 0x40;
    config[0x40] = 0x10;
    MemoryTree tree =
        new MemoryTree("host")
            .file("proc/version", "Linux version 6.8.1")
            .file("proc/cpuinfo", "vendor_id\t: GenuineIntel\nflags\t\t: fpu\n")
            .file("proc/interrupts", "24: IR-PCI-MSIX-0000:17:00.0 0-edge mlx5_async\n")
            .folder("sys/class/iommu/dmar0")
            .file(NIC + "/config", config);
    return Assessment.of(Machine.of(tree, at -> true), Ims.AUTO, part -> true);
  }
}
