package dev.adit.vfiouser;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The device that the benchmark client expects: BAR 0 of 4 KiB, little-endian.
 *
 * <pre>
 * 0x000  storage, 256 bytes (the rest of the BAR too, but for what follows)
 * 0x100  W u32  fire MSI-X vector 0 so many times
 * 0x120  W u64  bus address
 * 0x128  W u32  length, at most 65536
 * 0x12c  W u32  read [address, length) so many times
 * 0x130  W u32  the same, writing
 * </pre>
 */
final class BenchDevice implements Device {
  private static final int FIRE = 0x100, ADDRESS = 0x120, LENGTH = 0x128, READ = 0x12c;
  private static final int WRITE = 0x130, MAX_LENGTH = 65536;

  private final Bus bus;
  private final DmaView view;
  private final MemorySegment bar = Arena.global().allocate(4096, 64);
  private final MemorySegment config = Arena.global().allocate(4096, 64);
  private final MemorySegment buffer = Arena.global().allocate(MAX_LENGTH, 64);

  BenchDevice(Bus bus) {
    this.bus = bus;
    view = bus.dma().view();
  }

  @Override
  public List<Region> regions() {
    List<Region> regions = new ArrayList<>(Collections.nCopies(Region.PCI_COUNT, Region.none()));
    regions.set(0, Region.trapped(bar.byteSize()));
    regions.set(Region.CONFIG, Region.trapped(config.byteSize()));
    return regions;
  }

  @Override
  public List<Irq> irqs() {
    return List.of(Irq.none(), Irq.none(), Irq.messages(4), Irq.none(), Irq.none());
  }

  @Override
  public void read(int region, long offset, MemorySegment into, long at, int count) {
    MemorySegment.copy(region == 0 ? bar : config, offset, into, at, count);
  }

  @Override
  public void write(int region, long offset, MemorySegment from, long at, int count) {
    MemorySegment.copy(from, at, region == 0 ? bar : config, offset, count);
    if (region == 0 && count == 4 && offset >= FIRE) {
      run((int) offset, bar.get(ValueLayout.JAVA_INT, offset));
    }
  }

  private void run(int register, int times) {
    if (register == FIRE) {
      for (int i = 0; i < times; i++) {
        bus.interrupts().signal(Irq.MSIX, 0);
      }
    } else if (register == READ || register == WRITE) {
      long address = bar.get(ValueLayout.JAVA_LONG, ADDRESS);
      int length = Math.clamp(bar.get(ValueLayout.JAVA_INT, LENGTH), 0, MAX_LENGTH);
      for (int i = 0; i < times; i++) {
        access(register == WRITE, address, length);
      }
    }
  }

  private void access(boolean write, long address, int length) {
    view.begin();
    if (write) {
      view.write(address, buffer, 0, length);
    } else {
      view.read(address, buffer, 0, length);
    }
    view.end();
  }

  @Override
  public void reset() {
    bar.fill((byte) 0);
  }

  /** Serves the device: {@code [-p] PATH}, with {@code -p} busy-polling. */
  public static void main(String[] arguments) throws InterruptedException {
    boolean poll = arguments[0].equals("-p");
    EventLoops loops = EventLoops.start(1, poll ? EventLoops.Idle.SPIN : EventLoops.Idle.BLOCK);
    java.nio.file.Path path = java.nio.file.Path.of(arguments[arguments.length - 1]);
    VfioUserServer.serve(loops, path, ServerOptions.defaults(), BenchDevice::new);
    Thread.currentThread().join();
  }
}
