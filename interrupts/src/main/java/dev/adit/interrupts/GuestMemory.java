package dev.adit.interrupts;

import java.lang.foreign.MemorySegment;

/**
 * Memory that a remapping unit reads its tables from: the host's own, or a machine's. All addresses
 * are physical ones of that machine, unsigned, and multiples of 8 unless said otherwise.
 *
 * <p>Callers ask {@link #holds} first; what it confirmed stays accessible until the caller's
 * operation is over. No method allocates, and all may be called by several threads.
 */
public interface GuestMemory {
  /** {@return whether all of {@code [address, address + length)} is memory} */
  boolean holds(long address, long length);

  /** {@return the 8 bytes at an address, little-endian, a volatile read} */
  long getLong(long address);

  /** Writes 8 bytes with release. */
  void setLong(long address, long value);

  /** Writes 4 bytes at a multiple of 4, with release. */
  void setInt(long address, int value);

  /** Replaces 8 bytes if they are as expected; a full fence. */
  boolean compareAndSet(long address, long expected, long value);

  /** {@return the 8 bytes from before they were or-ed with {@code bits}; a full fence} */
  long getAndOr(long address, long bits);

  /**
   * {@return the memory of one segment}
   *
   * @param base the address of its first byte, a multiple of 8
   * @param segment native or mapped memory, or a {@code long} array's, so that 8 bytes at an
   *     aligned offset can be accessed atomically
   */
  static GuestMemory of(long base, MemorySegment segment) {
    return new SegmentMemory(base, segment);
  }
}
