package dev.adit.host;

import dev.adit.devices.PciFunction;
import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.spec.Msix;
import dev.adit.vfiouser.Device;
import dev.adit.vfiouser.Irq;
import dev.adit.vfiouser.Region;
import dev.adit.vfiouser.SharedMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A PCI function as a vfio-user device: BARs and configuration space become regions, MSI-X vectors
 * become eventfds of the client.
 *
 * <p>The client emulates the MSI-X table itself and never writes it here; what it tells is which
 * vector has an eventfd. So every vector takes a route past the function's table, and the pending
 * bits are those of the vectors that fired without an eventfd.
 *
 * @param <F> the kind of function
 */
final class FunctionDevice<F extends PciFunction> implements Device, AutoCloseable {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final F function;
  private final Bus bus;
  private final @Nullable GuestMessages messages;
  private final List<SharedMemory> backing = new ArrayList<>();
  private final List<Region> regions;
  private final int pbaBar;
  private final long pbaStart;
  private final long pbaEnd;

  // Counted by the one thread that serves the socket.
  private final AtomicLong reads = new AtomicLong();
  private final AtomicLong writes = new AtomicLong();

  /**
   * Puts a function on a bus.
   *
   * @param messages where the function sends the guest's own messages, or null if it does not
   */
  FunctionDevice(F function, Bus bus, @Nullable GuestMessages messages) {
    this.function = function;
    this.bus = bus;
    this.messages = messages;
    function.config().listen(new ConfigListener());
    this.regions = makeRegions();
    int vectors = function.msix().size();
    for (int i = 0; i < vectors; i++) {
      int vector = i;
      function.msix().route(i, () -> bus.interrupts().signal(Irq.MSIX, vector));
    }
    EmulatedConfigSpace config = function.config();
    pbaBar = (int) config.get(Msix.PBA_BIR);
    pbaStart = config.get(Msix.PBA_OFFSET) << 3;
    pbaEnd = pbaStart + (vectors + 63) / 64 * 8L;
  }

  F function() {
    return function;
  }

  RegisterAccesses accesses() {
    return new RegisterAccesses(reads.get(), writes.get());
  }

  @Override
  public List<Region> regions() {
    return regions;
  }

  @Override
  public List<Irq> irqs() {
    Irq msix = Irq.messages(function.msix().size());
    Irq error = new Irq(1, false, false, false);
    return List.of(Irq.none(), Irq.none(), msix, error, error);
  }

  @Override
  public void read(int region, long offset, MemorySegment into, long at, int count) {
    reads.setRelease(reads.getPlain() + 1);
    if (region == Region.CONFIG) {
      function.config().read(offset, into, at, count);
    } else if (region == pbaBar && offset >= pbaStart && offset + count <= pbaEnd) {
      readPending(offset, into, at, count);
    } else {
      for (int done = 0; done < count; ) {
        int width = width(offset + done, count - done);
        put(into, at + done, width, function.read(region, offset + done, width));
        done += width;
      }
    }
  }

  /** What waits for an eventfd, and what the function itself holds back. */
  private void readPending(long offset, MemorySegment into, long at, int count) {
    bus.interrupts().readPending(Irq.MSIX, offset - pbaStart, into, at, count);
    for (int i = 0; i < count; i++) {
      byte held = (byte) function.read(pbaBar, offset + i, 1);
      into.set(
          ValueLayout.JAVA_BYTE, at + i, (byte) (into.get(ValueLayout.JAVA_BYTE, at + i) | held));
    }
  }

  @Override
  public void write(int region, long offset, MemorySegment from, long at, int count) {
    writes.setRelease(writes.getPlain() + 1);
    if (region == Region.CONFIG) {
      function.config().write(offset, from, at, count);
      return;
    }
    for (int done = 0; done < count; ) {
      int width = width(offset + done, count - done);
      function.write(region, offset + done, width, get(from, at + done, width));
      done += width;
    }
  }

  @Override
  public void vectorChanged(int index, int vector, boolean deliverable) {
    if (index == Irq.MSIX) {
      function.vectorOpen(vector, deliverable);
    }
  }

  @Override
  public void reset() {
    function.reset();
    discard();
  }

  /** What the client has mapped stays its own: the next client gets other memory. */
  @Override
  public void detached() {
    function.abandoned();
    backing.forEach(SharedMemory::renew);
    if (messages != null) {
      reset();
    }
  }

  private void discard() {
    if (messages != null) {
      messages.discard();
    }
  }

  /** What left the function before a reset must not reach the guest after it. */
  private final class ConfigListener implements EmulatedConfigSpace.Listener {
    @Override
    public void functionLevelReset() {
      discard();
    }
  }

  @Override
  public void close() {
    function.close();
    if (messages != null) {
      messages.close();
    }
    backing.forEach(SharedMemory::close);
  }

  private List<Region> makeRegions() {
    Region[] made = new Region[Region.PCI_COUNT];
    Arrays.fill(made, Region.none());
    made[Region.CONFIG] = Region.trapped(EmulatedConfigSpace.SIZE);
    for (PciFunction.Bar bar : function.bars()) {
      made[bar.index()] = bar.mappable().isEmpty() ? Region.trapped(bar.size()) : mappable(bar);
    }
    return List.of(made);
  }

  private Region mappable(PciFunction.Bar bar) {
    SharedMemory memory = SharedMemory.allocate(bar.size());
    backing.add(memory);
    List<Region.Area> areas = new ArrayList<>();
    for (PciFunction.Area area : bar.mappable()) {
      function.back(bar, area, memory.segment().asSlice(area.offset(), area.size()));
      areas.add(new Region.Area(area.offset(), area.size()));
    }
    return Region.mappable(bar.size(), memory, areas);
  }

  /** {@return the widest natural access that starts at an offset and is no longer than allowed} */
  private static int width(long offset, int most) {
    int width = 8;
    while (width > most || (offset & (width - 1)) != 0) {
      width >>= 1;
    }
    return width;
  }

  private static long get(MemorySegment from, long at, int width) {
    return switch (width) {
      case 1 -> from.get(ValueLayout.JAVA_BYTE, at) & 0xFFL;
      case 2 -> from.get(SHORT, at) & 0xFFFFL;
      case 4 -> from.get(INT, at) & 0xFFFFFFFFL;
      default -> from.get(LONG, at);
    };
  }

  private static void put(MemorySegment into, long at, int width, long value) {
    switch (width) {
      case 1 -> into.set(ValueLayout.JAVA_BYTE, at, (byte) value);
      case 2 -> into.set(SHORT, at, (short) value);
      case 4 -> into.set(INT, at, (int) value);
      default -> into.set(LONG, at, value);
    }
  }
}
