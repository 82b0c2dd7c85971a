package dev.adit.devices.dsa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.Dma.Access;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MemoryMoveTest {
  static long[] seeds() {
    return Seeds.some(300);
  }

  @Test
  void noopSucceeds() {
    Bench bench = new Bench(1, 1);
    assertThat(bench.run(DescriptorBuilder.of(Opcode.NOOP))).isEqualTo(Status.SUCCESS);
    assertThat(bench.execution.bytesCompleted()).isZero();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void movesLikeMemmoveWhateverTheOverlap(long seed) {
    Bench bench = new Bench(seed, 24);
    bench.dma.mix(bench.random, Bench.SOUND);
    int size = Seeds.size(bench.random, 40_000);
    long from = bench.address(size);
    long to = destination(bench, from, size);
    byte[] expected = moved(bench.dma.bytes(), from, to, size);

    assertThat(bench.run(move(from, to, size))).isEqualTo(Status.SUCCESS);
    assertThat(bench.execution.bytesCompleted()).isZero();
    assertThat(bench.execution.result()).isZero();
    assertThat(bench.dma.bytes()).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void resumedAfterEachFaultYieldsTheSameAsOneRun(long seed) {
    Bench bench = new Bench(seed, 24);
    bench.dma.mix(bench.random, Bench.HOLES);
    int size = Seeds.size(bench.random, 40_000);
    long from = bench.address(size);
    long to = destination(bench, from, size);
    byte[] expected = moved(bench.dma.bytes(), from, to, size);

    long start = 0;
    long left = size;
    int runs = 0;
    while (left > 0) {
      assertThat(++runs).isLessThan(100);
      bench.run(move(from + start, to + start, left));
      if (!bench.faulted()) {
        assertThat(bench.execution.status()).isEqualTo(Status.SUCCESS);
        break;
      }
      checkFault(bench, from, to, size);
      bench.mend();
      start += bench.execution.result() == 0 ? bench.bytesCompleted() : 0;
      left -= bench.bytesCompleted();
    }
    assertThat(bench.dma.bytes()).isEqualTo(expected);
  }

  @Test
  void longMovesLetOthersThroughEveryMegabyte() {
    for (Shift shift : Shift.values()) {
      Bench bench = new Bench(7, 1024);
      int size = 3 << 20;
      long from = PagedDma.BASE + 100_000;
      long to = from + shift.by;
      byte[] expected = moved(bench.dma.bytes(), from, to, size);
      assertThat(bench.run(move(from, to, size))).isEqualTo(Status.SUCCESS);
      assertThat(bench.dma.sections).isGreaterThan(4);
      assertThat(bench.dma.bytes()).isEqualTo(expected);
    }
  }

  private enum Shift {
    UP(5000),
    DOWN(-5000);

    final long by;

    Shift(long by) {
      this.by = by;
    }
  }

  @Test
  void overlapIsRefusedWithoutTheCapability() {
    Bench bench = new Bench(2, 4);
    Limits limits = Seeds.without(Bench.ALL, Limits.OVERLAPPING_COPY);
    long from = PagedDma.BASE;
    assertThat(bench.run(move(from, from + 99, 100), limits)).isEqualTo(Status.OVERLAP);
    assertThat(bench.run(move(from + 99, from, 100), limits)).isEqualTo(Status.OVERLAP);
    assertThat(bench.run(move(from, from + 100, 100), limits)).isEqualTo(Status.SUCCESS);
    assertThat(bench.run(move(from + 100, from, 100), limits)).isEqualTo(Status.SUCCESS);
  }

  private static void checkFault(Bench bench, long from, long to, long size) {
    boolean write = (bench.execution.status() & Status.WRITE) != 0;
    long start = write ? to : from;
    assertThat(bench.execution.faultAddress()).isBetween(start, start + size - 1);
    Access access = write ? Access.WRITE : Access.READ;
    assertThat(bench.dma.allows(bench.execution.faultAddress(), access)).isFalse();
    assertThat(bench.execution.faultInfo()).isEqualTo(write ? 2 : 0);
  }

  /** {@return often an address that makes the ranges overlap} */
  private static long destination(Bench bench, long from, int size) {
    if (bench.random.nextBoolean()) {
      return bench.address(size);
    }
    long near = from + bench.random.nextInt(-size, size);
    long last = PagedDma.BASE + bench.dma.size() - size;
    return Math.max(PagedDma.BASE, Math.min(near, last));
  }

  private static DescriptorBuilder move(long from, long to, long size) {
    return DescriptorBuilder.of(Opcode.MEMORY_MOVE).from(from).to(to).size(size);
  }

  private static byte[] moved(byte[] before, long from, long to, int size) {
    byte[] after = before.clone();
    int at = (int) (from - PagedDma.BASE);
    byte[] piece = Arrays.copyOfRange(before, at, at + size);
    System.arraycopy(piece, 0, after, (int) (to - PagedDma.BASE), size);
    return after;
  }
}
