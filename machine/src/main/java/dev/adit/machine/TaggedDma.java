package dev.adit.machine;

import dev.adit.devices.Dma;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a sub-device: what its model asks for without PASID goes out with the PASID that
 * the host gave it, which its user can neither see nor change.
 *
 * @param dma the physical function's
 * @param pasid 20 bits
 */
public record TaggedDma(Dma dma, int pasid) implements Dma {
  @Override
  public Dma.View view() {
    return new Tagged(dma.view(), pasid);
  }

  private record Tagged(Dma.View view, int own) implements Dma.View {
    @Override
    public void begin() {
      view.begin();
    }

    @Override
    public void end() {
      view.end();
    }

    @Override
    public long resolve(int pasid, long address, long length, Access access) {
      return view.resolve(own, address, length, access);
    }

    @Override
    public @Nullable MemorySegment segment() {
      return view.segment();
    }

    @Override
    public long offset() {
      return view.offset();
    }

    @Override
    public long read(int pasid, long address, MemorySegment into, long at, long length) {
      return view.read(own, address, into, at, length);
    }

    @Override
    public long write(int pasid, long address, MemorySegment from, long at, long length) {
      return view.write(own, address, from, at, length);
    }

    @Override
    public void close() {
      view.close();
    }
  }
}
