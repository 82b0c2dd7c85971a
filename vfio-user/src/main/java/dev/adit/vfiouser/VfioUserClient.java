package dev.adit.vfiouser;

import dev.adit.vfiouser.client.ClientHandler;
import dev.adit.vfiouser.client.ClientMemory;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.posix.OpenFiles;
import dev.adit.vfiouser.posix.Sockets;
import dev.adit.vfiouser.spec.Command;
import dev.adit.vfiouser.spec.DeviceInfo;
import dev.adit.vfiouser.spec.DmaMap;
import dev.adit.vfiouser.spec.DmaUnmap;
import dev.adit.vfiouser.spec.Header;
import dev.adit.vfiouser.spec.IrqInfo;
import dev.adit.vfiouser.spec.IrqSet;
import dev.adit.vfiouser.spec.RegionAccess;
import dev.adit.vfiouser.spec.RegionInfo;
import dev.adit.vfiouser.spec.RegionIoFds;
import dev.adit.vfiouser.spec.RegionWriteMulti;
import dev.adit.vfiouser.spec.Version;
import dev.adit.vfiouser.spec.Wire;
import dev.adit.vfiouser.wire.Capabilities;
import dev.adit.vfiouser.wire.Channel;
import dev.adit.vfiouser.wire.EventLoop;
import dev.adit.vfiouser.wire.Exchange;
import dev.adit.vfiouser.wire.Numbers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A client: what a VMM is to a device. Calls may come from any number of threads; each waits for
 * its reply, and the server keeps their order. An error reply becomes a {@link VfioUserException}
 * with its errno.
 *
 * <p>The server's DMA_READ and DMA_WRITE are served from memory that was mapped with {@link
 * #mapMessages}.
 */
public final class VfioUserClient implements AutoCloseable {
  private static final int[] NO_FDS = {};
  private static final int BODY = Header.SIZE;
  private static final int SMALL = 4096;

  private final EventLoop loop;
  private final Duration timeout;
  private final ClientMemory memory = new ClientMemory();
  private final ClientHandler handler;
  private final Channel channel;
  private final ConcurrentLinkedQueue<Exchange> exchanges = new ConcurrentLinkedQueue<>();
  private Capabilities server = Capabilities.DEFAULT;

  private VfioUserClient(EventLoop loop, int fd, Duration timeout) {
    this.loop = loop;
    this.timeout = timeout;
    handler = new ClientHandler(loop, memory);
    channel = new Channel(loop, fd, handler, 4 << 20);
    handler.attach(channel);
  }

  /**
   * Connects and negotiates.
   *
   * @param timeout how long to wait for each reply
   * @throws VfioUserException if nobody listens, or the server refuses (EBUSY if it has a client)
   */
  public static VfioUserClient connect(EventLoops loops, Path path, Duration timeout) {
    int fd = Libc.check("socket", Sockets.socket());
    int result = Sockets.connect(fd, path, timeout);
    if (result < 0) {
      OpenFiles.close(fd);
      throw new VfioUserException("connect " + path, -result);
    }
    EventLoop loop = loops.next();
    VfioUserClient client = new VfioUserClient(loop, fd, timeout);
    loop.execute(client.channel::open);
    try {
      client.negotiate();
      return client;
    } catch (VfioUserException e) {
      client.close();
      throw e;
    }
  }

  private void negotiate() {
    byte[] text = new Capabilities(16, Capabilities.MAX_DATA, 65535).text(SMALL);
    Exchange exchange = take();
    MemorySegment message = exchange.message(SMALL);
    message.set(Wire.U16, BODY + Version.MAJOR, (short) Version.MAJOR_SUPPORTED);
    message.set(Wire.U16, BODY + Version.MINOR, (short) Version.MINOR_SUPPORTED);
    MemorySegment.copy(text, 0, message, Wire.U8, BODY + Version.JSON, text.length);
    call(exchange, Command.VERSION, Version.JSON + text.length, NO_FDS);
    int length = exchange.length();
    if (length < Version.JSON
        || exchange.reply().get(Wire.U16, Version.MAJOR) != Version.MAJOR_SUPPORTED
        || exchange.reply().get(Wire.U16, Version.MINOR) > Version.MINOR_SUPPORTED) {
      throw new VfioUserException("the server speaks another version", Libc.EPROTO);
    }
    server = Capabilities.parse(exchange.reply(), Version.JSON, length - Version.JSON);
    give(exchange);
  }

  private Exchange take() {
    Exchange exchange = exchanges.poll();
    return exchange == null ? new Exchange(SMALL) : exchange;
  }

  private void give(Exchange exchange) {
    exchange.fds().close();
    exchanges.add(exchange);
  }

  private void call(Exchange exchange, int command, int payload, int[] fds) {
    long deadline = System.nanoTime() + timeout.toNanos();
    int error = channel.calls().call(exchange, command, Header.SIZE + payload, fds, deadline);
    if (error != 0) {
      give(exchange);
      throw new VfioUserException("command " + command, error);
    }
  }

  private static void atLeast(Exchange exchange, int size) {
    if (exchange.length() < size) {
      exchange.fds().close();
      throw new VfioUserException("a reply that is too short", Libc.EPROTO);
    }
  }

  /**
   * What the device consists of.
   *
   * @param resettable whether {@link #reset} works
   * @param pci whether it is a PCI device
   */
  public record DeviceSummary(boolean resettable, boolean pci, int regions, int irqs) {}

  /** {@return what the device consists of} */
  public DeviceSummary info() {
    Exchange exchange = take();
    MemorySegment message = exchange.message(SMALL);
    message.asSlice(BODY, DeviceInfo.SIZE).fill((byte) 0);
    message.set(Wire.U32, BODY + DeviceInfo.ARGSZ, DeviceInfo.SIZE);
    call(exchange, Command.DEVICE_GET_INFO, DeviceInfo.SIZE, NO_FDS);
    atLeast(exchange, DeviceInfo.SIZE);
    MemorySegment reply = exchange.reply();
    int flags = reply.get(Wire.U32, DeviceInfo.FLAGS);
    DeviceSummary info =
        new DeviceSummary(
            (flags & DeviceInfo.RESET) != 0,
            (flags & DeviceInfo.PCI) != 0,
            reply.get(Wire.U32, DeviceInfo.REGIONS),
            reply.get(Wire.U32, DeviceInfo.IRQS));
    give(exchange);
    return info;
  }

  /** {@return a region; close it when its file is not needed any more} */
  public ClientRegion region(int index) {
    int argsz = RegionInfo.SIZE;
    while (true) {
      Exchange exchange = take();
      MemorySegment message = exchange.message(SMALL);
      message.asSlice(BODY, RegionInfo.SIZE).fill((byte) 0);
      message.set(Wire.U32, BODY + RegionInfo.ARGSZ, argsz);
      message.set(Wire.U32, BODY + RegionInfo.INDEX, index);
      call(exchange, Command.DEVICE_GET_REGION_INFO, RegionInfo.SIZE, NO_FDS);
      atLeast(exchange, RegionInfo.SIZE);
      int needed = exchange.reply().get(Wire.U32, RegionInfo.ARGSZ);
      if (needed <= argsz || needed > Capabilities.MAX_DATA) {
        ClientRegion region =
            ClientRegion.parse(index, exchange.reply(), exchange.length(), exchange.fds());
        give(exchange);
        return region;
      }
      argsz = needed;
      give(exchange);
    }
  }

  /** {@return an interrupt index} */
  public Irq irq(int index) {
    Exchange exchange = take();
    MemorySegment message = exchange.message(SMALL);
    message.asSlice(BODY, IrqInfo.SIZE).fill((byte) 0);
    message.set(Wire.U32, BODY + IrqInfo.ARGSZ, IrqInfo.SIZE);
    message.set(Wire.U32, BODY + IrqInfo.INDEX, index);
    call(exchange, Command.DEVICE_GET_IRQ_INFO, IrqInfo.SIZE, NO_FDS);
    atLeast(exchange, IrqInfo.SIZE);
    int flags = exchange.reply().get(Wire.U32, IrqInfo.FLAGS);
    int count = exchange.reply().get(Wire.U32, IrqInfo.COUNT);
    give(exchange);
    if (count < 0 || count > 1 << 16) {
      throw new VfioUserException("an impossible number of vectors", Libc.EPROTO);
    }
    return new Irq(
        count,
        (flags & IrqInfo.MASKABLE) != 0,
        (flags & IrqInfo.AUTOMASKED) != 0,
        (flags & IrqInfo.NORESIZE) != 0);
  }

  /** Gives vectors from {@code start} on their eventfds. */
  public void assign(int index, int start, List<Eventfd> eventfds) {
    int[] fds = eventfds.stream().mapToInt(Eventfd::fd).toArray();
    setIrqs(IrqSet.DATA_EVENTFD | IrqSet.ACTION_TRIGGER, index, start, fds.length, fds);
  }

  /** Takes the eventfds of vectors away; what fires meanwhile is pending. */
  public void deassign(int index, int start, int count) {
    setIrqs(IrqSet.DATA_EVENTFD | IrqSet.ACTION_TRIGGER, index, start, count, NO_FDS);
  }

  /** Takes all eventfds of an index away. */
  public void disable(int index) {
    setIrqs(IrqSet.DATA_NONE | IrqSet.ACTION_TRIGGER, index, 0, 0, NO_FDS);
  }

  /** Has the server fire vectors, as if the device had. */
  public void trigger(int index, int start, int count) {
    setIrqs(IrqSet.DATA_NONE | IrqSet.ACTION_TRIGGER, index, start, count, NO_FDS);
  }

  /** Masks vectors. */
  public void mask(int index, int start, int count) {
    setIrqs(IrqSet.DATA_NONE | IrqSet.ACTION_MASK, index, start, count, NO_FDS);
  }

  /** Unmasks vectors. */
  public void unmask(int index, int start, int count) {
    setIrqs(IrqSet.DATA_NONE | IrqSet.ACTION_UNMASK, index, start, count, NO_FDS);
  }

  private void setIrqs(int flags, int index, int start, int count, int[] fds) {
    Exchange exchange = take();
    MemorySegment message = exchange.message(SMALL);
    message.set(Wire.U32, BODY + IrqSet.ARGSZ, IrqSet.SIZE);
    message.set(Wire.U32, BODY + IrqSet.FLAGS, flags);
    message.set(Wire.U32, BODY + IrqSet.INDEX, index);
    message.set(Wire.U32, BODY + IrqSet.START, start);
    message.set(Wire.U32, BODY + IrqSet.COUNT, count);
    call(exchange, Command.DEVICE_SET_IRQS, IrqSet.SIZE, fds);
    give(exchange);
  }

  /** Reads a region into all of {@code into}, at most a megabyte. */
  public void read(int region, long offset, MemorySegment into) {
    int count = (int) into.byteSize();
    Exchange exchange = take();
    composeAccess(exchange.message(SMALL), region, offset, count);
    call(exchange, Command.REGION_READ, RegionAccess.SIZE, NO_FDS);
    atLeast(exchange, RegionAccess.SIZE + count);
    MemorySegment.copy(exchange.reply(), RegionAccess.SIZE, into, 0, count);
    give(exchange);
  }

  /** {@return a number in a region, zero-extended} */
  public long read(int region, long offset, int width) {
    Exchange exchange = take();
    composeAccess(exchange.message(SMALL), region, offset, width);
    call(exchange, Command.REGION_READ, RegionAccess.SIZE, NO_FDS);
    atLeast(exchange, RegionAccess.SIZE + width);
    long value = Numbers.get(exchange.reply(), RegionAccess.SIZE, width);
    give(exchange);
    return value;
  }

  /** Writes all of {@code from} to a region, at most a megabyte. */
  public void write(int region, long offset, MemorySegment from) {
    int count = (int) from.byteSize();
    Exchange exchange = take();
    MemorySegment message = exchange.message(BODY + RegionAccess.SIZE + (long) count);
    composeAccess(message, region, offset, count);
    MemorySegment.copy(from, 0, message, BODY + RegionAccess.SIZE, count);
    call(exchange, Command.REGION_WRITE, RegionAccess.SIZE + count, NO_FDS);
    give(exchange);
  }

  /** Writes a number to a region. */
  public void write(int region, long offset, int width, long value) {
    Exchange exchange = take();
    composeAccess(exchange.message(SMALL), region, offset, width);
    Numbers.set(exchange.message(SMALL), BODY + RegionAccess.SIZE, width, value);
    call(exchange, Command.REGION_WRITE, RegionAccess.SIZE + width, NO_FDS);
    give(exchange);
  }

  /** Writes a number to a region without waiting; the next call that waits finds it done. */
  public void post(int region, long offset, int width, long value) {
    Exchange exchange = take();
    composeAccess(exchange.message(SMALL), region, offset, width);
    Numbers.set(exchange.message(SMALL), BODY + RegionAccess.SIZE, width, value);
    int size = Header.SIZE + RegionAccess.SIZE + width;
    boolean sent = channel.calls().post(exchange, Command.REGION_WRITE, size);
    give(exchange);
    if (!sent) {
      throw new VfioUserException("the connection is over", Libc.ECONNRESET);
    }
  }

  /**
   * One of several writes in one message.
   *
   * @param width 1 to 8 bytes
   */
  public record Write(int region, long offset, int width, long value) {}

  /** Writes several numbers with one message, in their order. */
  public void writeMulti(List<Write> writes) {
    int size = RegionWriteMulti.WRITES + writes.size() * RegionWriteMulti.WRITE_SIZE;
    Exchange exchange = take();
    MemorySegment message = exchange.message((long) BODY + size);
    message.set(Wire.U64, BODY + RegionWriteMulti.COUNT, writes.size());
    for (int i = 0; i < writes.size(); i++) {
      Write write = writes.get(i);
      long at = BODY + RegionWriteMulti.WRITES + (long) i * RegionWriteMulti.WRITE_SIZE;
      message.set(Wire.U64, at + RegionAccess.OFFSET, write.offset);
      message.set(Wire.U32, at + RegionAccess.REGION, write.region);
      message.set(Wire.U32, at + RegionAccess.COUNT, write.width);
      message.set(Wire.U64, at + RegionWriteMulti.DATA, write.value);
    }
    call(exchange, Command.REGION_WRITE_MULTI, size, NO_FDS);
    give(exchange);
  }

  private static void composeAccess(MemorySegment message, int region, long offset, int count) {
    message.set(Wire.U64, BODY + RegionAccess.OFFSET, offset);
    message.set(Wire.U32, BODY + RegionAccess.REGION, region);
    message.set(Wire.U32, BODY + RegionAccess.COUNT, count);
  }

  /** Gives the device memory that it maps itself. */
  public void map(long address, SharedMemory file, long offset, long length, boolean writable) {
    map(address, file.fd(), offset, length, writable);
  }

  void map(long address, int fd, long offset, long length, boolean writable) {
    dmaMap(address, offset, length, writable, new int[] {fd});
  }

  /** Gives the device memory that it reaches by asking us. */
  public void mapMessages(long address, MemorySegment bytes, boolean writable) {
    memory.add(address, bytes, writable);
    try {
      dmaMap(address, 0, bytes.byteSize(), writable, NO_FDS);
    } catch (VfioUserException e) {
      memory.remove(address, bytes.byteSize());
      throw e;
    }
  }

  private void dmaMap(long address, long offset, long length, boolean writable, int[] fds) {
    Exchange exchange = take();
    MemorySegment message = exchange.message(SMALL);
    message.set(Wire.U32, BODY + DmaMap.ARGSZ, DmaMap.SIZE);
    message.set(Wire.U32, BODY + DmaMap.FLAGS, DmaMap.READ | (writable ? DmaMap.WRITE : 0));
    message.set(Wire.U64, BODY + DmaMap.OFFSET, offset);
    message.set(Wire.U64, BODY + DmaMap.ADDRESS, address);
    message.set(Wire.U64, BODY + DmaMap.LENGTH, length);
    call(exchange, Command.DMA_MAP, DmaMap.SIZE, fds);
    give(exchange);
  }

  /**
   * Takes away all memory that lies in a range; returns when the device does not use it any more.
   */
  public void unmap(long address, long length) {
    Exchange exchange = take();
    MemorySegment message = exchange.message(SMALL);
    message.set(Wire.U32, BODY + DmaUnmap.ARGSZ, DmaUnmap.SIZE);
    message.set(Wire.U32, BODY + DmaUnmap.FLAGS, 0);
    message.set(Wire.U64, BODY + DmaUnmap.ADDRESS, address);
    message.set(Wire.U64, BODY + DmaUnmap.LENGTH, length);
    call(exchange, Command.DMA_UNMAP, DmaUnmap.SIZE, NO_FDS);
    give(exchange);
    memory.remove(address, length);
  }

  /** Resets the device. */
  public void reset() {
    Exchange exchange = take();
    call(exchange, Command.DEVICE_RESET, 0, NO_FDS);
    give(exchange);
  }

  /** {@return the doorbells of a region; close them} */
  public List<ClientDoorbell> doorbells(int region) {
    Exchange exchange = take();
    MemorySegment message = exchange.message(SMALL);
    message.set(Wire.U32, BODY + RegionIoFds.ARGSZ, SMALL);
    message.set(Wire.U32, BODY + RegionIoFds.FLAGS, 0);
    message.set(Wire.U32, BODY + RegionIoFds.INDEX, region);
    message.set(Wire.U32, BODY + RegionIoFds.COUNT, 0);
    call(exchange, Command.DEVICE_GET_REGION_IO_FDS, RegionIoFds.SIZE, NO_FDS);
    atLeast(exchange, RegionIoFds.SIZE);
    try {
      return ClientDoorbell.parse(exchange.reply(), exchange.length(), exchange.fds());
    } finally {
      give(exchange);
    }
  }

  /**
   * Sends any command, well-formed or not, and waits for its reply. For tests of a server.
   *
   * @param fds file descriptors to send along; they stay the caller's
   * @return the payload of the reply
   */
  public MemorySegment command(int command, MemorySegment payload, int... fds) {
    int size = (int) payload.byteSize();
    Exchange exchange = take();
    MemorySegment.copy(payload, 0, exchange.message((long) BODY + size), BODY, size);
    call(exchange, command, size, fds);
    MemorySegment reply = Arena.ofAuto().allocate(Math.max(1, exchange.length()));
    MemorySegment.copy(exchange.reply(), 0, reply, 0, exchange.length());
    MemorySegment result = reply.asSlice(0, exchange.length());
    give(exchange);
    return result;
  }

  /** {@return how many fds the server takes with one message} */
  public int serverMaxFds() {
    return server.maxFds();
  }

  /** Ends the connection. Not to be called by a thread of {@link EventLoops}. */
  @Override
  public void close() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          channel.close();
          done.complete(null);
        });
    done.join();
    List<Exchange> all = new ArrayList<>(exchanges);
    all.forEach(exchange -> exchange.fds().close());
  }
}
