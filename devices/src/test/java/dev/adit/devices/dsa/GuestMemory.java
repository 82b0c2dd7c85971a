package dev.adit.devices.dsa;

import dev.adit.devices.Dma;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * One piece of memory at bus address {@link #BASE} for drivers in tests, the same for every PASID.
 * It can be taken away and given back while engines are at work.
 */
final class GuestMemory implements Dma {
  static final long BASE = 0x1_0000_0000L;

  final MemorySegment memory;
  private final ReadWriteLock mapping = new ReentrantReadWriteLock();
  private volatile boolean mapped = true;

  GuestMemory(long bytes) {
    memory = Arena.ofAuto().allocate(bytes, 4096);
  }

  /** Takes the memory away; no engine touches it when this returns. */
  void unmap() {
    mapping.writeLock().lock();
    try {
      mapped = false;
    } finally {
      mapping.writeLock().unlock();
    }
  }

  void map() {
    mapped = true;
  }

  byte byteAt(long address) {
    return memory.get(ValueLayout.JAVA_BYTE, address - BASE);
  }

  long longAt(long address) {
    return (long) ValueLayout.JAVA_LONG.varHandle().getAcquire(memory, address - BASE);
  }

  void longAt(long address, long value) {
    memory.set(ValueLayout.JAVA_LONG, address - BASE, value);
  }

  void fill(long address, long length, int value) {
    memory.asSlice(address - BASE, length).fill((byte) value);
  }

  @Override
  public View view() {
    return new FlatView();
  }

  private final class FlatView implements View {
    private long offset;

    @Override
    public void begin() {
      mapping.readLock().lock();
    }

    @Override
    public void end() {
      mapping.readLock().unlock();
    }

    @Override
    public long resolve(int pasid, long address, long length, Access access) {
      offset = address - BASE;
      boolean inside = mapped && offset >= 0 && offset < memory.byteSize();
      return inside ? Math.min(length, memory.byteSize() - offset) : 0;
    }

    @Override
    public @Nullable MemorySegment segment() {
      return memory;
    }

    @Override
    public long offset() {
      return offset;
    }

    @Override
    public long read(int pasid, long address, MemorySegment into, long at, long length) {
      long run = length == 0 ? 0 : resolve(pasid, address, length, Access.READ);
      MemorySegment.copy(memory, run == 0 ? 0 : offset, into, at, run);
      return run;
    }

    @Override
    public long write(int pasid, long address, MemorySegment from, long at, long length) {
      long run = length == 0 ? 0 : resolve(pasid, address, length, Access.WRITE);
      MemorySegment.copy(from, at, memory, run == 0 ? 0 : offset, run);
      return run;
    }

    @Override
    public void close() {}
  }
}
