package dev.adit.interrupts;

/**
 * The registers of a store as a driver reaches them: the store itself, a part of a BAR, or what a
 * hypervisor shows in its place.
 */
public interface RegisterWindow {
  /**
   * Reads.
   *
   * @param offset bytes from the start of the window
   * @param width 1, 2, 4 or 8 bytes, naturally aligned
   * @return the value, zero-extended; all ones where nothing answers
   */
  long read(long offset, int width);

  /**
   * Writes; what nothing answers to is dropped.
   *
   * @param offset bytes from the start of the window
   * @param width 1, 2, 4 or 8 bytes, naturally aligned
   */
  void write(long offset, int width, long value);
}
