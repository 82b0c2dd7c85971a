package dev.adit.pci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.pci.spec.CapabilityKey;
import dev.adit.pci.spec.Msix;
import dev.adit.pci.spec.Siov;
import dev.adit.pci.spec.SiovDvsec;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Nothing that lies behind damage is called absent. */
class DamageTest {
  private static final CapabilityKey MSI = CapabilityKey.standard(5);

  /** Damage to a DSA function, and whether it is in the extended list alone. */
  static List<Arguments> damages() {
    return List.of(
        damage("a loop", true, "0x202 loops back to 0x100", b -> put(b, 0x202, 1, 0x10)),
        damage("to itself", true, "0x102 loops back to 0x100", b -> put(b, 0x102, 2, 0x10)),
        damage(
            "nowhere", true, "leads to 0x800, where there is nothing", b -> put(b, 0x102, 2, 0x80)),
        damage("into the header", true, "out of the extended space", b -> put(b, 0x102, 2, 4)),
        damage("ones inside", true, "leads to 0x200", b -> Arrays.fill(b, 0x200, 4096, (byte) -1)),
        damage(
            "ones",
            true,
            "reads as all ones from 0x100",
            b -> Arrays.fill(b, 256, 4096, (byte) -1)),
        damage("no Express", true, "not believed", b -> put(b, 0x40, 0x09)),
        damage("standard loop", false, "0x41 loops back to 0x40", b -> put(b, 0x41, 0x40)),
        damage("standard ones", false, "0x40 reads as all ones", b -> put(b, 0x40, 0xff)),
        damage("standard nowhere", false, "into the header", b -> put(b, 0x34, 0x20)),
        damage("all ones", false, "reads as all ones", b -> Arrays.fill(b, (byte) -1)),
        damage("zeros", false, "reads as zeros", b -> Arrays.fill(b, (byte) 0)),
        damage("died early", false, "header type", b -> Arrays.fill(b, 4, 4096, (byte) -1)));
  }

  private static Arguments damage(
      String name, boolean extendedOnly, String problem, Consumer<byte[]> how) {
    return Arguments.of(name, extendedOnly, problem, how);
  }

  private static void put(byte[] bytes, int at, int... values) {
    for (int i = 0; i < values.length; i++) {
      bytes[at + i] = (byte) values[i];
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("damages")
  void whatLiesBehindIsHidden(
      String name, boolean extendedOnly, String problem, Consumer<byte[]> how) {
    byte[] bytes = DsaConfigSpace.build().snapshot();
    how.accept(bytes);
    SeenFunction seen =
        SeenFunction.of(new PciAddress(0, 1, 0, 0), ConfigSpace.of(bytes), Surroundings.NONE);
    CapabilityList list = seen.capabilities();
    assertThat(list.problems()).anyMatch(text -> text.contains(problem));
    assertThat(list.sighting(MSI)).isEqualTo(extendedOnly ? Sighting.ABSENT : Sighting.HIDDEN);
    // Behind a loop of the standard list the extended one is whole, for Express was found.
    Sighting second = name.equals("standard loop") ? Sighting.ABSENT : Sighting.HIDDEN;
    assertThat(list.sighting(Siov.KEY)).isEqualTo(second);
    assertThat(SiovSupport.of(seen).siov()).isEqualTo(second);
    boolean there = list.find(SiovDvsec.KEY).isPresent();
    assertThat(SiovSupport.of(seen).ims()).isEqualTo(there ? Sighting.PRESENT : Sighting.HIDDEN);
    assertThat(list.sighting(Msix.KEY))
        .isNotEqualTo(extendedOnly ? Sighting.HIDDEN : Sighting.ABSENT);
  }

  @ParameterizedTest
  @MethodSource("cuts")
  void aListThatIsCutNamesWhereItGoesOn(int size, String problem) {
    byte[] bytes = Arrays.copyOf(DsaConfigSpace.build().snapshot(), size);
    CapabilityList list = CapabilityList.of(ConfigSpace.of(bytes));
    assertThat(list.problems()).containsExactly(problem);
    assertThat(list.sighting(Siov.KEY)).isEqualTo(Sighting.HIDDEN);
  }

  static List<Arguments> cuts() {
    return List.of(
        Arguments.of(0x220, "the list goes on at 0x220, but only 0x220 bytes were read"),
        Arguments.of(0x81, "the list goes on at 0x80, but only 0x81 bytes were read"));
  }

  @ParameterizedTest
  @MethodSource("abilities")
  void onesInTheDvsecAreNoIms(int value, Sighting ims) {
    byte[] bytes = DsaConfigSpace.build().snapshot();
    Arrays.fill(bytes, 0x214, 0x218, (byte) value);
    SeenFunction seen =
        SeenFunction.of(new PciAddress(0, 1, 0, 0), ConfigSpace.of(bytes), Surroundings.NONE);
    assertThat(SiovSupport.of(seen).ims()).isEqualTo(ims);
  }

  static List<Arguments> abilities() {
    return List.of(
        Arguments.of(0xff, Sighting.HIDDEN),
        Arguments.of(0, Sighting.ABSENT),
        Arguments.of(1, Sighting.PRESENT));
  }
}
