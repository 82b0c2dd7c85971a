package dev.adit.devices.dsa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.Dma;
import dev.adit.devices.dsa.PagedDma.Kind;
import dev.adit.devices.dsa.spec.CompletionRecord;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random descriptors on random memory: nothing throws, nothing is written where nothing may be,
 * every status is one that the operation can have. Runs for two seconds, or as long as
 * -Dadit.fuzz.seconds says, from the seed -Dadit.seed or another one each time.
 */
class ExecutionFuzzTest {
  private static final int PAGES = 20;
  private static final long SPACE = (long) PAGES * PagedDma.PAGE;

  @Test
  void randomDescriptorsComeToALegalEnd() {
    long seed = Long.getLong("adit.seed", 1);
    long end =
        System.nanoTime()
            + Duration.ofSeconds(Integer.getInteger("adit.fuzz.seconds", 2)).toNanos();
    BitSet seen = new BitSet();
    long cases = 0;
    do {
      try {
        one(seed + cases, seen);
      } catch (Throwable e) {
        throw new AssertionError("repeat with -Dadit.seed=" + (seed + cases), e);
      }
      cases++;
    } while (cases < 30 || System.nanoTime() - end < 0);
    // Every operation got past its checks, so the fuzzer reaches the code.
    for (Opcode opcode : Opcode.values()) {
      assertThat(seen.get(opcode.code())).as(opcode.text()).isTrue();
    }
  }

  private static void one(long seed, BitSet seen) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    PagedDma dma = new PagedDma(random, PAGES).mix(random, Bench.HOLES);
    Execution execution = new Execution(dma.view());
    for (int i = 0; i < 200; i++) {
      byte[] before = dma.bytes();
      MemorySegment d = descriptor(random);
      byte[] copy = d.toArray(ValueLayout.JAVA_BYTE);
      Limits limits = limits(random);
      boolean inBatch = random.nextBoolean();
      execution.view().begin();
      int status = execution.run(d, 0, limits, random.nextInt(1 << 20), inBatch);
      execution.view().end();
      assertThat(d.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(copy);
      assertThat(execution.status()).isEqualTo(status);
      Opcode opcode = Opcode.of(Descriptor.opcode(d, 0));
      assertLegal(opcode, status, execution);
      if ((status & Status.CODE_MASK) < Status.OPCODE) {
        seen.set(Descriptor.opcode(d, 0));
      }
      assertOnlyWritable(dma, before, dma.bytes(), status);
      execution.writeRecord(MemorySegment.ofArray(new long[CompletionRecord.BYTES / 8]), 0);
    }
    assertThat(dma.guardsIntact()).isTrue();
  }

  /** {@return a descriptor whose fields are often, but not always, sensible} */
  private static MemorySegment descriptor(RandomGenerator random) {
    byte[] noise = new byte[Descriptor.BYTES];
    if (random.nextInt(8) == 0) {
      random.nextBytes(noise);
    }
    DescriptorBuilder d = new DescriptorBuilder();
    MemorySegment.copy(MemorySegment.ofArray(noise), 0, d.segment(), 0, noise.length);
    Opcode[] all = Opcode.values();
    Opcode opcode = all[random.nextInt(all.length)];
    d.set8(Descriptor.OPCODE, random.nextInt(30) == 0 ? random.nextInt() : opcode.code());
    int flags = DescriptorBuilder.RECORD;
    for (int wanted : List.of(opcode.flags(), -1)) {
      flags ^= random.nextInt(4) == 0 ? (1 << random.nextInt(24)) & wanted : 0;
    }
    for (Opcode.Option option : opcode.options()) {
      flags |= random.nextBoolean() ? option.flag() : 0;
    }
    d.flags(flags & 0xffffff);
    d.from(address(random)).to(address(random)).size(size(random, opcode));
    for (int at = 16; at < Descriptor.BYTES && random.nextInt(500) != 0; at++) {
      if ((opcode.reserved() >>> at & 1) != 0) {
        d.set8(at, 0);
      }
    }
    switch (opcode) {
      case CREATE_DELTA ->
          d.set64(Descriptor.DELTA_ADDRESS, address(random))
              .set32(Descriptor.DELTA_MAX_SIZE, 10 * random.nextInt(7, 3000));
      case APPLY_DELTA -> d.set32(Descriptor.DELTA_SIZE, 10 * random.nextInt(3));
      case DUALCAST -> {
        long first = Descriptor.destination(d.segment(), 0);
        d.set64(Descriptor.DESTINATION_2, first + 4096L * random.nextInt(-10, 10));
      }
      case CRC, COPY_CRC -> {
        if ((flags & Flags.CRC_READ_SEED) != 0) {
          d.set64(Descriptor.CRC_SEED_ADDRESS, address(random));
        }
      }
      case DIF_CHECK, DIF_STRIP, DIF_UPDATE -> {
        boolean off = random.nextBoolean();
        d.set8(Descriptor.DIF_SOURCE_FLAGS, off ? 0x60 : random.nextInt());
        d.set32(Descriptor.DIF_SOURCE_TAGS + 4, off ? 0xffff : random.nextInt());
        d.set8(Descriptor.DIF_FLAGS, random.nextInt(16));
      }
      default -> {}
    }
    return d.segment();
  }

  private static long address(RandomGenerator random) {
    long address = PagedDma.BASE - 5000 + random.nextLong(SPACE + 10_000);
    return switch (random.nextInt(20)) {
      case 0 -> random.nextLong();
      case 1 -> -random.nextLong(100_000);
      default -> random.nextInt(8) == 0 ? address : address & -8;
    };
  }

  private static long size(RandomGenerator random, Opcode opcode) {
    if (random.nextInt(20) == 0) {
      return random.nextInt();
    }
    int few = 1 + random.nextInt(10);
    return switch (opcode) {
      case NOOP, DRAIN -> 0;
      case BATCH -> few;
      case DIF_CHECK, DIF_STRIP, DIF_UPDATE -> 520L * few;
      case DIF_INSERT, DIX_GENERATE -> 512L * few;
      case CREATE_DELTA, APPLY_DELTA -> 8 * random.nextLong(2000);
      default -> random.nextLong(random.nextBoolean() ? 100 : 30_000);
    };
  }

  private static Limits limits(RandomGenerator random) {
    return random.nextInt(4) != 0
        ? Bench.ALL
        : new Limits(
            random.nextLong(),
            random.nextBoolean() ? -1 : random.nextLong(),
            1L << random.nextInt(32),
            1 << random.nextInt(11),
            random.nextBoolean(),
            random.nextBoolean(),
            random.nextBoolean());
  }

  private static void assertLegal(@Nullable Opcode opcode, int status, Execution execution) {
    if (opcode == null) {
      assertThat(status).isIn(Status.OPCODE, Status.RECORD_ALIGNMENT);
      return;
    }
    boolean fault = (status & Status.CODE_MASK) == Status.PAGE_FAULT;
    if (fault) {
      assertThat(status & ~Status.WRITE).isEqualTo(Status.PAGE_FAULT);
      assertThat(execution.faultOperand()).isBetween(0, 2);
      return;
    }
    assertThat(execution.faultAddress()).isZero();
    assertThat(execution.faultInfo()).isZero();
    assertThat(status).isIn(legal(opcode));
    if (status >= Status.OPCODE) {
      assertThat(execution.bytesCompleted()).isZero();
      assertThat(execution.result()).isZero();
    }
    assertThat(execution.invalidFlags() != 0).isEqualTo(status == Status.INVALID_FLAGS);
  }

  /** {@return what an operation can end with, apart from faults} */
  private static List<Integer> legal(Opcode opcode) {
    ArrayList<Integer> legal =
        new ArrayList<>(
            List.of(
                Status.RECORD_ALIGNMENT,
                Status.OPCODE,
                Status.INVALID_FLAGS,
                Status.RESERVED_FIELD,
                opcode == Opcode.BATCH || opcode == Opcode.DRAIN ? Status.NONE : Status.SUCCESS));
    if (opcode != Opcode.NOOP && opcode != Opcode.DRAIN && opcode != Opcode.BATCH) {
      legal.add(Status.TRANSFER_SIZE);
    }
    legal.addAll(
        switch (opcode) {
          case BATCH -> List.of(Status.DESCRIPTOR_COUNT, Status.LIST_ALIGNMENT);
          case MEMORY_MOVE, COPY_CRC, DIF_INSERT -> List.of(Status.OVERLAP);
          case COMPARE, COMPARE_PATTERN -> List.of(Status.SUCCESS_FALSE);
          case CREATE_DELTA ->
              List.of(
                  Status.SUCCESS_FALSE,
                  Status.FIELD_VALUE,
                  Status.OVERLAP,
                  Status.ADDRESS_ALIGNMENT);
          case APPLY_DELTA ->
              List.of(
                  Status.DELTA_ORDER,
                  Status.DELTA_OFFSET,
                  Status.FIELD_VALUE,
                  Status.OVERLAP,
                  Status.ADDRESS_ALIGNMENT);
          case DUALCAST -> List.of(Status.DUALCAST_ALIGNMENT, Status.OVERLAP);
          case DIF_CHECK -> List.of(Status.DIF);
          case DIF_STRIP, DIF_UPDATE -> List.of(Status.DIF, Status.OVERLAP);
          case DIX_GENERATE -> List.of(Status.OVERLAP, Status.ADDRESS_ALIGNMENT);
          default -> List.of();
        });
    return legal;
  }

  private static void assertOnlyWritable(PagedDma dma, byte[] before, byte[] after, int status) {
    for (int page = 0; page < PAGES; page++) {
      int at = page * PagedDma.PAGE;
      Kind kind = dma.kind(PagedDma.BASE + at);
      boolean writable = dma.allows(PagedDma.BASE + at, Dma.Access.WRITE);
      if (!writable || (status & Status.CODE_MASK) >= Status.OPCODE) {
        int end = at + PagedDma.PAGE;
        assertThat(Arrays.equals(before, at, end, after, at, end))
            .as("%s page %d", kind, page)
            .isTrue();
      }
    }
  }
}
