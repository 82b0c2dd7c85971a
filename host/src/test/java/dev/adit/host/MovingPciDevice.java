package dev.adit.host;

import dev.adit.machine.DmaBuffer;
import dev.adit.machine.Interrupt;
import dev.adit.machine.PciDevice;
import dev.adit.vfiouser.EventLoops;
import dev.adit.vfiouser.Eventfd;
import dev.adit.vfiouser.Irq;
import dev.adit.vfiouser.Region;
import dev.adit.vfiouser.SharedMemory;
import dev.adit.vfiouser.VfioUserClient;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a VMM does for a guest that moves: the guest's memory and the eventfds of its vectors stay,
 * while the function behind them is another one.
 */
final class MovingPciDevice implements PciDevice {
  private static final long BASE = 0x1_0000_0000L;
  private static final long BYTES = 8 << 20;

  private final EventLoops loops = EventLoops.start(1, EventLoops.Idle.BLOCK);
  private final SharedMemory memory = SharedMemory.allocate(BYTES);
  private final SortedMap<Integer, Eventfd> vectors = new TreeMap<>();
  private VfioUserClient client;
  private long used;

  MovingPciDevice(Path socket) {
    client = connect(socket);
  }

  private VfioUserClient connect(Path socket) {
    VfioUserClient made = VfioUserClient.connect(loops, socket, Duration.ofMinutes(2));
    made.map(BASE, memory, 0, BYTES, true);
    return made;
  }

  /** Leaves the function that it has, and takes memory and vectors to another one. */
  synchronized void move(Path socket) {
    client.close();
    client = connect(socket);
    vectors.forEach((vector, fd) -> client.assign(Irq.MSIX, vector, List.of(fd)));
  }

  @Override
  public synchronized int readConfig(int offset, int width) {
    return (int) client.read(Region.CONFIG, offset, width);
  }

  @Override
  public synchronized void writeConfig(int offset, int width, int value) {
    client.write(Region.CONFIG, offset, width, value);
  }

  @Override
  public synchronized long read(int bar, long offset, int width) {
    return client.read(bar, offset, width);
  }

  @Override
  public synchronized void write(int bar, long offset, int width, long value) {
    client.write(bar, offset, width, value);
  }

  @Override
  public synchronized void store64(int bar, long offset, MemorySegment from, long at) {
    for (int i = 0; i < 64; i += 8) {
      client.post(bar, offset + i, 8, from.get(ValueLayout.JAVA_LONG_UNALIGNED, at + i));
    }
  }

  @Override
  public synchronized DmaBuffer allocate(long bytes) {
    DmaBuffer buffer = new DmaBuffer(memory.segment().asSlice(used, bytes), BASE + used);
    used += (bytes + 4095) / 4096 * 4096;
    return buffer;
  }

  @Override
  public synchronized Interrupt msix(int vector) {
    Eventfd fd = new Eventfd();
    vectors.put(vector, fd);
    client.assign(Irq.MSIX, vector, List.of(fd));
    return new Counter(fd);
  }

  @Override
  public synchronized void close() {
    client.close();
    loops.close();
    vectors.values().forEach(Eventfd::close);
    memory.close();
  }

  private static final class Counter implements Interrupt {
    private final Eventfd fd;
    private long count;

    Counter(Eventfd fd) {
      this.fd = fd;
    }

    @Override
    public synchronized long count() {
      count += fd.take();
      return count;
    }

    @Override
    public long await(long seen, long nanos) {
      long until = System.nanoTime() + nanos;
      long now = count();
      while (now == seen && until - System.nanoTime() > 0) {
        synchronized (this) {
          count += fd.await(Math.clamp((until - System.nanoTime()) / 1_000_000 + 1, 1, 20));
          now = count;
        }
      }
      return now;
    }
  }
}
