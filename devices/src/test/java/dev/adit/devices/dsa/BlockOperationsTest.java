package dev.adit.devices.dsa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.dsa.PagedDma.Kind;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BlockOperationsTest {
  private static final int MOST = 30_000;

  static long[] seeds() {
    return Seeds.some(200);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void fillRepeatsThePatternFromTheStart(long seed) {
    Bench bench = new Bench(seed, 12);
    bench.dma.mix(bench.random, Bench.HOLES);
    int size = Seeds.size(bench.random, MOST);
    long to = bench.address(size);
    int width = bench.random.nextBoolean() ? 8 : 16;
    byte[] pattern = new byte[width];
    bench.random.nextBytes(pattern);
    byte[] expected = bench.dma.bytes();
    for (int i = 0; i < size; i++) {
      expected[(int) (to - PagedDma.BASE) + i] = pattern[i % width];
    }

    // After a fault the rest is filled with the pattern turned round, as a driver does it.
    int done = 0;
    while (fill(bench, to + done, size - done, turned(pattern, done)) != Status.SUCCESS) {
      assertThat(bench.execution.status()).isEqualTo(Status.PAGE_FAULT | Status.WRITE);
      assertThat(bench.execution.faultAddress()).isEqualTo(to + done + bench.bytesCompleted());
      bench.mend();
      done += (int) bench.bytesCompleted();
    }
    assertThat(bench.execution.bytesCompleted()).isZero();
    assertThat(bench.dma.bytes()).isEqualTo(expected);
  }

  private static byte[] turned(byte[] pattern, int by) {
    byte[] turned = new byte[pattern.length];
    for (int i = 0; i < turned.length; i++) {
      turned[i] = pattern[(i + by) % pattern.length];
    }
    return turned;
  }

  private static int fill(Bench bench, long to, int size, byte[] pattern) {
    DescriptorBuilder d =
        DescriptorBuilder.of(Opcode.FILL).to(to).size(size).from(Reference.word(pattern, 0));
    if (pattern.length == 16) {
      d.also(Flags.FILL_16).set64(Descriptor.PATTERN_HIGH, Reference.word(pattern, 8));
    }
    return bench.run(d);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void compareFindsTheFirstDifference(long seed) {
    Bench bench = new Bench(seed, 24);
    bench.dma.mix(bench.random, Kind.DIRECT, Kind.DIRECT, Kind.INDIRECT, Kind.READ_ONLY);
    int size = Seeds.size(bench.random, MOST);
    long one = PagedDma.BASE + bench.random.nextInt(1000);
    long other = PagedDma.BASE + 12 * 4096 + bench.random.nextInt(10_000);
    bench.dma.bytes(other, bench.dma.bytes(one, size));
    int difference = bench.random.nextBoolean() ? -1 : bench.random.nextInt(size);
    if (difference >= 0) {
      flip(bench, other + difference);
    }
    // Expecting what comes and what does not, and asking for no check.
    for (int expected = 0; expected < 2; expected++) {
      DescriptorBuilder d =
          DescriptorBuilder.of(Opcode.COMPARE)
              .from(one)
              .to(other)
              .size(size)
              .set8(Descriptor.EXPECTED, expected);
      assertThat(bench.run(d)).isEqualTo(Status.SUCCESS);
      assertCompared(bench, difference);
      bench.run(d.also(Flags.CHECK_RESULT));
      assertCompared(bench, difference);
      boolean asExpected = expected == (difference >= 0 ? 1 : 0);
      assertThat(bench.execution.status())
          .isEqualTo(asExpected ? Status.SUCCESS : Status.SUCCESS_FALSE);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void comparePatternFindsTheFirstDifference(long seed) {
    Bench bench = new Bench(seed, 10);
    bench.dma.mix(bench.random, Kind.DIRECT, Kind.DIRECT, Kind.INDIRECT, Kind.READ_ONLY);
    int size = Seeds.size(bench.random, MOST);
    long from = bench.address(size);
    byte[] pattern = new byte[8];
    bench.random.nextBytes(pattern);
    byte[] data = new byte[size];
    for (int i = 0; i < size; i++) {
      data[i] = pattern[i % 8];
    }
    bench.dma.bytes(from, data);
    int difference = bench.random.nextBoolean() ? -1 : bench.random.nextInt(size);
    if (difference >= 0) {
      flip(bench, from + difference);
    }
    DescriptorBuilder d =
        DescriptorBuilder.of(Opcode.COMPARE_PATTERN)
            .from(from)
            .to(Reference.word(pattern, 0))
            .size(size)
            .also(Flags.CHECK_RESULT);
    bench.run(d);
    assertCompared(bench, difference);
    assertThat(bench.execution.status())
        .isEqualTo(difference < 0 ? Status.SUCCESS : Status.SUCCESS_FALSE);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void compareStopsAtAFaultUnlessADifferenceComesFirst(long seed) {
    Bench bench = new Bench(seed, 16);
    int size = 1 + bench.random.nextInt(MOST);
    long one = PagedDma.BASE;
    long other = PagedDma.BASE + 8 * 4096 + bench.random.nextInt(2000);
    bench.dma.bytes(other, bench.dma.bytes(one, size));
    int hole = bench.random.nextInt(size);
    int difference = bench.random.nextInt(size);
    flip(bench, other + difference);
    boolean first = bench.random.nextBoolean();
    long holeAddress = (first ? one : other) + hole;
    bench.dma.kind(holeAddress, Kind.HOLE);
    long holeStart = Math.max(first ? one : other, holeAddress & -4096);
    int holeAt = (int) (holeStart - (first ? one : other));

    int status = bench.run(DescriptorBuilder.of(Opcode.COMPARE).from(one).to(other).size(size));
    if (difference < holeAt) {
      assertThat(status).isEqualTo(Status.SUCCESS);
      assertCompared(bench, difference);
    } else {
      assertThat(status).isEqualTo(Status.PAGE_FAULT);
      assertThat(bench.execution.faultAddress()).isEqualTo(holeStart);
      assertThat(bench.bytesCompleted()).isEqualTo(holeAt);
      assertThat(bench.execution.result()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void dualcastWritesBothAndResumes(long seed) {
    Bench bench = new Bench(seed, 30);
    bench.dma.mix(bench.random, Bench.HOLES);
    int size = Seeds.size(bench.random, MOST);
    long from = PagedDma.BASE + bench.random.nextInt(5000);
    long to = PagedDma.BASE + 10 * 4096 + bench.random.nextInt(5000);
    long also = to + 10 * 4096;
    byte[] data = bench.dma.bytes(from, size);
    int done = 0;
    while (true) {
      DescriptorBuilder d =
          DescriptorBuilder.of(Opcode.DUALCAST)
              .from(from + done)
              .to(to + done)
              .size(size - done)
              .set64(Descriptor.DESTINATION_2, also + done);
      if (bench.run(d) == Status.SUCCESS) {
        break;
      }
      assertThat(bench.faulted()).isTrue();
      bench.mend();
      done += (int) bench.bytesCompleted();
    }
    assertThat(bench.dma.bytes(from, size)).isEqualTo(data);
    assertThat(bench.dma.bytes(to, size)).isEqualTo(data);
    assertThat(bench.dma.bytes(also, size)).isEqualTo(data);
  }

  @Test
  void flushAndFetchNeedTheWholeRangeMapped() {
    Bench bench = new Bench(1, 6);
    bench.dma.kind(PagedDma.BASE + 3 * 4096, Kind.HOLE);
    byte[] before = bench.dma.bytes();
    long at = PagedDma.BASE + 100;
    DescriptorBuilder flush = DescriptorBuilder.of(Opcode.CACHE_FLUSH).to(at);
    DescriptorBuilder fetch = DescriptorBuilder.of(Opcode.TRANSLATION_FETCH).from(at);
    for (DescriptorBuilder d : new DescriptorBuilder[] {flush, fetch}) {
      assertThat(bench.run(d.size(3 * 4096 - 100))).isEqualTo(Status.SUCCESS);
      assertThat(bench.run(d.size(3 * 4096 - 99))).isEqualTo(Status.PAGE_FAULT);
      assertThat(bench.execution.faultAddress()).isEqualTo(PagedDma.BASE + 3 * 4096);
      assertThat(bench.bytesCompleted()).isEqualTo(3 * 4096 - 100);
    }
    assertThat(bench.dma.bytes()).isEqualTo(before);
  }

  @Test
  void longFillsAndComparesLetOthersThroughEveryMegabyte() {
    Bench bench = new Bench(2, 1024);
    int size = 4 << 20;
    DescriptorBuilder fill = DescriptorBuilder.of(Opcode.FILL).to(PagedDma.BASE).size(size);
    assertThat(bench.run(fill.from(0x1122334455667788L))).isEqualTo(Status.SUCCESS);
    assertThat(bench.dma.sections).isGreaterThanOrEqualTo(5);
    DescriptorBuilder compare =
        DescriptorBuilder.of(Opcode.COMPARE_PATTERN).from(PagedDma.BASE).size(size);
    assertThat(bench.run(compare.to(0x1122334455667788L))).isEqualTo(Status.SUCCESS);
    assertThat(bench.execution.result()).isZero();
    assertThat(bench.dma.sections).isGreaterThanOrEqualTo(10);
  }

  private static void flip(Bench bench, long address) {
    byte old = bench.dma.bytes(address, 1)[0];
    bench.dma.bytes(address, new byte[] {(byte) (old ^ (1 << bench.random.nextInt(8)))});
  }

  private static void assertCompared(Bench bench, int difference) {
    assertThat(bench.execution.result()).isEqualTo(difference < 0 ? 0 : 1);
    assertThat(bench.bytesCompleted()).isEqualTo(Math.max(difference, 0));
    assertThat(bench.execution.faultAddress()).isZero();
  }
}
