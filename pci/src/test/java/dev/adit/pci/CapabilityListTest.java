package dev.adit.pci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.pci.spec.CapabilityKey;
import dev.adit.pci.spec.Msix;
import dev.adit.pci.spec.Pasid;
import dev.adit.pci.spec.SiovDvsec;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CapabilityListTest {
  private final byte[] dsa = DsaConfigSpace.build().snapshot();

  private static CapabilityList walk(byte[] bytes) {
    return CapabilityList.of(ConfigSpace.of(bytes));
  }

  @Test
  void everyCapabilityIsFoundInOrder() {
    CapabilityList list = walk(dsa);
    assertThat(list.problems()).isEmpty();
    assertThat(list.capabilities().stream().map(Capability::offset))
        .containsExactly(0x40, 0x80, 0x90, 0x100, 0x200, 0x220, 0x230, 0x240);
    assertThat(list.sighting(SiovDvsec.KEY)).isEqualTo(Sighting.PRESENT);
    assertThat(list.sighting(CapabilityKey.extended(0x38))).isEqualTo(Sighting.ABSENT);
  }

  @Test
  void whatIsBeyondTheVisibleBytesIsHiddenNotAbsent() {
    CapabilityList conventional = walk(Arrays.copyOf(dsa, 256));
    assertThat(conventional.sighting(Msix.KEY)).isEqualTo(Sighting.PRESENT);
    assertThat(conventional.sighting(SiovDvsec.KEY)).isEqualTo(Sighting.HIDDEN);
    CapabilityList header = walk(Arrays.copyOf(dsa, 64));
    assertThat(header.sighting(Msix.KEY)).isEqualTo(Sighting.HIDDEN);
    assertThat(walk(Arrays.copyOf(dsa, 4)).sighting(Msix.KEY)).isEqualTo(Sighting.HIDDEN);
    assertThat(walk(Arrays.copyOf(dsa, 0x220)).sighting(Pasid.KEY)).isEqualTo(Sighting.HIDDEN);
  }

  @Test
  void aConventionalFunctionHasNoExtendedCapabilities() {
    byte[] pci =
        EmulatedConfigSpace.builder()
            .bar32(0, 4096, false)
            .capability(new MsixCapability(2, 0, 0, 0, 2048))
            .build()
            .snapshot();
    assertThat(walk(Arrays.copyOf(pci, 256)).sighting(Pasid.KEY)).isEqualTo(Sighting.ABSENT);
  }

  @Test
  void anEmptyFirstCapabilityMeansThatSomebodyFilters() {
    dsa[0x100] = 0;
    dsa[0x102] = 0;
    CapabilityList list = walk(dsa);
    assertThat(list.filtered()).isTrue();
    assertThat(list.sighting(SiovDvsec.KEY)).isEqualTo(Sighting.PRESENT);
    assertThat(list.sighting(CapabilityKey.extended(0x38))).isEqualTo(Sighting.HIDDEN);
  }

  @Test
  void loopsEndAndAreNamed() {
    dsa[0x91] = 0x40;
    dsa[0x242] = 1;
    dsa[0x243] = 0x10;
    CapabilityList list = walk(dsa);
    assertThat(list.problems())
        .containsExactly(
            "the pointer at 0x91 loops back to 0x40", "the pointer at 0x242 loops back to 0x100");
    assertThat(list.capabilities()).hasSize(8);
  }

  @Test
  void pointersIntoTheHeaderAreNamed() {
    dsa[0x34] = 0x10;
    dsa[0x102] = 2;
    dsa[0x103] = 0x04;
    assertThat(walk(dsa).problems())
        .containsExactly(
            "the pointer in the header leads into the header, to 0x10",
            "the pointer at 0x102 leads out of the extended space, to 0x040");
  }

  @Test
  void overlappingAndMisalignedCapabilitiesAreNamed() {
    dsa[0x102] = 0x22;
    assertThat(walk(dsa).problems())
        .containsExactly("the pointer at 0x102 is not a multiple of 4: 0x202");
    byte[] overlap = DsaConfigSpace.build().snapshot();
    overlap[0x41] = 0x48;
    overlap[0x48] = 0x11;
    overlap[0x49] = 0;
    assertThat(walk(overlap).problems()).containsExactly("MSI-X at 0x48 overlaps Express at 0x40");
  }

  @Test
  void allOnesIsAFunctionThatIsGone() {
    byte[] ones = new byte[4096];
    Arrays.fill(ones, (byte) 0xff);
    CapabilityList list = walk(ones);
    assertThat(list.capabilities()).isEmpty();
    assertThat(list.problems())
        .containsExactly("the function reads as all ones: it is off, gone or not there");
    assertThat(list.sighting(Msix.KEY)).isEqualTo(Sighting.HIDDEN);
  }
}
