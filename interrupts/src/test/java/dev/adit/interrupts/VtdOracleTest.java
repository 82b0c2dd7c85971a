package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.remap.Outcome.Kind;
import dev.adit.interrupts.remap.VtdConfig;
import dev.adit.interrupts.spec.InvalidationDescriptor;
import dev.adit.interrupts.spec.VtdFields;
import java.math.BigInteger;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random tables and messages against an oracle that follows the specification step by step, with
 * 128-bit numbers and no idea of the unit's own representation. Runs longer with {@code
 * -Dadit.fuzz.seconds=N}.
 */
class VtdOracleTest {
  private static final int ROUNDS = 100;
  private static final long SECONDS = Long.getLong("adit.fuzz.seconds", 0);
  private static final int ENTRIES = 64;

  /** What the specification wants: a fault code with suppression, or an interrupt. */
  private sealed interface Expected {
    record Fault(int code, boolean suppressed) implements Expected {}

    record Remapped(int destination, int vector, int attributes) implements Expected {}

    record Posted(int vector, boolean notified) implements Expected {}

    record Compatibility(int destination, int vector) implements Expected {}

    record NoInterrupt() implements Expected {}
  }

  @Test
  void theUnitDoesWhatTheSpecificationSays() {
    var random = new SplittableRandom(Seeds.of(VtdOracleTest.class));
    long end = System.nanoTime() + SECONDS * 1_000_000_000L;
    int[] seen = new int[256];
    for (int rounds = 0; rounds < ROUNDS || System.nanoTime() < end; rounds++) {
      round(random, seen);
    }
    // A fuzzer that never gets past the first check shows nothing.
    for (int code : new int[] {0, 0x20, 0x21, 0x22, 0x24, 0x25, 0x26, 0x27, 0x28}) {
      assertThat(seen[code]).as("outcome %x", code).isPositive();
    }
  }

  private static void round(SplittableRandom random, int[] seen) {
    boolean extended = random.nextBoolean();
    boolean compatibility = random.nextInt(4) == 0;
    VtdRig rig = new VtdRig(VtdConfig.hardware());
    rig.table(VtdRig.TABLE, 5, extended);
    rig.enableQueue();
    rig.set(VtdFields.CFI, compatibility);
    rig.set(VtdFields.IRE, true);
    for (int i = 0; i < 40; i++) {
      randomEntries(random, rig);
      randomDescriptors(random, rig);
      assertThat(rig.invalidate(InvalidationDescriptor.allEntries())).isTrue();
      for (int j = 0; j < 100; j++) {
        long address = randomAddress(random);
        int data = random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(8);
        int source = random.nextInt(4) == 0 ? random.nextInt(1 << 16) : 0x0100 | random.nextInt(8);
        int pasid = random.nextInt(8) == 0 ? random.nextInt(1 << 20) : -1;
        Expected expected =
            oracle(rig.memory, extended, compatibility, address, data, source, pasid);
        Outcome outcome = rig.send(address, data, source, pasid);
        assertThat(actual(outcome, rig.bus.take(), expected))
            .as("address %x data %x source %x pasid %d", address, data, source, pasid)
            .isEqualTo(expected);
        seen[outcome.reason().map(r -> r.code()).orElse(0)]++;
        checkRecord(rig, outcome, source);
      }
    }
  }

  private static void checkRecord(VtdRig rig, Outcome outcome, int source) {
    var faults = rig.takeFaults();
    if (outcome.kind() != Kind.FAULT || outcome.suppressed()) {
      assertThat(faults).isEmpty();
      return;
    }
    assertThat(faults).hasSize(1);
    assertThat(faults.getFirst().source()).isEqualTo(source);
  }

  private static void randomEntries(SplittableRandom random, VtdRig rig) {
    for (int i = 0; i < ENTRIES; i++) {
      long lo = (random.nextLong() & 0xFFFF_FF00_00FF_8FE3L) | 1;
      long hi = random.nextLong() & 0x000F_FFFFL;
      boolean posted = (lo & 1 << 15) != 0;
      if (posted) {
        long descriptor = VtdRig.DESCRIPTORS + random.nextInt(16) * 64L;
        lo = (lo & 0x00FF_8F03L) | (descriptor & 0xFFFF_FFFFL) << 32;
        hi |= descriptor >>> 32 << 32;
      } else if (random.nextBoolean()) {
        lo &= 0x0000_FF00_00FF_FFFFL;
      }
      if (random.nextBoolean()) {
        hi = (hi & ~0xFFFFL) | 0x0100 | random.nextInt(8);
      }
      // Now and then a bit is wrong, whichever.
      if (random.nextInt(4) == 0) {
        lo ^= 1L << random.nextInt(64);
      }
      if (random.nextInt(8) == 0) {
        hi ^= 1L << random.nextInt(64);
      }
      rig.memory.setLong(VtdRig.TABLE + i * 16L, lo);
      rig.memory.setLong(VtdRig.TABLE + i * 16L + 8, hi);
    }
  }

  private static void randomDescriptors(SplittableRandom random, VtdRig rig) {
    for (int i = 0; i < 16; i++) {
      long at = VtdRig.DESCRIPTORS + i * 64L;
      rig.memory.setLong(at + 32, random.nextLong() & 0x0000_FF00_00FF_0003L);
      for (int word = 5; word < 8; word++) {
        rig.memory.setLong(at + word * 8L, random.nextInt(30) == 0 ? random.nextLong() : 0);
      }
    }
  }

  private static long randomAddress(SplittableRandom random) {
    long base = random.nextInt(16) == 0 ? random.nextLong() << 20 : 0xFEE0_0000L;
    long handle = random.nextInt(8) == 0 ? random.nextInt(1 << 15) : random.nextInt(ENTRIES + 2);
    long format = random.nextInt(8) == 0 ? 0 : 1L << 4;
    return base | handle << 5 | format | (random.nextInt(16) == 0 ? 4 : 0) | random.nextInt(2) << 3;
  }

  private static Expected actual(
      Outcome outcome, List<RecordingBus.Interrupt> came, Expected expected) {
    return switch (outcome.kind()) {
      case FAULT ->
          came.isEmpty()
              ? new Expected.Fault(outcome.reason().orElseThrow().code(), outcome.suppressed())
              : expectedNothing(came);
      case REMAPPED ->
          new Expected.Remapped(
              came.getFirst().destination(),
              came.getFirst().vector(),
              came.getFirst().attributes());
      case POSTED, NOTIFIED -> new Expected.Posted(outcome.vector(), !came.isEmpty());
      case COMPATIBILITY ->
          new Expected.Compatibility(came.getFirst().destination(), came.getFirst().vector());
      case NOT_INTERRUPT -> new Expected.NoInterrupt();
      case UNSUPPORTED, IGNORED -> throw new AssertionError(expected);
    };
  }

  private static Expected expectedNothing(List<RecordingBus.Interrupt> came) {
    throw new AssertionError("a fault, and yet " + came);
  }

  private static int bits(BigInteger value, int high, int low) {
    return value.shiftRight(low).mod(BigInteger.ONE.shiftLeft(high - low + 1)).intValue();
  }

  private static BigInteger wide(GuestMemory memory, long at, int words) {
    BigInteger value = BigInteger.ZERO;
    for (int i = words - 1; i >= 0; i--) {
      String hex = Long.toHexString(memory.getLong(at + i * 8L));
      value = value.shiftLeft(64).or(new BigInteger(hex, 16));
    }
    return value;
  }

  /** Sections 3.15, 5.1.4 and 5.2.3, one after another. */
  private static Expected oracle(
      GuestMemory memory,
      boolean eime,
      boolean cfi,
      long address,
      int data,
      int source,
      int pasid) {
    BigInteger a = new BigInteger(Long.toHexString(address), 16);
    if (!a.shiftRight(20).equals(BigInteger.valueOf(0xFEE)) || pasid != -1) {
      return new Expected.NoInterrupt();
    }
    if (!a.testBit(4)) {
      return eime || !cfi
          ? new Expected.Fault(0x25, false)
          : new Expected.Compatibility(bits(a, 19, 12), data & 0xFF);
    }
    boolean shv = a.testBit(3);
    if (shv && data >>> 16 != 0) {
      return new Expected.Fault(0x20, false);
    }
    int index = bits(a, 19, 5) + (a.testBit(2) ? 0x8000 : 0) + (shv ? data & 0xFFFF : 0);
    if (index >= ENTRIES) {
      return new Expected.Fault(0x21, false);
    }
    return entry(memory, wide(memory, VtdRig.TABLE + index * 16L, 2), eime, source);
  }

  private static Expected entry(GuestMemory memory, BigInteger e, boolean eime, int source) {
    boolean fpd = e.testBit(1);
    if (!e.testBit(0)) {
      return new Expected.Fault(0x22, fpd);
    }
    int sid = bits(e, 79, 64);
    boolean admitted =
        switch (bits(e, 83, 82)) {
          case 1 ->
              switch (bits(e, 81, 80)) {
                case 0 -> source == sid;
                case 1 -> (source | 0b100) == (sid | 0b100);
                case 2 -> (source | 0b110) == (sid | 0b110);
                default -> (source | 0b111) == (sid | 0b111);
              };
          case 2 -> source / 256 >= sid / 256 && source / 256 <= sid % 256;
          default -> true;
        };
    if (!admitted) {
      return new Expected.Fault(0x26, fpd);
    }
    if (bits(e, 83, 82) == 3 || reserved(e, eime)) {
      return new Expected.Fault(0x24, fpd);
    }
    return e.testBit(15) ? posted(memory, e, eime) : remapped(e, eime);
  }

  private static boolean reserved(BigInteger e, boolean eime) {
    if (e.testBit(15)) {
      return bits(e, 7, 2) != 0
          || bits(e, 13, 12) != 0
          || bits(e, 37, 24) != 0
          || bits(e, 95, 84) != 0
          || bits(e, 127, 96) >>> 14 != 0;
    }
    return bits(e, 14, 12) != 0
        || bits(e, 31, 24) != 0
        || bits(e, 95, 84) != 0
        || bits(e, 127, 96) != 0
        || bits(e, 7, 5) == 3
        || bits(e, 7, 5) == 6
        || (!eime && (bits(e, 39, 32) != 0 || bits(e, 63, 48) != 0));
  }

  private static Expected remapped(BigInteger e, boolean eime) {
    int destination = eime ? bits(e, 63, 32) : bits(e, 47, 40);
    int attributes =
        bits(e, 7, 5) + (e.testBit(2) ? 8 : 0) + (e.testBit(3) ? 16 : 0) + (e.testBit(4) ? 32 : 0);
    return new Expected.Remapped(destination, bits(e, 23, 16), attributes);
  }

  private static Expected posted(GuestMemory memory, BigInteger e, boolean eime) {
    boolean fpd = e.testBit(1);
    long at = (long) bits(e, 127, 96) << 32 | (long) bits(e, 63, 38) << 6;
    if (!memory.holds(at, 64)) {
      return new Expected.Fault(0x27, fpd);
    }
    BigInteger d = wide(memory, at, 8);
    boolean bad =
        bits(d, 271, 258) != 0
            || bits(d, 287, 280) != 0
            || d.shiftRight(320).signum() != 0
            || (!eime && (bits(d, 295, 288) != 0 || bits(d, 319, 304) != 0));
    if (bad) {
      return new Expected.Fault(0x28, fpd);
    }
    boolean notify = !d.testBit(256) && (e.testBit(14) || !d.testBit(257));
    return new Expected.Posted(bits(e, 23, 16), notify);
  }
}
