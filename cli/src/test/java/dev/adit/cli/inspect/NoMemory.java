package dev.adit.cli.inspect;

import dev.adit.devices.Dma;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A bus without any memory. */
final class NoMemory implements Dma.View {
  @Override
  public void begin() {}

  @Override
  public void end() {}

  @Override
  public long resolve(int pasid, long address, long length, Dma.Access access) {
    return 0;
  }

  @Override
  public @Nullable MemorySegment segment() {
    return null;
  }

  @Override
  public long offset() {
    return 0;
  }

  @Override
  public long read(int pasid, long address, MemorySegment into, long at, long length) {
    return 0;
  }

  @Override
  public long write(int pasid, long address, MemorySegment from, long at, long length) {
    return 0;
  }

  @Override
  public void close() {}
}
