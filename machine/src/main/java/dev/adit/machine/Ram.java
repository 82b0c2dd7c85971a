package dev.adit.machine;

import dev.adit.interrupts.GuestMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The memory of a machine: addresses run from 0. */
public final class Ram {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int PAGE = 4096;

  private final MemorySegment segment;
  private final GuestMemory atomic;
  // Address 0 stays unused, so that a forgotten address is noticed.
  private long free = PAGE;

  /** Makes zeroed memory of {@code size} bytes. */
  public Ram(long size) {
    this(Arena.ofAuto().allocate(size, PAGE));
  }

  /** Takes over memory, of a file that others map too for instance. */
  public Ram(MemorySegment segment) {
    this.segment = segment;
    atomic = GuestMemory.of(0, segment);
  }

  /** {@return the memory itself} */
  public MemorySegment segment() {
    return segment;
  }

  /** {@return the memory with atomic accesses} */
  public GuestMemory atomic() {
    return atomic;
  }

  /**
   * {@return the address of memory that nobody else uses}
   *
   * @param bytes how much
   * @param alignment a power of two
   */
  public synchronized long allocate(long bytes, long alignment) {
    long at = (free + alignment - 1) & -alignment;
    if (bytes < 0 || at + bytes > segment.byteSize()) {
      throw new IllegalStateException("The machine's memory is used up");
    }
    free = at + bytes;
    return at;
  }

  /** {@return 4 bytes} */
  public int getInt(long address) {
    return segment.get(INT, address);
  }

  /** Writes 4 bytes. */
  public void setInt(long address, int value) {
    segment.set(INT, address, value);
  }

  /** {@return 8 bytes} */
  public long getLong(long address) {
    return segment.get(LONG, address);
  }

  /** Writes 8 bytes. */
  public void setLong(long address, long value) {
    segment.set(LONG, address, value);
  }
}
