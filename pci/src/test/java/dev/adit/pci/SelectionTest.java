package dev.adit.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectionTest {
  @ParameterizedTest
  @CsvSource({
    "6a:01.0, true",
    "0:6a:1.0, true",
    "6a:, true",
    "*:*:1.*, true",
    "1, true",
    ".0, true",
    "01.1, false",
    "1:6a:1.0, false",
    "6b:, false",
    "'', true"
  })
  void addressesWithOmittedParts(String text, boolean matches) {
    assertThat(Selection.address(text).test(new PciAddress(0, 0x6a, 1, 0))).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({
    "8086:, true",
    ":0b25, true",
    "8086:0b26, false",
    "::0880, true",
    "::08xx, true",
    "::880, true",
    "::02xx, false",
    "*:*:*:00, true",
    ":::01, false"
  })
  void idsAndClassesWithX(String text, boolean matches) {
    SeenFunction dsa =
        SeenFunction.of(
            new PciAddress(0, 0, 0, 0),
            ConfigSpace.of(DsaConfigSpace.build().snapshot()),
            Surroundings.NONE);
    assertThat(Selection.ids(text).test(dsa)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(strings = {"20", ".8", "100:0.0", "x", "0:0:0:0", "1.2.3"})
  void wrongAddressesAreRefused(String text) {
    assertThatThrownBy(() -> Selection.address(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"8086", "10000:", ":::::", "::12345", "::xg"})
  void wrongIdsAreRefused(String text) {
    assertThatThrownBy(() -> Selection.ids(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
