package dev.adit.machine;

/** An interrupt that a driver has asked for: counts what arrived. */
public interface Interrupt {
  /** {@return how many messages arrived so far} */
  long count();

  /**
   * Waits until more messages have arrived than the caller has seen.
   *
   * @param seen an earlier result of {@link #count}
   * @param nanos the longest wait
   * @return the count then, which is {@code seen} if nothing arrived in time
   */
  long await(long seen, long nanos);
}
