package dev.adit.host;

import dev.adit.devices.Dma;
import dev.adit.vfiouser.DmaSpace;
import dev.adit.vfiouser.DmaView;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a vfio-user client as the DMA of a function. The protocol carries no PASID, so the
 * client has one address space, and an access that is tagged with a PASID leads nowhere.
 */
final class SocketDma implements Dma {
  private final DmaSpace space;

  SocketDma(DmaSpace space) {
    this.space = space;
  }

  @Override
  public Dma.View view() {
    return new SocketView(space.view());
  }

  private static final class SocketView implements Dma.View {
    private final DmaView view;

    SocketView(DmaView view) {
      this.view = view;
    }

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
      return pasid == NO_PASID ? view.resolve(address, length, as(access)) : 0;
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
      return pasid == NO_PASID ? view.read(address, into, at, length) : 0;
    }

    @Override
    public long write(int pasid, long address, MemorySegment from, long at, long length) {
      return pasid == NO_PASID ? view.write(address, from, at, length) : 0;
    }

    @Override
    public void close() {
      view.close();
    }

    private static DmaSpace.Access as(Access access) {
      return access == Access.READ ? DmaSpace.Access.READ : DmaSpace.Access.WRITE;
    }
  }
}
