package dev.adit.machine;

import dev.adit.devices.Dma;
import dev.adit.interrupts.remap.BusRequest;
import dev.adit.interrupts.remap.Remapper;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The DMA side of a machine's IOMMU: which memory a function's requests lead to, by requester ID
 * and PASID. Each address space is the memory of one machine, whole. What looks like an interrupt
 * goes to the interrupt side, by the rules of VT-d 3.15: a request without PASID to 0xFEExxxxx; one
 * with PASID only where the remapper takes such.
 */
final class DmaRemapping {
  private final Map<Long, Ram> spaces = new ConcurrentHashMap<>();
  private final Remapper remapper;
  private final BusTally interrupts;
  private final boolean takesPasids;
  private final AtomicLong faults = new AtomicLong();

  DmaRemapping(Remapper remapper, BusTally interrupts, boolean takesPasids) {
    this.remapper = remapper;
    this.interrupts = interrupts;
    this.takesPasids = takesPasids;
  }

  private static long key(int requesterId, int pasid) {
    return (long) requesterId << 32 | Integer.toUnsignedLong(pasid);
  }

  void map(int requesterId, int pasid, Ram ram) {
    spaces.put(key(requesterId, pasid), ram);
  }

  void unmap(int requesterId, int pasid) {
    spaces.remove(key(requesterId, pasid));
  }

  /** Requests that led nowhere. */
  long faults() {
    return faults.get();
  }

  Dma of(int requesterId) {
    return () -> new View(requesterId);
  }

  private final class View implements Dma.View {
    private final int requesterId;
    private @Nullable MemorySegment segment;
    private long offset;

    View(int requesterId) {
      this.requesterId = requesterId;
    }

    @Override
    public void begin() {
      // Mappings of machines in memory are taken away only with the machine.
    }

    @Override
    public void end() {}

    @Override
    public long resolve(int pasid, long address, long length, Dma.Access access) {
      segment = null;
      if (interrupt(pasid, address)) {
        return access == Dma.Access.WRITE ? Math.min(length, 4 - (address & 3)) : 0;
      }
      Ram ram = spaces.get(key(requesterId, pasid));
      long size = ram == null ? 0 : ram.segment().byteSize();
      if (ram == null || address < 0 || address >= size) {
        faults.incrementAndGet();
        return 0;
      }
      segment = ram.segment();
      offset = address;
      return Math.min(length, size - address);
    }

    private boolean interrupt(int pasid, long address) {
      return address >>> 20 == 0xFEE && (pasid == Dma.NO_PASID || takesPasids);
    }

    @Override
    public @Nullable MemorySegment segment() {
      return segment;
    }

    @Override
    public long offset() {
      return offset;
    }

    @Override
    public long read(int pasid, long address, MemorySegment into, long at, long length) {
      long got = resolve(pasid, address, length, Dma.Access.READ);
      if (got > 0 && segment != null) {
        MemorySegment.copy(segment, offset, into, at, got);
      }
      return got;
    }

    @Override
    public long write(int pasid, long address, MemorySegment from, long at, long length) {
      if (interrupt(pasid, address)) {
        int data = length >= 4 ? from.get(UNALIGNED, at) : 0;
        interrupts.count(
            remapper.request(
                new BusRequest(
                    BusRequest.Kind.WRITE,
                    BusRequest.AddressType.UNTRANSLATED,
                    address,
                    (int) Math.min(length, Integer.MAX_VALUE),
                    data,
                    requesterId,
                    pasid)));
        return length;
      }
      long got = resolve(pasid, address, length, Dma.Access.WRITE);
      if (got > 0 && segment != null) {
        MemorySegment.copy(from, at, segment, offset, got);
      }
      return got;
    }

    @Override
    public void close() {}
  }

  private static final ValueLayout.OfInt UNALIGNED =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
}
