package dev.adit.platform.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class TablesTest {
  /** What QEMU's q35 with intel-iommu and interrupt remapping describes. */
  private static final byte[] DMAR =
      HexFormat.of()
          .parseHex(
              "444d4152680000000142424f43485320425850432020202001000000425850430100000026010000"
                  + "000000000000000000003800000000000000d9fe000000000308000000ff00000108000000000000"
                  + "0108000000001f000108000000001f020108000000001f03");

  @Test
  void aDmarIsReadWithItsFlagsAndScopes() {
    Dmar dmar = Dmar.of(signed(DMAR));

    assertThat(dmar.problems()).isEmpty();
    assertThat(dmar.hostAddressWidth()).isEqualTo(39);
    assertThat(dmar.interruptRemapping()).isTrue();
    assertThat(dmar.x2apicOptOut()).isFalse();
    assertThat(dmar.units()).hasSize(1);
    assertThat(dmar.units().getFirst().base()).isEqualTo(0xfed90000L);
    assertThat(dmar.units().getFirst().includeAll()).isFalse();
    assertThat(dmar.units().getFirst().scopes())
        .extracting(Dmar.Scope::kind, Dmar.Scope::path)
        .contains(tuple("I/O APIC", "ff:00.0"), tuple("endpoint", "00:1f.3"));
  }

  @Test
  void flagsOfADmarMeanWhatTheSpecificationSays() {
    byte[] table = DMAR.clone();
    table[37] = 2;
    assertThat(Dmar.of(signed(table)).x2apicOptOut()).as("valid only with bit 0").isFalse();
    table[37] = 7;
    assertThat(Dmar.of(signed(table)))
        .extracting(Dmar::interruptRemapping, Dmar::x2apicOptOut, Dmar::dmaControlOptIn)
        .containsExactly(true, true, true);
  }

  @Test
  void brokenTablesAreReadAsFarAsTheyGoAndNamed() {
    assertThat(Dmar.of(new byte[0]).problems()).isNotEmpty();
    assertThat(Dmar.of(Arrays.copyOf(DMAR, 60)).problems()).isNotEmpty();
    byte[] endless = DMAR.clone();
    endless[50] = 0;
    endless[51] = 0;
    assertThat(Dmar.of(signed(endless)).problems())
        .contains("structure at byte 48 has a length of 0");
    byte[] unsigned = signed(DMAR);
    unsigned[9]++;
    assertThat(Dmar.of(unsigned).problems()).containsExactly("checksum is wrong");
  }

  @Test
  void anIvrsNamesEachIommuOnce() {
    byte[] table = new byte[48 + 24 + 40];
    System.arraycopy(new byte[] {'I', 'V', 'R', 'S'}, 0, table, 0, 4);
    table[4] = (byte) table.length;
    for (int[] block : new int[][] {{48, 0x10, 24}, {72, 0x11, 40}}) {
      table[block[0]] = (byte) block[1];
      table[block[0] + 2] = (byte) block[2];
      table[block[0] + 4] = 2;
      table[block[0] + 6] = 0x40;
      table[block[0] + 11] = (byte) 0xfe;
    }
    Ivrs ivrs = Ivrs.of(signed(table));

    assertThat(ivrs.problems()).isEmpty();
    assertThat(ivrs.units()).containsExactly(new Ivrs.Unit(0xfe000000L, 0, 2, 0x40));
  }

  @Test
  void noDamageMakesATableThrow() {
    long seed = Long.getLong("adit.seed", 0xAC91);
    long until = System.nanoTime() + Long.getLong("adit.fuzz.seconds", 1) * 1_000_000_000L;
    Random random = new Random(seed);
    for (int round = 0; round < 1000 || System.nanoTime() < until; round++) {
      byte[] bytes = random.nextBoolean() ? signed(DMAR) : new byte[random.nextInt(200)];
      for (int hits = random.nextInt(12); hits > 0 && bytes.length > 0; hits--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      for (Function<byte[], ?> decode :
          java.util.List.<Function<byte[], ?>>of(
              Dmar::of,
              Ivrs::of,
              NodeTable::iort,
              NodeTable::viot,
              Firmware::virtualMachine,
              Firmware::find)) {
        try {
          assertThat(decode.apply(bytes)).isNotNull();
        } catch (RuntimeException e) {
          throw new AssertionError("seed " + seed + ", round " + round, e);
        }
      }
    }
  }

  private static byte[] signed(byte[] table) {
    byte[] copy = table.clone();
    copy[9] = 0;
    int sum = 0;
    for (byte b : copy) {
      sum += b;
    }
    copy[9] = (byte) -sum;
    return copy;
  }
}
