package dev.adit.devices.bench;

import dev.adit.devices.Dma;
import dev.adit.devices.Dma.Access;
import dev.adit.devices.PciFunction;
import dev.adit.interrupts.store.MsixTable;
import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.MsixCapability;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A function to measure a VMM and a transport with. BAR0 has 4096 bytes, little-endian:
 *
 * <pre>
 *   0x000-0x0ff  storage, any access size
 *   0x100  W 4   n: raises MSI-X vector 0 n times
 *   0x120  W 8   address of the DMA
 *   0x128  W 4   length of the DMA, at most 65536
 *   0x12c  W 4   n: reads by DMA n times
 *   0x130  W 4   n: writes by DMA n times
 * </pre>
 *
 * <p>A write returns when what it asks for is done, and n is at most 2<sup>24</sup> for that.
 */
public final class BenchFunction implements PciFunction {
  private static final int BAR_SIZE = 4096;
  private static final int STORAGE = 0x100;
  private static final int RAISE = 0x100;
  private static final int ADDRESS = 0x120;
  private static final int LENGTH = 0x128;
  private static final int READ = 0x12c;
  private static final int WRITE = 0x130;
  private static final int MAX_LENGTH = 1 << 16;
  private static final long MAX_TIMES = 1 << 24;
  private static final int TABLE = 0x800;
  private static final int PENDING = 0xc00;
  private static final int VECTORS = 4;
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment storage = MemorySegment.ofArray(new long[(STORAGE + 8) / 8]);
  private final MemorySegment buffer = MemorySegment.ofArray(new long[MAX_LENGTH / 8]);
  private final EmulatedConfigSpace config;
  private final MsixTable msix;
  private final Dma.View view;
  private long address;
  private int length;

  /** Makes a function with this way to memory. Vectors go only where a VMM routes them. */
  public BenchFunction(Dma dma) {
    view = dma.view();
    msix = new MsixTable(VECTORS, (to, data, requester, pasid) -> {}, 0);
    config =
        EmulatedConfigSpace.builder()
            .vendor(0x1234)
            .device(0xad17)
            .classCode(0xff0000)
            .bar32(0, BAR_SIZE, false)
            .capability(0x40, new MsixCapability(VECTORS, 0, TABLE, 0, PENDING))
            .build();
  }

  @Override
  public EmulatedConfigSpace config() {
    return config;
  }

  @Override
  public List<Bar> bars() {
    return List.of(new Bar(0, BAR_SIZE, List.of()));
  }

  @Override
  public MsixTable msix() {
    return msix;
  }

  @Override
  public long read(int bar, long offset, int width) {
    long ones = width == 8 ? -1 : (1L << (width * 8)) - 1;
    if (offset < STORAGE) {
      return storage.get(LONG, offset) & ones;
    }
    if (offset >= PENDING && offset < PENDING + Long.BYTES) {
      return msix.readPending(offset - PENDING, width);
    }
    return offset >= TABLE && offset < PENDING ? msix.read(offset - TABLE, width) : ones;
  }

  @Override
  public void write(int bar, long offset, int width, long value) {
    if (offset < STORAGE) {
      for (int i = 0; i < width; i++) {
        storage.set(ValueLayout.JAVA_BYTE, offset + i, (byte) (value >>> (8 * i)));
      }
    } else if (offset >= TABLE && offset < PENDING) {
      msix.write(offset - TABLE, width, value);
    } else {
      command((int) offset, value);
    }
  }

  private void command(int offset, long value) {
    long times = Math.min(value & 0xFFFFFFFFL, MAX_TIMES);
    switch (offset) {
      case RAISE -> {
        for (long i = 0; i < times; i++) {
          msix.fire(0);
        }
      }
      case ADDRESS -> address = value;
      case LENGTH -> length = (int) Math.min(value & 0xFFFFFFFFL, MAX_LENGTH);
      case READ -> transfer(times, Access.READ);
      case WRITE -> transfer(times, Access.WRITE);
      default -> {}
    }
  }

  private void transfer(long times, Access access) {
    boolean ok = length > 0;
    for (long i = 0; ok && i < times; i++) {
      view.begin();
      long done =
          access == Access.READ
              ? view.read(Dma.NO_PASID, address, buffer, 0, length)
              : view.write(Dma.NO_PASID, address, buffer, 0, length);
      view.end();
      ok = done == length;
    }
  }

  @Override
  public void back(Bar bar, Area area, MemorySegment memory) {
    throw new IllegalStateException("no part of the BAR may be mapped");
  }

  @Override
  public void reset() {
    storage.fill((byte) 0);
    address = 0;
    length = 0;
  }

  @Override
  public void close() {
    view.close();
  }
}
