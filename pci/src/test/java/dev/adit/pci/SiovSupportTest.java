package dev.adit.pci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.pci.Surroundings.Resource;
import dev.adit.pci.spec.PciExpress;
import dev.adit.pci.spec.Siov;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SiovSupportTest {
  private static final PciAddress AT = new PciAddress(0, 0x6a, 1, 0);

  private static SeenFunction seen(byte[] bytes) {
    return SeenFunction.of(AT, ConfigSpace.of(bytes), Surroundings.NONE);
  }

  private static ConfigSpaceBuilder express(int vendor, int device) {
    return EmulatedConfigSpace.builder()
        .vendor(vendor)
        .device(device)
        .capability(new PcieCapability(PciExpress.Type.ENDPOINT, true, false, true));
  }

  private static SiovSupport secondGeneration(int total, int offset, int stride, int active) {
    CapabilityImage siov =
        CapabilityImage.of(Siov.LAYOUT)
            .with(Siov.TOTAL_SDIS, total)
            .with(Siov.FIRST_OFFSET, offset)
            .with(Siov.STRIDE, stride)
            .with(Siov.ACTIVE, active);
    return SiovSupport.of(seen(express(0x1234, 1).capability(siov).build().snapshot()));
  }

  @Test
  void aDsaHasTheFirstGenerationAndIms() {
    SiovSupport support = SiovSupport.of(seen(DsaConfigSpace.build().snapshot()));
    assertThat(support.dvsec()).isEqualTo(Sighting.PRESENT);
    assertThat(support.ims()).isEqualTo(Sighting.PRESENT);
    assertThat(support.siov()).isEqualTo(Sighting.ABSENT);
    assertThat(support.findings()).isEmpty();
  }

  @Test
  void theImsBitDecidesOnIms() {
    byte[] bytes = DsaConfigSpace.build().snapshot();
    bytes[0x214] = 0;
    assertThat(SiovSupport.of(seen(bytes)).ims()).isEqualTo(Sighting.ABSENT);
    assertThat(SiovSupport.of(seen(Arrays.copyOf(bytes, 0x214))).ims()).isEqualTo(Sighting.HIDDEN);
    assertThat(SiovSupport.of(seen(Arrays.copyOf(bytes, 256))).ims()).isEqualTo(Sighting.HIDDEN);
  }

  @Test
  void aDsaWithoutDvsecWasFiltered() {
    byte[] guest = express(0x8086, 0x0b25).capability(new AtsCapability(1)).build().snapshot();
    SiovSupport support = SiovSupport.of(seen(guest));
    assertThat(support.dvsec()).isEqualTo(Sighting.HIDDEN);
    assertThat(support.findings()).extracting(Finding::rule).containsExactly("dsa-dvsec");
    byte[] other = express(0x8086, 0x1533).capability(new AtsCapability(1)).build().snapshot();
    assertThat(SiovSupport.of(seen(other)).dvsec()).isEqualTo(Sighting.ABSENT);
  }

  @Test
  void secondGenerationComputesRequesterIds() {
    SiovSupport support = secondGeneration(300, 0x100, 1, 0);
    assertThat(support.siov()).isEqualTo(Sighting.PRESENT);
    RequesterIds sdis = support.sdis().orElseThrow();
    assertThat(sdis.at(0)).contains(new PciAddress(0, 0x6b, 1, 0));
    assertThat(sdis.last()).contains(PciAddress.of(0, 0x6a08 + 0x100 + 299));
    assertThat(sdis.at(300)).isEmpty();
    assertThat(sdis.at(-1)).isEmpty();
    assertThat(support.findings()).isEmpty();
  }

  @Test
  void sanityRulesOfTheSecondGenerationAreNamed() {
    assertThat(problem(secondGeneration(1, 0, 0, 0))).contains("offset 0");
    assertThat(problem(secondGeneration(2, 1, 0, 0))).contains("stride is 0");
    assertThat(problem(secondGeneration(65535, 1, 65535, 0))).contains("behind bus 255");
    assertThat(problem(secondGeneration(1, 1, 0, 1))).contains("function-level reset");
    assertThat(secondGeneration(1, 1, 0, 0).findings()).isEmpty();
    assertThat(secondGeneration(0, 0, 0, 0).findings()).isEmpty();
  }

  private static String problem(SiovSupport support) {
    assertThat(support.findings()).hasSize(1);
    return support.findings().getFirst().text();
  }

  @Test
  void iceIsJudgedByPasidAndTheSizeOfItsFirstBar() {
    byte[] ice =
        express(0x8086, 0x1592)
            .capability(new PasidCapability(20, false, false))
            .build()
            .snapshot();
    assertThat(problem(SiovSupport.of(seen(ice)))).contains("not known");
    for (long size : new long[] {64L << 20, 128L << 20}) {
      Surroundings around =
          new Surroundings(
              Optional.empty(),
              Optional.empty(),
              OptionalInt.empty(),
              OptionalInt.empty(),
              Optional.empty(),
              List.of(new Resource(0x1000_0000, size)));
      SeenFunction function = SeenFunction.of(AT, ConfigSpace.of(ice), around);
      assertThat(problem(SiovSupport.of(function)).contains("not SIOV capable"))
          .isEqualTo(size < 128L << 20);
    }
  }
}
