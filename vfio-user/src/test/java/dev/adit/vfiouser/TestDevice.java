package dev.adit.vfiouser;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A device for tests: BAR 0 is storage, BAR 1 partly mappable, BAR 2 write-only, BAR 3 read-only,
 * BAR 4 mappable as a whole; a write to {@link #RUN} in BAR 0 runs what the test has set.
 */
final class TestDevice implements Device {
  static final int RUN = 0x800;
  static final int VECTORS = 40;

  final Bus bus;
  final MemorySegment bar = Arena.ofAuto().allocate(1 << 20, 64);
  final SharedMemory sparse = SharedMemory.allocate(0x4000);
  final SharedMemory whole = SharedMemory.allocate(0x2000);
  final Eventfd bell = new Eventfd();
  final List<String> changes = Collections.synchronizedList(new ArrayList<>());
  final CountDownLatch detached = new CountDownLatch(1);
  volatile Runnable run = () -> {};
  private final AtomicInteger resets = new AtomicInteger();
  private final AtomicInteger writes = new AtomicInteger();

  TestDevice(Bus bus) {
    this.bus = bus;
  }

  @Override
  public List<Region> regions() {
    List<Region> regions = new ArrayList<>(Collections.nCopies(Region.PCI_COUNT, Region.none()));
    var bells = List.of(new Region.Doorbell(0x40, 4, bell, true, 5));
    regions.set(0, new Region(1 << 20, true, true, List.of(), null, bells));
    var areas = List.of(new Region.Area(0x1000, 0x1000), new Region.Area(0x3000, 0x1000));
    regions.set(1, Region.mappable(0x4000, sparse, areas));
    regions.set(2, new Region(64, false, true, List.of(), null, List.of()));
    regions.set(3, new Region(64, true, false, List.of(), null, List.of()));
    regions.set(4, Region.mappable(0x2000, whole, List.of(new Region.Area(0, 0x2000))));
    regions.set(Region.CONFIG, Region.trapped(4096));
    return regions;
  }

  @Override
  public List<Irq> irqs() {
    return List.of(Irq.intx(), Irq.none(), Irq.messages(VECTORS), Irq.messages(1), Irq.messages(1));
  }

  @Override
  public void read(int region, long offset, MemorySegment into, long at, int count) {
    MemorySegment.copy(bar, offset, into, at, count);
  }

  @Override
  public void write(int region, long offset, MemorySegment from, long at, int count) {
    MemorySegment.copy(from, at, bar, offset, count);
    writes.incrementAndGet();
    if (region == 0 && offset == RUN) {
      run.run();
    }
  }

  @Override
  public void reset() {
    resets.incrementAndGet();
  }

  @Override
  public void vectorChanged(int index, int vector, boolean deliverable) {
    changes.add(index + "." + vector + (deliverable ? "+" : "-"));
  }

  @Override
  public void detached() {
    detached.countDown();
  }

  void close() {
    sparse.close();
    whole.close();
    bell.close();
  }

  int resets() {
    return resets.get();
  }

  int writes() {
    return writes.get();
  }
}
