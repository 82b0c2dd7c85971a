package dev.adit.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.pci.spec.Aer;
import dev.adit.pci.spec.Ats;
import dev.adit.pci.spec.Header;
import dev.adit.pci.spec.Pasid;
import dev.adit.pci.spec.PciExpress;
import dev.adit.pci.spec.Pri;
import dev.adit.pci.spec.SiovDvsec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmulatedConfigSpaceTest {
  private static final int COMMAND = 0x04;
  private static final int DEV_CTL = 0x48;
  private final EmulatedConfigSpace dsa = DsaConfigSpace.build();
  private final List<String> events = new ArrayList<>();

  @BeforeEach
  void listen() {
    dsa.listen(
        new EmulatedConfigSpace.Listener() {
          @Override
          public void switched(Switch which, boolean on) {
            events.add(which + (on ? "+" : "-"));
          }

          @Override
          public void pageRequestsReset() {
            events.add("page requests reset");
          }

          @Override
          public void functionLevelReset() {
            events.add("flr");
          }
        });
  }

  @Test
  void headerReadsAsBuilt() {
    assertThat(dsa.read(0, 4)).isEqualTo(0x0b258086L);
    assertThat(dsa.read(8, 4)).isEqualTo(0x08800000L);
    assertThat(dsa.read(0x2c, 4)).isEqualTo(0x8086L);
    assertThat(dsa.read(0x06, 2)).isEqualTo(0x10L);
    assertThat(dsa.read(0x34, 1)).isEqualTo(0x40L);
    assertThat(dsa.read(0x30, 4)).as("no ROM").isZero();
    assertThat(dsa.read(0x3d, 1)).as("no INTx").isZero();
  }

  @Test
  void siovDvsecHasTheBytesOfARealDevice() {
    long[] real = {0x22010023L, 0x01808086L, 5, 1, 1, 1};
    for (int i = 0; i < real.length; i++) {
      assertThat(dsa.read(0x200 + 4 * i, 4)).isEqualTo(real[i]);
    }
    assertThat(dsa.find(SiovDvsec.KEY)).hasValue(0x200);
  }

  @Test
  void capabilitiesHaveTheValuesOfTheDsaSpecification() {
    assertThat(dsa.read(0x40, 4)).isEqualTo(0x00928010L);
    assertThat(dsa.read(0x44, 4)).isEqualTo(0x10008022L);
    assertThat(dsa.read(DEV_CTL, 2)).isEqualTo(0x2910L);
    assertThat(dsa.read(0x64, 4) & 0x10000000L).as("DMWr completer").isNotZero();
    assertThat(dsa.read(0x80, 4)).isEqualTo(0x00089011L);
    assertThat(dsa.read(0x84, 4)).isEqualTo(0x2000L);
    assertThat(dsa.read(0x88, 4)).isEqualTo(0x3000L);
    assertThat(dsa.read(0x90, 4)).isEqualTo(0x00030001L);
    assertThat(dsa.read(0x100, 4)).isEqualTo(0x20020001L);
    assertThat(dsa.read(0x10c, 4)).isEqualTo(0x00462030L);
    assertThat(dsa.read(0x224, 2)).isEqualTo(0x0060L);
    assertThat(dsa.read(0x234, 2)).isEqualTo(0x1404L);
    assertThat(dsa.read(0x240, 4)).isEqualTo(0x00010013L);
    assertThat(dsa.read(0x248, 4)).isEqualTo(0x200L);
  }

  @Test
  void barsTellTheirSizeAndKeepTheirType() {
    dsa.write(0x10, 4, 0xffffffffL);
    dsa.write(0x14, 4, 0xffffffffL);
    assertThat(dsa.read(0x10, 8)).isEqualTo(0xffffffffffff000cL);
    dsa.write(0x18, 8, -1);
    assertThat(dsa.read(0x18, 8)).isEqualTo(0xfffffffffffe000cL);
    dsa.write(0x10, 8, 0x38_1234_0000L);
    assertThat(dsa.barAddress(0)).isEqualTo(0x38_1234_0000L);
    assertThat(dsa.barAddress(1)).isZero();
    dsa.write(0x20, 4, -1);
    assertThat(dsa.read(0x20, 4)).as("no BAR there").isZero();
  }

  @Test
  void switchesTellTheListener() {
    dsa.write(COMMAND, 2, 0x06);
    dsa.write(COMMAND, 2, 0x06);
    dsa.write(0x82, 2, 0x8000);
    dsa.write(0x226, 2, 0x8000);
    dsa.write(0x236, 2, 0x0007);
    dsa.write(0x244, 2, 0x0001);
    assertThat(events)
        .containsExactly(
            "MEMORY_SPACE+",
            "BUS_MASTER+",
            "MSIX_ENABLE+",
            "ATS+",
            "PASID+",
            "PASID_PRIVILEGED+",
            "PRI+");
    assertThat(dsa.get(Pasid.EXECUTE_ENABLE)).as("no execute permission").isZero();
    assertThat(dsa.on(Switch.BUS_MASTER)).isTrue();
    dsa.write(COMMAND, 1, 0);
    assertThat(dsa.on(Switch.BUS_MASTER)).isFalse();
  }

  @Test
  void sleepTurnsMemoryAndBusMasteringOff() {
    dsa.write(COMMAND, 2, 0x06);
    dsa.write(0x94, 2, 3);
    assertThat(dsa.on(Switch.MEMORY_SPACE)).isFalse();
    assertThat(dsa.on(Switch.BUS_MASTER)).isFalse();
    dsa.write(0x94, 2, 1);
    assertThat(dsa.read(0x94, 2) & 3).as("D1 is not there").isEqualTo(3);
    dsa.write(0x94, 2, 0);
    assertThat(dsa.on(Switch.BUS_MASTER)).isTrue();
    assertThat(dsa.read(0x94, 2)).isEqualTo(8);
  }

  @Test
  void functionLevelResetSetsEverythingBack() {
    byte[] fresh = dsa.snapshot();
    dsa.write(0x10, 8, -1);
    dsa.write(COMMAND, 2, 0x06);
    dsa.write(0x236, 2, 1);
    events.clear();
    dsa.write(DEV_CTL, 2, 0x8000 | 0x2910);
    assertThat(events).containsExactly("flr", "MEMORY_SPACE-", "BUS_MASTER-", "PASID-");
    assertThat(dsa.snapshot()).isEqualTo(fresh);
  }

  @Test
  void initiateFlrDoesNothingWithoutTheCapability() {
    EmulatedConfigSpace plain =
        EmulatedConfigSpace.builder()
            .capability(new PcieCapability(PciExpress.Type.ENDPOINT, false, false, false))
            .build();
    plain.listen(
        new EmulatedConfigSpace.Listener() {
          @Override
          public void functionLevelReset() {
            events.add("flr");
          }
        });
    plain.write(DEV_CTL, 2, 0x8000);
    assertThat(events).isEmpty();
    assertThat(plain.read(DEV_CTL, 2)).isZero();
  }

  @Test
  void errorBitsAreClearedByWritingOne() {
    dsa.set(Aer.UNSUPPORTED_REQUEST, 1);
    dsa.set(Pri.RESPONSE_FAILURE, 1);
    dsa.write(0x104, 4, 0);
    assertThat(dsa.get(Aer.UNSUPPORTED_REQUEST)).isEqualTo(1);
    dsa.write(0x104, 4, 1 << 20);
    assertThat(dsa.get(Aer.UNSUPPORTED_REQUEST)).isZero();
    dsa.write(0x246, 1, 1);
    assertThat(dsa.get(Pri.RESPONSE_FAILURE)).isZero();
  }

  @Test
  void pageRequestResetCountsOnlyWhileDisabled() {
    dsa.write(0x244, 2, 3);
    assertThat(events).containsExactly("PRI+");
    dsa.write(0x244, 2, 2);
    assertThat(events).containsExactly("PRI+", "PRI-", "page requests reset");
    assertThat(dsa.read(0x244, 2)).isZero();
  }

  @Test
  void anyRunOfBytesIsReadAndWritten() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(5000);
      dsa.read(0, buffer, 0, 5000);
      assertThat(buffer.asSlice(0, 4096).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(dsa.snapshot());
      assertThat(buffer.get(ValueLayout.JAVA_BYTE, 4096)).isEqualTo((byte) 0xff);
      buffer.fill((byte) 0);
      buffer.set(ValueLayout.JAVA_BYTE, 4, (byte) 4);
      dsa.write(0, buffer, 0, 5000);
      assertThat(dsa.on(Switch.BUS_MASTER)).isTrue();
      assertThat(dsa.read(0, 4)).isEqualTo(0x0b258086L);
    }
  }

  @Test
  void noGuestAccessThrowsOrChangesWhatIsReadOnly() {
    long seed = Long.getLong("adit.seed", 1);
    Random random = new Random(seed);
    for (int i = 0; i < 200_000; i++) {
      int offset = random.nextInt(10) == 0 ? random.nextInt() : random.nextInt(4200);
      int width = random.nextInt(-1, 12);
      dsa.write(offset, width, random.nextLong());
      dsa.read(random.nextInt(10) == 0 ? random.nextInt() : random.nextInt(4200), width);
    }
    dsa.reset();
    assertThat(dsa.snapshot()).as("seed %d", seed).isEqualTo(DsaConfigSpace.build().snapshot());
    dsa.write(0x200, 8, 0);
    assertThat(dsa.read(0x200, 4)).isEqualTo(0x22010023L);
    assertThat(dsa.read(Integer.MAX_VALUE, 4)).isEqualTo(0xffffffffL);
    assertThat(dsa.read(-4, 4)).isEqualTo(0xffffffffL);
    assertThat(dsa.read(4094, 4)).isEqualTo(0xffff0000L);
  }

  @Test
  void fieldsThatAreNotThereReadZero() {
    EmulatedConfigSpace empty = EmulatedConfigSpace.builder().build();
    empty.set(Ats.ENABLE, 1);
    assertThat(empty.get(Ats.ENABLE)).isZero();
    assertThat(empty.on(Switch.ATS)).isFalse();
    empty.write(COMMAND, 2, 0xffff);
    assertThat(empty.get(Header.MEMORY_SPACE)).as("no BAR").isZero();
  }

  @Test
  void mistakesOfTheProgrammerAreRefused() {
    ConfigSpaceBuilder builder = EmulatedConfigSpace.builder().bar64(0, 4096, false);
    assertThatThrownBy(() -> builder.bar32(1, 4096, false)).hasMessage("BAR 1 is taken");
    assertThatThrownBy(() -> builder.bar32(2, 4095, false)).hasMessageContaining("4095");
    assertThatThrownBy(() -> builder.bar64(5, 4096, false)).hasMessageContaining("BAR 5");
    assertThatThrownBy(() -> builder.capability(0x104, new AtsCapability(1)))
        .hasMessage("the first extended capability must be at 0x100");
    builder.capability(new MsixCapability(1, 0, 0, 0, 8));
    assertThatThrownBy(() -> builder.capability(0x48, new PowerManagementCapability()))
        .hasMessageContaining("overlaps");
    assertThatThrownBy(() -> builder.capability(0x80, new MsixCapability(1, 0, 0, 0, 8)))
        .hasMessageContaining("already");
    assertThatThrownBy(() -> new MsixCapability(0, 0, 0, 0, 8)).hasMessageContaining("0");
  }
}
