package dev.adit.vfiouser;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.List;

/**
 * The example of a device: it adds up bytes of the client's memory.
 *
 * <pre>
 *  0  u64  address      8  u32  length: writing it starts the sum and fires MSI-X vector 0
 * 16  u64  the sum     24  u32  how many bytes could be read
 * </pre>
 */
final class SumDevice implements Device {
  private static final long ADDRESS = 0, LENGTH = 8, SUM = 16, COUNT = 24;

  private final Bus bus;
  private final DmaView memory;
  private final MemorySegment registers = Arena.ofAuto().allocate(4096, 8);
  private final MemorySegment bytes = Arena.ofAuto().allocate(4096);

  SumDevice(Bus bus) {
    this.bus = bus;
    memory = bus.dma().view();
  }

  @Override
  public List<Region> regions() {
    List<Region> regions = new java.util.ArrayList<>(Collections.nCopies(9, Region.none()));
    regions.set(0, Region.trapped(registers.byteSize()));
    return regions;
  }

  @Override
  public List<Irq> irqs() {
    return List.of(Irq.none(), Irq.none(), Irq.messages(1), Irq.none(), Irq.none());
  }

  @Override
  public void read(int region, long offset, MemorySegment into, long at, int count) {
    MemorySegment.copy(registers, offset, into, at, count);
  }

  @Override
  public void write(int region, long offset, MemorySegment from, long at, int count) {
    MemorySegment.copy(from, at, registers, offset, count);
    if (offset == LENGTH) {
      sum(
          registers.get(ValueLayout.JAVA_LONG, ADDRESS),
          registers.get(ValueLayout.JAVA_INT, LENGTH));
      bus.interrupts().signal(Irq.MSIX, 0);
    }
  }

  private void sum(long address, int length) {
    memory.begin();
    long read = memory.read(address, bytes, 0, Math.clamp(length, 0, bytes.byteSize()));
    memory.end();
    long sum = 0;
    for (long i = 0; i < read; i++) {
      sum += bytes.get(ValueLayout.JAVA_BYTE, i);
    }
    registers.set(ValueLayout.JAVA_LONG, SUM, sum);
    registers.set(ValueLayout.JAVA_INT, COUNT, (int) read);
  }

  @Override
  public void reset() {
    registers.fill((byte) 0);
  }
}
