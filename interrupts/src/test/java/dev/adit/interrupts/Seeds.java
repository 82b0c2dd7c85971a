package dev.adit.interrupts;

/** Where random tests begin: the same place each time, unless told otherwise. */
public final class Seeds {
  private Seeds() {}

  /** {@return the seed of a test, or that of {@code -Dadit.seed=N}; printed} */
  public static long of(Class<?> test) {
    long seed = Long.getLong("adit.seed", 0xAD17);
    System.err.println(test.getSimpleName() + " -Dadit.seed=" + seed);
    return seed;
  }
}
