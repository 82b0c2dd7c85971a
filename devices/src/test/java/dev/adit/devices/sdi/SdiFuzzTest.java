package dev.adit.devices.sdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.devices.Attachment;
import dev.adit.devices.Dma;
import dev.adit.devices.Dropped;
import dev.adit.devices.VectorEntries;
import dev.adit.devices.sdi.spec.SdiLayout;
import dev.adit.pci.SdiCapability;
import dev.adit.pci.spec.Siov;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whatever is written to an SDI function or a virtual SDI, it answers, and as nobody else. */
final class SdiFuzzTest {
  private static final int FUNCTION = 0x0300;
  private static final int COUNT = 4;
  private static final long SEED = Long.getLong("adit.seed", 1);
  private static final long NANOS =
      TimeUnit.MILLISECONDS.toNanos(1000 * Long.getLong("adit.fuzz.seconds", 0) + 300);

  private final List<Integer> senders = new ArrayList<>();
  private final List<Integer> readers = new ArrayList<>();
  private final SdiFunction function =
      new SdiFunction(
          COUNT,
          2,
          new Attachment(FUNCTION, Recording::new, (address, data, id, pasid) -> senders.add(id)));

  /** Memory that notes who reaches for it. */
  private final class Recording implements Dma, Dma.View {
    private final int requesterId;

    Recording(int requesterId) {
      this.requesterId = requesterId;
    }

    @Override
    public View view() {
      return this;
    }

    @Override
    public void begin() {}

    @Override
    public void end() {}

    @Override
    public long resolve(int pasid, long address, long length, Access access) {
      return 0;
    }

    @Override
    public @Nullable MemorySegment segment() {
      return null;
    }

    @Override
    public long offset() {
      return 0;
    }

    @Override
    public long read(int pasid, long address, MemorySegment into, long at, long length) {
      readers.add(requesterId);
      assertThat(length).isBetween(1L, (long) SdiLayout.MOST_BYTES);
      return (address & 1) == 0 ? length : 0;
    }

    @Override
    public long write(int pasid, long address, MemorySegment from, long at, long length) {
      return read(pasid, address, from, at, length);
    }

    @Override
    public void close() {}
  }

  private static final VectorEntries ENTRIES =
      new VectorEntries() {
        @Override
        public int index(int vector) {
          return vector <= 2 ? vector : -1;
        }

        @Override
        public void mask(int vector, boolean masked) {}

        @Override
        public boolean pending(int vector) {
          return false;
        }

        @Override
        public Dropped why(int index) {
          return Dropped.UNKNOWN;
        }
      };

  @Test
  void eachSdiHasTheRequesterIdOfTheStridedRule() {
    SdiCapability rule = new SdiCapability(COUNT, 1, 1);
    for (int sdi = 0; sdi < COUNT; sdi++) {
      assertThat(function.requesterId(sdi))
          .isEqualTo(rule.requesterId(FUNCTION, sdi).orElseThrow());
    }
    assertThat(function.config().get(Siov.ACTIVE)).isZero();
    function.write(0, SdiLayout.CONTROL_STRIDE, 4, SdiLayout.ENABLE);
    assertThat(function.config().get(Siov.ACTIVE)).isOne();
    function.reset();
    assertThat(function.config().get(Siov.ACTIVE)).isZero();
  }

  @Test
  void registersOfOneSdiSendAndReadAsThatSdiAlone() {
    Random random = new Random(SEED);
    System.out.println("SdiFuzzTest: -Dadit.seed=" + SEED);
    long end = System.nanoTime() + NANOS;
    while (System.nanoTime() - end < 0) {
      int sdi = random.nextInt(COUNT);
      function.config().write(4, 2, 6);
      function.write(0, (long) sdi * SdiLayout.CONTROL_STRIDE, 4, random.nextInt(4));
      senders.clear();
      readers.clear();
      for (int i = 0; i < 200; i++) {
        access(random, (long) sdi * SdiLayout.SDI_BYTES);
      }
      assertThat(senders).allMatch(id -> id == function.requesterId(sdi));
      assertThat(readers).allMatch(id -> id == function.requesterId(sdi));
    }
    assertThat(function.sdis().stream().mapToLong(Sdi::done).sum()).isPositive();
  }

  private void access(Random random, long base) {
    int width = 1 << random.nextInt(4);
    long offset = offset(random) & -width;
    if (random.nextInt(4) == 0) {
      assertThat(function.read(2, base + offset, width) >>> 1 >>> (8 * width - 1)).isZero();
    } else {
      function.write(2, base + offset, width, value(random));
    }
  }

  /** The registers of the work are hit more often than the rest. */
  private static long offset(Random random) {
    return random.nextBoolean() ? random.nextInt(0x30) : random.nextInt(SdiLayout.SDI_BYTES);
  }

  private static long value(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(SdiLayout.MOST_BYTES) & ~1L;
      case 1 -> random.nextInt(4);
      case 2 -> 0xFEE0_0000L | random.nextInt(1 << 20);
      default -> random.nextLong();
    };
  }

  @Test
  void aVirtualSdiAnswersEverythingAndNeverReachesPastItsVectors() {
    Random random = new Random(SEED);
    function.config().write(4, 2, 6);
    function.write(0, 0, 4, SdiLayout.ENABLE);
    Sdi sdi = function.sdis().getFirst();
    VirtualSdi virtual = new VirtualSdi(sdi, new SdiEntries(sdi, true), ENTRIES, 3);
    long end = System.nanoTime() + NANOS;
    while (System.nanoTime() - end < 0) {
      virtual.config().write(4, 2, random.nextInt(8));
      for (int i = 0; i < 200; i++) {
        int width = 1 << random.nextInt(4);
        long offset = offset(random) & -width;
        if (random.nextBoolean()) {
          virtual.write(0, offset, width, value(random));
        } else {
          virtual.read(0, offset, width);
        }
      }
      int status = (int) virtual.read(0, SdiLayout.STATUS, 4);
      assertThat(status).isBetween(SdiLayout.IDLE, SdiLayout.DISABLED);
      SdiState saved = SdiState.parse(virtual.save(), 3 * SdiLayout.ENTRY);
      assertThat(saved.registers().byteSize()).isEqualTo(SdiWork.savedBytes());
    }
    assertThat(senders).allMatch(id -> id == sdi.requesterId());
  }

  @Test
  void aStateThatWasTamperedWithIsRefused() {
    Random random = new Random(SEED);
    Sdi sdi = function.sdis().getFirst();
    byte[] good = new VirtualSdi(sdi, new SdiEntries(sdi, true), ENTRIES, 3).save();
    for (int i = 0; i < 500; i++) {
      byte[] bad = Arrays.copyOf(good, random.nextInt(8) == 0 ? 9 : good.length);
      bad[random.nextInt(bad.length)] ^= (byte) (1 + random.nextInt(255));
      assertThatThrownBy(() -> SdiState.parse(bad, 3 * SdiLayout.ENTRY))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
