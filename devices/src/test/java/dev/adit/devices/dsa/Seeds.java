package dev.adit.devices.dsa;

import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/** Where property tests get their cases from; the seed is part of each test's name. */
final class Seeds {
  private Seeds() {}

  /**
   * {@return a fixed sequence of seeds, or one seed given with -Dadit.seed=N to repeat a failure}
   */
  static long[] some(int count) {
    Long only = Long.getLong("adit.seed");
    return only != null ? new long[] {only} : LongStream.range(0, count).toArray();
  }

  /**
   * {@return a size from 1 up; small ones, and those near powers of two, are as likely as others}
   */
  static int size(RandomGenerator random, int most) {
    int size =
        switch (random.nextInt(3)) {
          case 0 -> 1 + random.nextInt(70);
          case 1 -> (1 << random.nextInt(16)) + random.nextInt(-2, 3);
          default -> 1 + random.nextInt(most);
        };
    return Math.clamp(size, 1, most);
  }

  /** {@return limits without a capability} */
  static Limits without(Limits limits, int capability) {
    return new Limits(
        limits.gencap() & ~(1L << capability),
        limits.operations(),
        limits.maxTransfer(),
        limits.maxBatch(),
        limits.blockOnFault(),
        limits.interrupts(),
        limits.translationFetch());
  }
}
