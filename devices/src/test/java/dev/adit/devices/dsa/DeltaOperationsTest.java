package dev.adit.devices.dsa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.dsa.PagedDma.Kind;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DeltaOperationsTest {
  private static final long ORIGINAL = PagedDma.BASE + 8;
  private static final long MODIFIED = PagedDma.BASE + 10 * 4096;
  private static final long DELTA = PagedDma.BASE + 20 * 4096 + 16;
  private static final int MOST = 32_000;
  private static final int ROOM = 50_000;

  static long[] seeds() {
    return Seeds.some(200);
  }

  /** Two buffers that differ in some words. */
  private static Bench bench(long seed, int size, Kind... kinds) {
    Bench bench = new Bench(seed, 34);
    bench.dma.mix(bench.random, kinds);
    byte[] data = bench.dma.bytes(ORIGINAL, size);
    int share = bench.random.nextInt(100);
    for (int at = 0; at < size; at += 8) {
      if (bench.random.nextInt(100) < share) {
        data[at + bench.random.nextInt(8)] ^= (byte) (1 + bench.random.nextInt(255));
      }
    }
    bench.dma.bytes(MODIFIED, data);
    return bench;
  }

  private static int size(long seed) {
    return 8 * (1 + (int) (seed * 2654435761L % (MOST / 8)));
  }

  private static DescriptorBuilder create(long from, int size, long delta, int room) {
    return DescriptorBuilder.of(Opcode.CREATE_DELTA)
        .from(ORIGINAL + from)
        .to(MODIFIED + from)
        .size(size)
        .set64(Descriptor.DELTA_ADDRESS, delta)
        .set32(Descriptor.DELTA_MAX_SIZE, room);
  }

  private static DescriptorBuilder apply(long delta, int length, int size) {
    return DescriptorBuilder.of(Opcode.APPLY_DELTA)
        .from(delta)
        .to(ORIGINAL)
        .size(size)
        .set32(Descriptor.DELTA_SIZE, length);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void createdDeltasTurnOneIntoTheOther(long seed) {
    int size = size(seed);
    Bench bench = bench(seed, size, Bench.SOUND);
    byte[] modified = bench.dma.bytes(MODIFIED, size);
    byte[] record = Reference.delta(bench.dma.bytes(ORIGINAL, size), modified);

    assertThat(bench.run(create(0, size, DELTA, ROOM))).isEqualTo(Status.SUCCESS);
    assertThat(bench.execution.result()).isEqualTo(record.length == 0 ? 0 : 1);
    assertThat(bench.execution.word16()).isEqualTo(record.length);
    assertThat(bench.execution.bytesCompleted()).isZero();
    assertThat(bench.dma.bytes(DELTA, record.length)).isEqualTo(record);

    if (record.length > 0) {
      assertThat(bench.run(apply(DELTA, record.length, size))).isEqualTo(Status.SUCCESS);
      assertThat(bench.execution.bytesCompleted()).isZero();
    }
    assertThat(bench.dma.bytes(ORIGINAL, size)).isEqualTo(modified);
    assertThat(bench.dma.bytes(MODIFIED, size)).isEqualTo(modified);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aFullRecordEndsTheComparison(long seed) {
    int size = size(seed);
    Bench bench = bench(seed, size, Bench.SOUND);
    byte[] original = bench.dma.bytes(ORIGINAL, size);
    byte[] record = Reference.delta(original, bench.dma.bytes(MODIFIED, size));
    int room = 80 + 10 * bench.random.nextInt(40);
    if (record.length <= room) {
      return; // It fits; see the test above.
    }
    assertThat(bench.run(create(0, size, DELTA, room))).isEqualTo(Status.SUCCESS);
    assertThat(bench.execution.result()).isEqualTo(2);
    assertThat(bench.execution.word16()).isEqualTo(room);
    assertThat(bench.dma.bytes(DELTA, room)).isEqualTo(Arrays.copyOf(record, room));
    int next = 8 * ((record[room] & 0xff) | (record[room + 1] & 0xff) << 8);
    assertThat(bench.bytesCompleted()).isEqualTo(next);
  }

  /** The rest is recorded behind; its offsets count from where it starts. */
  @ParameterizedTest
  @MethodSource("seeds")
  void createResumedAfterEachFaultYieldsTheSameRecord(long seed) {
    int size = size(seed);
    Bench bench = bench(seed, size, Bench.HOLES);
    byte[] expected =
        Reference.delta(bench.dma.bytes(ORIGINAL, size), bench.dma.bytes(MODIFIED, size));
    byte[] found = new byte[0];
    int done = 0;
    boolean more = true;
    while (more) {
      more = bench.run(create(done, size - done, DELTA, ROOM)) != Status.SUCCESS;
      int length = (int) bench.execution.word16();
      assertThat(bench.execution.result()).isEqualTo(length == 0 ? 0 : 1);
      byte[] part = length == 0 ? new byte[0] : bench.dma.bytes(DELTA, length);
      for (int entry = 0; entry < length; entry += 10) {
        int word = ((part[entry] & 0xff) | (part[entry + 1] & 0xff) << 8) + done / 8;
        part[entry] = (byte) word;
        part[entry + 1] = (byte) (word >> 8);
      }
      found = Arrays.copyOf(found, found.length + length);
      System.arraycopy(part, 0, found, found.length - length, length);
      if (more) {
        assertThat(bench.faulted()).isTrue();
        bench.mend();
        done += (int) bench.bytesCompleted();
      }
    }
    assertThat(found).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void applyResumedAfterEachFaultYieldsTheSameMemory(long seed) {
    int size = size(seed);
    Bench bench = bench(seed, size, Bench.HOLES);
    byte[] modified = bench.dma.bytes(MODIFIED, size);
    byte[] record = Reference.delta(bench.dma.bytes(ORIGINAL, size), modified);
    bench.dma.bytes(DELTA, record);
    byte[] before = bench.dma.bytes();
    int done = 0;
    // A delta record is 8-byte aligned, so what is left moves to the front each time.
    while (done < record.length) {
      bench.dma.bytes(DELTA, Arrays.copyOfRange(record, done, record.length));
      if (bench.run(apply(DELTA, record.length - done, size)) == Status.SUCCESS) {
        break;
      }
      assertThat(bench.faulted()).isTrue();
      bench.mend();
      done += (int) bench.bytesCompleted();
    }
    bench.dma.bytes(DELTA, record);
    System.arraycopy(modified, 0, before, (int) (ORIGINAL - PagedDma.BASE), size);
    assertThat(bench.dma.bytes()).isEqualTo(before);
  }

  @Test
  void theExpectedResultMaskDecidesTheStatus() {
    for (int mask = 0; mask < 8; mask++) {
      for (int result = 0; result < 3; result++) {
        Bench bench = new Bench(1, 34);
        byte[] data = bench.dma.bytes(ORIGINAL, 800);
        for (int i = 0; i < new int[] {0, 1, 100}[result]; i++) {
          data[8 * i] ^= 1;
        }
        bench.dma.bytes(MODIFIED, data);
        DescriptorBuilder d =
            create(0, 800, DELTA, 80).also(Flags.CHECK_RESULT).set8(Descriptor.EXPECTED_MASK, mask);
        bench.run(d);
        assertThat(bench.execution.result()).isEqualTo(result);
        assertThat(bench.execution.status())
            .isEqualTo((mask >> result & 1) != 0 ? Status.SUCCESS : Status.SUCCESS_FALSE);
      }
    }
  }

  @Test
  void theLargestTransferReachesTheLastOffset() {
    Bench bench = new Bench(5, 400);
    int size = 0x80000;
    long modified = ORIGINAL + size;
    byte[] data = bench.dma.bytes(ORIGINAL, size);
    data[size - 1] ^= 1;
    bench.dma.bytes(modified, data);
    DescriptorBuilder d = create(0, size, modified + size, 80).to(modified);
    assertThat(bench.run(d)).isEqualTo(Status.SUCCESS);
    assertThat(bench.dma.bytes(modified + size, 2)).containsExactly(0xff, 0xff);
    assertThat(bench.run(apply(modified + size, 10, size))).isEqualTo(Status.SUCCESS);
    assertThat(bench.dma.bytes(ORIGINAL, size)).isEqualTo(data);
  }

  @Test
  void offsetsMustIncreaseAndStayInside() {
    Bench bench = new Bench(4, 34);
    bench.dma.bytes(DELTA, entries(0, 3, 3));
    assertThat(bench.run(apply(DELTA, 30, 800))).isEqualTo(Status.DELTA_ORDER);
    assertThat(bench.bytesCompleted()).isEqualTo(20);
    bench.dma.bytes(DELTA, entries(5, 4));
    assertThat(bench.run(apply(DELTA, 20, 800))).isEqualTo(Status.DELTA_ORDER);
    assertThat(bench.bytesCompleted()).isEqualTo(10);
    bench.dma.bytes(DELTA, entries(0, 99, 100));
    assertThat(bench.run(apply(DELTA, 30, 800))).isEqualTo(Status.DELTA_OFFSET);
    assertThat(bench.bytesCompleted()).isEqualTo(20);
    bench.dma.bytes(DELTA, entries(0xffff));
    assertThat(bench.run(apply(DELTA, 10, 800))).isEqualTo(Status.DELTA_OFFSET);
    assertThat(bench.bytesCompleted()).isZero();
  }

  @Test
  void anErrorInTheRecordComesBeforeAFaultBehindIt() {
    Bench bench = new Bench(4, 34);
    long delta = PagedDma.BASE + 21 * 4096 - 24;
    bench.dma.bytes(delta, Arrays.copyOf(entries(7, 7, 8), 24));
    bench.dma.kind(PagedDma.BASE + 21 * 4096, Kind.HOLE);
    assertThat(bench.run(apply(delta, 30, 800))).isEqualTo(Status.DELTA_ORDER);
    assertThat(bench.execution.faultAddress()).isZero();
    bench.dma.bytes(delta, Arrays.copyOf(entries(7, 8, 9), 24));
    assertThat(bench.run(apply(delta, 30, 800))).isEqualTo(Status.PAGE_FAULT);
    assertThat(bench.execution.faultAddress()).isEqualTo(PagedDma.BASE + 21 * 4096);
    assertThat(bench.bytesCompleted()).isEqualTo(20);
  }

  private static byte[] entries(int... offsets) {
    byte[] record = new byte[10 * offsets.length];
    for (int i = 0; i < offsets.length; i++) {
      record[10 * i] = (byte) offsets[i];
      record[10 * i + 1] = (byte) (offsets[i] >> 8);
    }
    return record;
  }
}
