package dev.adit.bench;

import dev.adit.devices.Dma;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One piece of memory from bus address 0 on, so that a benchmark of a device is one of the device.
 */
final class FlatDma implements Dma {
  final MemorySegment memory;

  FlatDma(long bytes) {
    memory = Arena.ofAuto().allocate(bytes, 4096);
  }

  @Override
  public View view() {
    return new FlatView(memory);
  }

  private static final class FlatView implements View {
    private final MemorySegment memory;
    private long offset;

    FlatView(MemorySegment memory) {
      this.memory = memory;
    }

    @Override
    public void begin() {}

    @Override
    public void end() {}

    @Override
    public long resolve(int pasid, long address, long length, Access access) {
      offset = address;
      boolean inside = address >= 0 && address < memory.byteSize();
      return inside ? Math.min(length, memory.byteSize() - address) : 0;
    }

    @Override
    public MemorySegment segment() {
      return memory;
    }

    @Override
    public long offset() {
      return offset;
    }

    @Override
    public long read(int pasid, long address, MemorySegment into, long at, long length) {
      long run = resolve(pasid, address, length, Access.READ);
      MemorySegment.copy(memory, offset, into, at, run);
      return run;
    }

    @Override
    public long write(int pasid, long address, MemorySegment from, long at, long length) {
      long run = resolve(pasid, address, length, Access.WRITE);
      MemorySegment.copy(from, at, memory, offset, run);
      return run;
    }

    @Override
    public void close() {}
  }
}
