package dev.adit.machine;

import dev.adit.vfiouser.ClientRegion;
import dev.adit.vfiouser.EventLoops;
import dev.adit.vfiouser.Eventfd;
import dev.adit.vfiouser.Irq;
import dev.adit.vfiouser.Region;
import dev.adit.vfiouser.SharedMemory;
import dev.adit.vfiouser.VfioUserClient;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A function behind a vfio-user socket, most likely in another process. Its DMA reaches one piece
 * of shared memory that is mapped as a whole; its vectors are eventfds.
 */
public final class SocketPciDevice implements PciDevice {
  private static final Duration TIMEOUT = Duration.ofMinutes(1);
  private static final long BASE = 0x1_0000_0000L;
  private static final long PAGE = 4096;
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle FIRST = ValueLayout.JAVA_LONG.varHandle();

  private final EventLoops loops;
  private final VfioUserClient client;
  private final SharedMemory memory;
  private final List<EventfdInterrupt> interrupts = new ArrayList<>();
  private final Map<Integer, MemorySegment> mapped = new ConcurrentHashMap<>();
  private final List<ClientRegion> regions = new ArrayList<>();
  private long used;

  private SocketPciDevice(EventLoops loops, VfioUserClient client, SharedMemory memory) {
    this.loops = loops;
    this.client = client;
    this.memory = memory;
  }

  /**
   * Connects to a function.
   *
   * @param memoryBytes how much memory drivers can allocate
   * @throws dev.adit.vfiouser.VfioUserException if nobody serves there, or somebody else is using
   *     the function
   */
  public static SocketPciDevice connect(Path socket, long memoryBytes) {
    EventLoops loops = EventLoops.start(1, EventLoops.Idle.BLOCK);
    try {
      VfioUserClient client = VfioUserClient.connect(loops, socket, TIMEOUT);
      SharedMemory memory = SharedMemory.allocate(memoryBytes);
      client.map(BASE, memory, 0, memoryBytes, true);
      return new SocketPciDevice(loops, client, memory);
    } catch (RuntimeException e) {
      loops.close();
      throw e;
    }
  }

  @Override
  public int readConfig(int offset, int width) {
    return (int) client.read(Region.CONFIG, offset, width);
  }

  @Override
  public void writeConfig(int offset, int width, int value) {
    client.write(Region.CONFIG, offset, width, value);
  }

  @Override
  public long read(int bar, long offset, int width) {
    return client.read(bar, offset, width);
  }

  @Override
  public void write(int bar, long offset, int width, long value) {
    client.write(bar, offset, width, value);
  }

  /**
   * Maps a BAR into this process, as VMMs do where the function allows it. Stores of 64 bytes go
   * there from now on, and no message tells of them.
   *
   * @throws DriverException if the whole of it cannot be mapped
   */
  public synchronized void map(int bar) {
    ClientRegion region = client.region(bar);
    regions.add(region);
    if (!region.areas().equals(List.of(new Region.Area(0, region.size())))) {
      throw new DriverException("BAR " + bar + " cannot be mapped");
    }
    mapped.put(bar, region.map(region.areas().getFirst()));
  }

  /** As a VMM does it that sees the store as eight writes: without waiting for replies. */
  @Override
  public void store64(int bar, long offset, MemorySegment from, long at) {
    MemorySegment memory = mapped.get(bar);
    if (memory == null) {
      post64(bar, offset, from, at);
      return;
    }
    // Who looks at this memory waits for the first eight bytes.
    MemorySegment.copy(from, at + 8, memory, offset + 8, 56);
    FIRST.setRelease(memory, offset, from.get(LONG, at));
  }

  /** The answer to a deferrable write comes by messages alone. */
  @Override
  public boolean enqueue64(int bar, long offset, MemorySegment from, long at) {
    post64(bar, offset, from, at);
    return read(bar, offset, 8) == 0;
  }

  private void post64(int bar, long offset, MemorySegment from, long at) {
    for (int i = 0; i < 64; i += 8) {
      client.post(bar, offset + i, 8, from.get(LONG, at + i));
    }
  }

  @Override
  public synchronized DmaBuffer allocate(long bytes) {
    long pages = (bytes + PAGE - 1) / PAGE * PAGE;
    if (bytes < 1 || pages > memory.size() - used) {
      throw new DriverException("no memory left for " + bytes + " bytes");
    }
    DmaBuffer buffer = new DmaBuffer(memory.segment().asSlice(used, bytes), BASE + used);
    used += pages;
    return buffer;
  }

  @Override
  public synchronized Interrupt msix(int vector) {
    EventfdInterrupt interrupt = new EventfdInterrupt();
    client.assign(Irq.MSIX, vector, List.of(interrupt.eventfd));
    interrupts.add(interrupt);
    return interrupt;
  }

  @Override
  public synchronized void close() {
    client.close();
    loops.close();
    interrupts.forEach(interrupt -> interrupt.eventfd.close());
    regions.forEach(ClientRegion::close);
    memory.close();
  }

  private static final class EventfdInterrupt implements Interrupt {
    private final Eventfd eventfd = new Eventfd();
    private long count;

    @Override
    public synchronized long count() {
      count += eventfd.take();
      return count;
    }

    @Override
    public long await(long seen, long nanos) {
      long deadline = System.nanoTime() + nanos;
      long now = count();
      while (now == seen && deadline - System.nanoTime() > 0) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        synchronized (this) {
          count += eventfd.await((int) Math.min(left + 1, 1000));
          now = count;
        }
      }
      return now;
    }
  }
}
