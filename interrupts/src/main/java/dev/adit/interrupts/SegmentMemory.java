package dev.adit.interrupts;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Guest memory in one piece. */
final class SegmentMemory implements GuestMemory {
  private static final VarHandle LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private final long base;
  private final long size;
  private final MemorySegment segment;

  SegmentMemory(long base, MemorySegment segment) {
    if ((base & 7) != 0 || segment.maxByteAlignment() < 8) {
      throw new IllegalArgumentException("base and segment must be aligned to 8 bytes");
    }
    this.base = base;
    this.size = segment.byteSize();
    this.segment = segment;
  }

  @Override
  public boolean holds(long address, long length) {
    long offset = address - base;
    // Both compared as what is left of the segment: no sum that could wrap.
    return offset >= 0 && length >= 0 && length <= size && offset <= size - length;
  }

  @Override
  public long getLong(long address) {
    return (long) LONG.getVolatile(segment, address - base);
  }

  @Override
  public void setLong(long address, long value) {
    LONG.setRelease(segment, address - base, value);
  }

  @Override
  public void setInt(long address, int value) {
    INT.setRelease(segment, address - base, value);
  }

  @Override
  public boolean compareAndSet(long address, long expected, long value) {
    return LONG.compareAndSet(segment, address - base, expected, value);
  }

  @Override
  public long getAndOr(long address, long bits) {
    return (long) LONG.getAndBitwiseOr(segment, address - base, bits);
  }
}
