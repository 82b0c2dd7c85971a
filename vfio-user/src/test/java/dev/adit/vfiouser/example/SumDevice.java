package dev.adit.vfiouser.example;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.adit.vfiouser.Device;
import dev.adit.vfiouser.DmaView;
import dev.adit.vfiouser.Irq;
import dev.adit.vfiouser.Region;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The example of a device: it adds up bytes of the client's memory. Its registers: u64 address at
 * 0; u32 length at 8, writing which starts the sum and fires MSI-X vector 0; u64 sum at 16; u32 at
 * 24, how many bytes could be read.
 */
public record SumDevice(Bus bus, DmaView memory, MemorySegment registers, MemorySegment bytes)
    implements Device {

  /** Makes the device. */
  public SumDevice(Bus bus) {
    this(bus, bus.dma().view(), Arena.ofAuto().allocate(4096, 8), Arena.ofAuto().allocate(4096));
  }

  @Override
  public List<Region> regions() {
    return List.of(Region.trapped(registers.byteSize()));
  }

  @Override
  public List<Irq> irqs() {
    return List.of(Irq.none(), Irq.none(), Irq.messages(1));
  }

  @Override
  public void read(int region, long offset, MemorySegment into, long at, int count) {
    MemorySegment.copy(registers, offset, into, at, count);
  }

  @Override
  public void write(int region, long offset, MemorySegment from, long at, int count) {
    MemorySegment.copy(from, at, registers, offset, count);
    if (offset == 8 && count == 4) {
      sum(registers.get(JAVA_LONG, 0), Math.clamp(registers.get(JAVA_INT, 8), 0, bytes.byteSize()));
      bus.interrupts().signal(Irq.MSIX, 0);
    }
  }

  private void sum(long address, long length) {
    memory.begin();
    long read = memory.read(address, bytes, 0, length);
    memory.end();
    long sum = 0;
    for (long i = 0; i < read; i++) {
      sum += bytes.get(JAVA_BYTE, i) & 0xff;
    }
    registers.set(JAVA_LONG, 16, sum);
    registers.set(JAVA_INT, 24, (int) read);
  }

  @Override
  public void reset() {
    registers.fill((byte) 0);
  }
}
