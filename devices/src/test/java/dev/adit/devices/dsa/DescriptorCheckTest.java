package dev.adit.devices.dsa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.dsa.spec.CompletionRecord;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The checks against table 5-3 of the specification, typed in a second time: operation, flags
 * (letters for bits 1 to 14, numbers for bits 16 to 23), bytes that must be zero.
 */
class DescriptorCheckTest {
  private static final String TABLE =
      """
      00 |               | 16-35 38-63
      01 | 1 16          | 24-31 38-63
      02 | 16 17 18 19   | 32-35 38-63
      03 | B C S D 1 2   | 38-63
      04 | B C S D 2 18  | 38-63
      05 | B R 1 2       | 38-39 41-63
      06 | B R 1         | 38-39 41-63
      07 | B R C S D 1 2 3 | 38-39 52-55 57-63
      08 | B C S D 1 2   | 38-39 44-63
      09 | B C S D 1 2 3 | 38-39 48-63
      0a | B             | 24-31 38-47 52-63
      10 | B 1 3 16 17 18 19 | 24-31 38-39 44-63
      11 | B C S D 1 2 3 16 17 18 19 | 38-39 44-63
      12 | B 1           | 24-31 38-39 41-41 43-47 56-63
      13 | B C S D 1 2   | 38-40 43-55
      14 | B C S D 1 2   | 38-39 41-41 43-47 56-63
      15 | B C S D 1 2   | 38-39 43-47
      17 | B C S D 1 2   | 38-40 43-55
      20 | B C S D 2     | 16-23 38-63
      """;

  private static final int CRAV = Flags.RECORD_ADDRESS_VALID;
  private static final int RCR = Flags.REQUEST_RECORD;
  private static final int RCI = Flags.REQUEST_INTERRUPT;

  record Row(Opcode opcode, int flags, BitSet reserved) {
    static Row of(String line) {
      String[] cells = line.split("\\|", -1);
      Opcode opcode = Opcode.of(Integer.parseInt(cells[0].strip(), 16));
      assertThat(opcode).isNotNull();
      int flags = 0;
      for (String flag : cells[1].strip().split(" +")) {
        flags |= flag.isEmpty() ? 0 : 1 << bit(flag);
      }
      BitSet reserved = new BitSet();
      for (String range : cells[2].strip().split(" ")) {
        String[] ends = range.split("-");
        reserved.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]) + 1);
      }
      return new Row(opcode, flags, reserved);
    }

    private static int bit(String flag) {
      return switch (flag) {
        case "B" -> 1;
        case "R" -> 7;
        case "C" -> 8;
        case "1" -> 9;
        case "2" -> 10;
        case "3" -> 11;
        case "S" -> 13;
        case "D" -> 14;
        default -> Integer.parseInt(flag);
      };
    }
  }

  static Stream<Row> rows() {
    return TABLE.lines().map(Row::of);
  }

  private final DescriptorCheck check = new DescriptorCheck();

  private int check(DescriptorBuilder d, Limits limits, boolean inBatch) {
    return check.check(d.segment(), 0, limits, inBatch);
  }

  private int check(DescriptorBuilder d) {
    return check(d, Bench.ALL, false);
  }

  /** {@return a descriptor that passes} */
  private static DescriptorBuilder valid(Opcode opcode) {
    DescriptorBuilder d = DescriptorBuilder.of(opcode);
    d.set64(Descriptor.RECORD_ADDRESS, 0x20).set16(Descriptor.INTERRUPT_HANDLE, 0xffff);
    return switch (opcode) {
      case NOOP -> d;
      case DRAIN -> d;
      case BATCH -> d.from(0x1000).size(2);
      case CREATE_DELTA ->
          d.from(0x1000)
              .to(0x2000)
              .size(64)
              .set64(Descriptor.DELTA_ADDRESS, 0x3000)
              .set32(Descriptor.DELTA_MAX_SIZE, 80);
      case APPLY_DELTA -> d.from(0x1000).to(0x2000).size(64).set32(Descriptor.DELTA_SIZE, 10);
      case DUALCAST -> d.from(0x1000).to(0x2000).size(64).set64(Descriptor.DESTINATION_2, 0x3000);
      case TRANSLATION_FETCH, CRC -> d.from(0x1000).size(64);
      case DIF_CHECK -> d.from(0x1000).size(520);
      case DIF_STRIP, DIF_UPDATE -> d.from(0x1000).to(0x2000).size(520);
      case DIF_INSERT, DIX_GENERATE -> d.from(0x1000).to(0x2000).size(512);
      case CACHE_FLUSH -> d.to(0x1000).size(64);
      default -> d.from(0x1000).to(0x2000).size(64);
    };
  }

  @Test
  void theTableHasEveryOperation() {
    assertThat(rows().map(Row::opcode)).containsExactly(Opcode.values());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyFlagIsAllowedOrNamedInvalid(Row row) {
    int always = CRAV | RCR | RCI | Flags.TC_RECORD;
    for (int bit = 0; bit < 24; bit++) {
      int flag = 1 << bit;
      int flags = always | flag;
      int allowed = always | row.flags;
      assertThat(check(valid(row.opcode).flags(flags)) == Status.INVALID_FLAGS)
          .as("bit %d", bit)
          .isEqualTo((flags & ~allowed) != 0);
      assertThat(check.invalidFlags()).as("bit %d", bit).isEqualTo(flags & ~allowed);
      if (row.opcode != Opcode.BATCH && row.opcode != Opcode.DRAIN) {
        check(valid(row.opcode).flags(flags), Bench.ALL, true);
        assertThat(check.invalidFlags()).isEqualTo(flags & ~allowed & ~Flags.FENCE);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyReservedByteMustBeZeroAndNoOther(Row row) {
    for (int at = 16; at < 64; at++) {
      for (int bit = 0; bit < 8; bit++) {
        DescriptorBuilder d = valid(row.opcode);
        int old = d.segment().get(ValueLayout.JAVA_BYTE, at);
        int status = check(d.set8(at, old ^ (1 << bit)));
        if (row.reserved.get(at)) {
          assertThat(status).as("byte %d", at).isEqualTo(Status.RESERVED_FIELD);
        } else if (at != Descriptor.DIF_FLAGS && at != Descriptor.DIF_DESTINATION_FLAGS) {
          assertThat(status).as("byte %d", at).isNotEqualTo(Status.RESERVED_FIELD);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void flagsThatPutReservedBytesToUseFreeThem(Row row) {
    for (Opcode.Option option : row.opcode.options()) {
      for (int at = 38; at < 64; at++) {
        DescriptorBuilder d = valid(row.opcode).also(option.flag()).set8(at, 1);
        boolean freed = (option.bytes() >>> at & 1) != 0;
        assertThat(check(d) == Status.RESERVED_FIELD).isEqualTo(row.reserved.get(at) && !freed);
      }
    }
    assertThat(Opcode.FILL.options().getFirst().bytes()).isEqualTo(0xffL << 40);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void withoutARecordAddressTheRecordFlagsAreReserved(Row row) {
    check(valid(row.opcode).flags(RCR | Flags.TC_RECORD));
    assertThat(check.invalidFlags() & (RCR | Flags.TC_RECORD)).isEqualTo(RCR | Flags.TC_RECORD);
  }

  @Test
  void someOperationsMustHaveARecord() {
    List<Opcode> demanding =
        List.of(
            Opcode.COMPARE,
            Opcode.COMPARE_PATTERN,
            Opcode.CREATE_DELTA,
            Opcode.CRC,
            Opcode.COPY_CRC,
            Opcode.DIF_CHECK);
    for (Opcode opcode : Opcode.values()) {
      if (opcode != Opcode.DRAIN) {
        boolean demands = demanding.contains(opcode);
        assertThat(check(valid(opcode).flags(0)))
            .isEqualTo(demands ? Status.INVALID_FLAGS : Status.NONE);
        assertThat(check.invalidFlags()).isEqualTo(demands ? CRAV | RCR : 0);
        check(valid(opcode).flags(CRAV));
        assertThat(check.invalidFlags()).isEqualTo(demands ? RCR : 0);
      }
    }
    assertThat(check(valid(Opcode.DRAIN).flags(CRAV))).isEqualTo(Status.INVALID_FLAGS);
    assertThat(check(valid(Opcode.DRAIN).flags(RCI))).isEqualTo(Status.NONE);
    assertThat(check(valid(Opcode.DRAIN).flags(CRAV | RCR))).isEqualTo(Status.NONE);
  }

  @Test
  void drainHasTrafficClassesOnlyForReadbackAddresses() {
    int tc = Flags.TC_1 | Flags.TC_2;
    check(valid(Opcode.DRAIN).also(tc | Flags.DRAIN_READBACK_1));
    assertThat(check.invalidFlags()).isEqualTo(Flags.TC_2);
    check(valid(Opcode.DRAIN).also(tc | Flags.DRAIN_READBACK_2));
    assertThat(check.invalidFlags()).isEqualTo(Flags.TC_1);
  }

  @Test
  void flagsHangOnCapabilitiesAndOnTheQueue() {
    assertNeeds(Opcode.MEMORY_MOVE, Flags.CACHE_CONTROL, 2);
    assertNeeds(Opcode.MEMORY_MOVE, Flags.READBACK, 8);
    assertNeeds(Opcode.DRAIN, Flags.DRAIN_READBACK_1, 9);
    assertNeeds(Opcode.FILL, Flags.FILL_16, 10);
    assertNeeds(Opcode.CRC, Flags.CRC_64, 11);
    assertNeeds(Opcode.BATCH, Flags.BATCH_CONTINUE, 15);
    Limits limits = new Limits(-1, -1, 4096, 8, false, false, true);
    check(valid(Opcode.FILL).also(Flags.BLOCK_ON_FAULT | RCI), limits, false);
    assertThat(check.invalidFlags()).isEqualTo(Flags.BLOCK_ON_FAULT | RCI);
    Limits noStride = Seeds.without(Bench.ALL, Limits.STRIDE);
    DescriptorBuilder fetch = valid(Opcode.TRANSLATION_FETCH).set32(48, 1);
    assertThat(check(fetch, noStride, false)).isEqualTo(Status.RESERVED_FIELD);
    assertThat(check(fetch)).isEqualTo(Status.NONE);
  }

  private void assertNeeds(Opcode opcode, int flag, int capability) {
    assertThat(check(valid(opcode).also(flag))).isEqualTo(Status.NONE);
    check(valid(opcode).also(flag), Seeds.without(Bench.ALL, capability), false);
    assertThat(check.invalidFlags()).isEqualTo(flag);
  }

  @Test
  void operationsMustExistAndBeAllowed() {
    for (int code = 0; code < 256; code++) {
      Opcode opcode = Opcode.of(code);
      if (opcode == null) {
        DescriptorBuilder d = valid(Opcode.NOOP).set8(Descriptor.OPCODE, code);
        assertThat(check(d)).isEqualTo(Status.OPCODE);
      } else {
        assertThat(check(valid(opcode))).as(opcode.text()).isEqualTo(Status.NONE);
        Limits others = new Limits(-1, ~(1L << code), 4096, 8, true, true, true);
        assertThat(check(valid(opcode), others, false)).isEqualTo(Status.OPCODE);
        boolean queues = opcode == Opcode.BATCH || opcode == Opcode.DRAIN;
        assertThat(check(valid(opcode), Bench.ALL, true))
            .isEqualTo(queues ? Status.OPCODE : Status.NONE);
      }
    }
    Limits noFetch = new Limits(-1, -1, 4096, 8, true, true, false);
    assertThat(check(valid(Opcode.TRANSLATION_FETCH), noFetch, false)).isEqualTo(Status.OPCODE);
  }

  @Test
  void sizesHaveLimits() {
    Limits limits = new Limits(-1, -1, 4096, 8, true, true, true);
    List<Opcode> free =
        List.of(Opcode.MEMORY_MOVE, Opcode.FILL, Opcode.COMPARE, Opcode.CRC, Opcode.CACHE_FLUSH);
    for (Opcode opcode : free) {
      assertThat(check(valid(opcode).size(0), limits, false)).isEqualTo(Status.TRANSFER_SIZE);
      assertThat(check(valid(opcode).size(4096), limits, false)).isEqualTo(Status.NONE);
      assertThat(check(valid(opcode).size(4097), limits, false)).isEqualTo(Status.TRANSFER_SIZE);
      assertThat(check(valid(opcode).size(-1), limits, false)).isEqualTo(Status.TRANSFER_SIZE);
    }
    DescriptorBuilder batch = valid(Opcode.BATCH);
    assertThat(check(batch.size(8), limits, false)).isEqualTo(Status.NONE);
    assertThat(check(batch.size(9), limits, false)).isEqualTo(Status.DESCRIPTOR_COUNT);
    assertThat(check(batch.size(0), limits, false)).isEqualTo(Status.DESCRIPTOR_COUNT);
    assertThat(check(batch.size(1), limits, false)).isEqualTo(Status.NONE);
    Limits noSingle = Seeds.without(limits, 52);
    assertThat(check(batch.size(1), noSingle, false)).isEqualTo(Status.DESCRIPTOR_COUNT);
    assertThat(check(batch.size(2).from(0x1020))).isEqualTo(Status.LIST_ALIGNMENT);
  }

  @Test
  void deltasHaveTheirOwnSizesAndAlignments() {
    DescriptorBuilder create = valid(Opcode.CREATE_DELTA).from(0x100000).to(0x200000);
    assertThat(check(create.size(0x80000))).isEqualTo(Status.NONE);
    assertThat(check(create.size(0x80008))).isEqualTo(Status.TRANSFER_SIZE);
    assertThat(check(create.size(60))).isEqualTo(Status.TRANSFER_SIZE);
    create.size(64);
    for (int room : new int[] {0, 70, 85, -5}) {
      assertThat(check(create.set32(Descriptor.DELTA_MAX_SIZE, room)))
          .isEqualTo(Status.FIELD_VALUE);
    }
    create.set32(Descriptor.DELTA_MAX_SIZE, 90);
    for (int field : new int[] {Descriptor.SOURCE, Descriptor.DESTINATION, 40}) {
      long good = Descriptor.longAt(create.segment(), 0, field);
      assertThat(check(create.set64(field, good + 4))).isEqualTo(Status.ADDRESS_ALIGNMENT);
      create.set64(field, good);
    }
    assertThat(check(create.from(0x3000 - 64))).isEqualTo(Status.NONE);
    assertThat(check(create.from(0x3000 - 56))).isEqualTo(Status.OVERLAP);
    assertThat(check(create.from(0x1000).to(0x3000 + 88))).isEqualTo(Status.OVERLAP);

    DescriptorBuilder apply = valid(Opcode.APPLY_DELTA);
    assertThat(check(apply.size(60))).isEqualTo(Status.TRANSFER_SIZE);
    apply.size(64);
    for (int length : new int[] {0, 9, 11}) {
      assertThat(check(apply.set32(Descriptor.DELTA_SIZE, length))).isEqualTo(Status.FIELD_VALUE);
    }
    apply.set32(Descriptor.DELTA_SIZE, 10);
    assertThat(check(apply.to(0x2004))).isEqualTo(Status.ADDRESS_ALIGNMENT);
    assertThat(check(apply.to(0x1008))).isEqualTo(Status.OVERLAP);
  }

  @Test
  void copiesNeedBuffersThatAreApart() {
    assertThat(check(valid(Opcode.COPY_CRC).to(0x103f))).isEqualTo(Status.OVERLAP);
    assertThat(check(valid(Opcode.COPY_CRC).to(0x1040))).isEqualTo(Status.NONE);
    DescriptorBuilder dualcast = valid(Opcode.DUALCAST);
    assertThat(check(dualcast.to(0x2001))).isEqualTo(Status.DUALCAST_ALIGNMENT);
    assertThat(check(dualcast.to(0x3000))).isEqualTo(Status.OVERLAP);
    assertThat(check(dualcast.to(0x1000))).isEqualTo(Status.OVERLAP);
    assertThat(check(dualcast.to(0x4000).from(0x3020))).isEqualTo(Status.OVERLAP);
    // Ranges that wrap round the end of the address space.
    assertThat(check(valid(Opcode.COPY_CRC).from(-32).to(16))).isEqualTo(Status.OVERLAP);
    assertThat(check(valid(Opcode.COPY_CRC).from(-64).to(0))).isEqualTo(Status.NONE);
  }

  @Test
  void difHasLengthsOfWholeBlocks() {
    assertThat(check(valid(Opcode.DIF_CHECK).size(512))).isEqualTo(Status.TRANSFER_SIZE);
    assertThat(check(valid(Opcode.DIF_INSERT).size(520))).isEqualTo(Status.TRANSFER_SIZE);
    assertThat(check(valid(Opcode.DIF_INSERT).size(520).set8(Descriptor.DIF_FLAGS, 1)))
        .isEqualTo(Status.NONE);
    // The destination of an insert is longer than its source, that of a strip shorter.
    assertThat(check(valid(Opcode.DIF_INSERT).to(0x1000 - 512))).isEqualTo(Status.OVERLAP);
    assertThat(check(valid(Opcode.DIF_INSERT).to(0x1000 - 520))).isEqualTo(Status.NONE);
    assertThat(check(valid(Opcode.DIF_STRIP).to(0x1000 - 512))).isEqualTo(Status.NONE);
    assertThat(check(valid(Opcode.DIF_UPDATE).to(0x1000 + 519))).isEqualTo(Status.OVERLAP);
    assertThat(check(valid(Opcode.DIX_GENERATE).to(0x2004))).isEqualTo(Status.ADDRESS_ALIGNMENT);
    assertThat(check(valid(Opcode.DIX_GENERATE).to(0x1000 - 8))).isEqualTo(Status.NONE);
    assertThat(check(valid(Opcode.DIX_GENERATE).to(0x1000))).isEqualTo(Status.OVERLAP);
    assertThat(check(valid(Opcode.DIF_CHECK).set8(Descriptor.DIF_FLAGS, 0x10)))
        .isEqualTo(Status.RESERVED_FIELD);
    assertThat(check(valid(Opcode.DIF_UPDATE).set8(Descriptor.DIF_DESTINATION_FLAGS, 0xf8)))
        .isEqualTo(Status.NONE);
    assertThat(check(valid(Opcode.DIF_INSERT).set8(Descriptor.DIF_DESTINATION_FLAGS, 0x08)))
        .isEqualTo(Status.RESERVED_FIELD);
  }

  /** Each error hides those that are checked later. */
  @Test
  void theFirstErrorInTheOrderOfTheSpecificationIsReported() {
    DescriptorBuilder d = valid(Opcode.COPY_CRC).to(0x1000);
    assertThat(check(d)).isEqualTo(Status.OVERLAP);
    assertThat(check(d.size(0))).isEqualTo(Status.TRANSFER_SIZE);
    assertThat(check(d.set8(38, 1))).isEqualTo(Status.RESERVED_FIELD);
    assertThat(check(d.also(1 << 15))).isEqualTo(Status.INVALID_FLAGS);
    assertThat(check(d.set8(Descriptor.OPCODE, 0xff))).isEqualTo(Status.OPCODE);
    assertThat(check(d.set64(Descriptor.RECORD_ADDRESS, 0x30))).isEqualTo(Status.RECORD_ALIGNMENT);
    assertThat(check.invalidFlags()).isZero();
  }

  @Test
  void anErrorIsAnOutcomeWithNothingCompleted() {
    Bench bench = new Bench(1, 1);
    DescriptorBuilder d = valid(Opcode.CRC).also(Flags.STRICT_ORDER);
    assertThat(bench.run(d)).isEqualTo(Status.INVALID_FLAGS);
    assertThat(bench.execution.invalidFlags()).isEqualTo(Flags.STRICT_ORDER);
    MemorySegment record = MemorySegment.ofArray(new long[4]);
    bench.execution.writeRecord(record, 0);
    byte[] expected = new byte[CompletionRecord.BYTES];
    expected[0] = Status.INVALID_FLAGS;
    expected[17] = Flags.STRICT_ORDER >> 8;
    assertThat(record.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
  }

  @Test
  void batchAndDrainAreLeftToTheEngine() {
    Bench bench = new Bench(1, 1);
    byte[] before = bench.dma.bytes();
    assertThat(bench.run(valid(Opcode.BATCH))).isEqualTo(Status.NONE);
    assertThat(bench.run(valid(Opcode.DRAIN))).isEqualTo(Status.NONE);
    assertThat(Arrays.equals(bench.dma.bytes(), before)).isTrue();
  }
}
