package dev.adit.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.pci.spec.PciExpress;
import dev.adit.pci.spec.Siov;
import org.junit.jupiter.api.Test;

final class SdiCapabilityTest {
  private static final int FUNCTION = 0x1000;

  @Test
  void aFunctionShowsItsSdisAndTheirRule() {
    EmulatedConfigSpace config = config(new SdiCapability(64, 8, 2));
    assertThat(config.get(Siov.TOTAL_SDIS)).isEqualTo(64);
    assertThat(config.get(Siov.FIRST_OFFSET)).isEqualTo(8);
    assertThat(config.get(Siov.STRIDE)).isEqualTo(2);
    assertThat(config.get(Siov.ACTIVE)).isZero();
  }

  @Test
  void whatADriverReadsGivesTheSameRequesterIdsAsTheRule() {
    SdiCapability rule = new SdiCapability(64, 8, 2);
    RequesterIds read = new RequesterIds(PciAddress.of(0, FUNCTION), 8, 2, 64);
    for (int index = -1; index <= 64; index++) {
      assertThat(rule.requesterId(FUNCTION, index).stream().boxed().findFirst())
          .isEqualTo(read.at(index).map(PciAddress::requesterId));
    }
  }

  @Test
  void noSdiLiesBehindTheLastBus() {
    SdiCapability rule = new SdiCapability(3, 1, 1);
    assertThat(rule.requesterId(0xFFFD, 1)).hasValue(0xFFFF);
    assertThat(rule.requesterId(0xFFFD, 2)).isEmpty();
  }

  @Test
  void severalSdisNeedAStride() {
    assertThat(new SdiCapability(1, 1, 0).requesterId(FUNCTION, 0)).hasValue(FUNCTION + 1);
    assertThatThrownBy(() -> new SdiCapability(2, 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("stride");
    assertThatThrownBy(() -> new SdiCapability(2, 0, 1)).hasMessageContaining("offset");
    assertThatThrownBy(() -> new SdiCapability(0, 1, 1)).hasMessageContaining("SDIs");
  }

  private static EmulatedConfigSpace config(EmulatedCapability capability) {
    return EmulatedConfigSpace.builder()
        .vendor(0xFFF0)
        .device(0x5D10)
        .classCode(0x088000)
        .capability(new PcieCapability(PciExpress.Type.ENDPOINT, true, false, true))
        .capability(0x100, capability)
        .build();
  }
}
