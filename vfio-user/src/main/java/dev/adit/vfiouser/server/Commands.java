package dev.adit.vfiouser.server;

import dev.adit.vfiouser.dma.Backing;
import dev.adit.vfiouser.dma.BackingFiles;
import dev.adit.vfiouser.dma.Mapping;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.spec.Command;
import dev.adit.vfiouser.spec.DeviceInfo;
import dev.adit.vfiouser.spec.DmaMap;
import dev.adit.vfiouser.spec.DmaUnmap;
import dev.adit.vfiouser.spec.Header;
import dev.adit.vfiouser.spec.Version;
import dev.adit.vfiouser.spec.Wire;
import dev.adit.vfiouser.wire.Capabilities;
import dev.adit.vfiouser.wire.Fds;
import java.lang.foreign.MemorySegment;

/**
 * What a server does for each command. Every number in a message is checked before use; the answer
 * to what breaks the protocol is an errno, the answer to what a guest does wrong is a success.
 */
public final class Commands {
  static final int[] NO_FDS = {};

  /** Where the payload of a reply is composed. */
  private static final int BODY = Header.SIZE;

  private final DeviceServer server;
  private final ServerConnection connection;
  private final RegionCommands regions;
  private final RegionDescriptions descriptions;
  private final IrqCommands irqs;
  private final BackingFiles files;

  Commands(DeviceServer server, ServerConnection connection) {
    this.server = server;
    this.connection = connection;
    regions = new RegionCommands(server, connection);
    descriptions = new RegionDescriptions(server, connection);
    irqs = new IrqCommands(server, connection);
    files = new BackingFiles(server.options().files(), server.options().maxFiles());
  }

  /** {@return 0 if the command was (or will be) answered, else the errno to answer with} */
  int handle(int command, MemorySegment message, long at, int size, Fds fds) {
    int payload = size - Header.SIZE;
    return switch (command) {
      case Command.REGION_READ -> regions.read(message, at, payload);
      case Command.REGION_WRITE -> regions.write(message, at, payload);
      case Command.REGION_WRITE_MULTI -> regions.writeMulti(message, at, payload);
      case Command.DMA_MAP -> map(message, at, payload, fds);
      case Command.DMA_UNMAP -> unmap(message, at, payload);
      case Command.DEVICE_SET_IRQS -> irqs.set(message, at, payload, fds);
      case Command.DEVICE_GET_IRQ_INFO -> irqs.info(message, at, payload);
      case Command.DEVICE_GET_INFO -> info(message, at, payload);
      case Command.DEVICE_GET_REGION_INFO -> descriptions.info(message, at, payload);
      case Command.DEVICE_GET_REGION_IO_FDS -> descriptions.ioFds(message, at, payload);
      case Command.DEVICE_RESET -> reset(message, at);
      case Command.VERSION -> version(message, at, payload);
      // No feature (migration among them) is offered, which EINVAL says to a client.
      default -> Libc.EINVAL;
    };
  }

  private MemorySegment out() {
    return server.loop().outbox.buffer;
  }

  private int version(MemorySegment message, long at, int payload) {
    long in = at + Header.SIZE;
    if (payload < Version.JSON) {
      return Libc.EINVAL;
    }
    int major = Short.toUnsignedInt(message.get(Wire.U16, in + Version.MAJOR));
    int minor = Short.toUnsignedInt(message.get(Wire.U16, in + Version.MINOR));
    if (major != Version.MAJOR_SUPPORTED) {
      return Libc.EINVAL;
    }
    int length = payload - Version.JSON;
    Capabilities client = Capabilities.parse(message, in + Version.JSON, length);
    int refusal = connection.negotiate(client);
    if (refusal != 0) {
      return refusal;
    }
    int maxFds = Math.min(16, Math.max(1, client.maxFds()));
    int maxMappings = Math.min(server.options().maxMappings(), client.maxMappings());
    byte[] text = new Capabilities(maxFds, Capabilities.MAX_DATA, maxMappings).text(length);
    MemorySegment out = out();
    out.set(Wire.U16, BODY + Version.MAJOR, (short) major);
    out.set(Wire.U16, BODY + Version.MINOR, (short) Math.min(minor, Version.MINOR_SUPPORTED));
    MemorySegment.copy(text, 0, out, Wire.U8, BODY + Version.JSON, text.length);
    connection.reply(message, at, Version.JSON + text.length, NO_FDS);
    return 0;
  }

  private int map(MemorySegment message, long at, int payload, Fds fds) {
    long in = at + Header.SIZE;
    if (payload < DmaMap.SIZE || fds.count() > 1) {
      return Libc.EINVAL;
    }
    int flags = message.get(Wire.U32, in + DmaMap.FLAGS);
    int argsz = message.get(Wire.U32, in + DmaMap.ARGSZ);
    if (Integer.compareUnsigned(argsz, DmaMap.SIZE) < 0 || !validMap(flags, fds.count() == 1)) {
      return Libc.EINVAL;
    }
    long offset = message.get(Wire.U64, in + DmaMap.OFFSET);
    long first = message.get(Wire.U64, in + DmaMap.ADDRESS);
    long length = message.get(Wire.U64, in + DmaMap.LENGTH);
    int refusal = server.dma().refusal(first, length);
    if (refusal != 0) {
      return refusal;
    }
    boolean read = (flags & DmaMap.READ) != 0;
    boolean write = (flags & DmaMap.WRITE) != 0;
    Backing backing = Backing.MESSAGES;
    if (fds.count() == 1) {
      long end = offset + length;
      if (offset < 0 || length < 0 || end < 0) {
        return Libc.EINVAL;
      }
      backing = files.use(fds.take(0), end, write, (flags & DmaMap.FILE_IO) != 0);
    }
    server.dma().add(new Mapping(first, first + length - 1, read, write, backing, offset));
    connection.reply(message, at, 0, NO_FDS);
    return 0;
  }

  private static boolean validMap(int flags, boolean file) {
    int known = DmaMap.READ | DmaMap.WRITE | DmaMap.MMAP | DmaMap.FILE_IO;
    int way = flags & (DmaMap.MMAP | DmaMap.FILE_IO);
    return (flags & ~known) == 0
        && (flags & (DmaMap.READ | DmaMap.WRITE)) != 0
        && (way == 0 || (file && Integer.bitCount(way) == 1));
  }

  private int unmap(MemorySegment message, long at, int payload) {
    long in = at + Header.SIZE;
    if (payload < DmaUnmap.SIZE) {
      return Libc.EINVAL;
    }
    int argsz = message.get(Wire.U32, in + DmaUnmap.ARGSZ);
    int flags = message.get(Wire.U32, in + DmaUnmap.FLAGS);
    long first = message.get(Wire.U64, in + DmaUnmap.ADDRESS);
    long length = message.get(Wire.U64, in + DmaUnmap.LENGTH);
    boolean all = flags == DmaUnmap.ALL && first == 0 && length == 0;
    long last = all ? -1L : first + length - 1;
    boolean range = flags == 0 && length != 0 && Long.compareUnsigned(last, first) >= 0;
    if (Integer.compareUnsigned(argsz, DmaUnmap.SIZE) < 0 || !(all || range)) {
      return Libc.EINVAL;
    }
    long removal = server.dma().remove(first, last);
    connection.replyWhenQuiescent(removal, message, at, DmaUnmap.SIZE);
    return 0;
  }

  private int info(MemorySegment message, long at, int payload) {
    if (payload < DeviceInfo.SIZE || !roomFor(message, at, DeviceInfo.SIZE)) {
      return Libc.EINVAL;
    }
    MemorySegment out = out();
    int flags = DeviceInfo.RESET | (server.device().pci() ? DeviceInfo.PCI : 0);
    out.set(Wire.U32, BODY + DeviceInfo.ARGSZ, DeviceInfo.SIZE);
    out.set(Wire.U32, BODY + DeviceInfo.FLAGS, flags);
    out.set(Wire.U32, BODY + DeviceInfo.REGIONS, server.regions().size());
    out.set(Wire.U32, BODY + DeviceInfo.IRQS, server.interrupts().irqs().size());
    connection.reply(message, at, DeviceInfo.SIZE, NO_FDS);
    return 0;
  }

  /** {@return whether the client takes a payload; any larger argsz is fine} */
  static boolean roomFor(MemorySegment message, long at, int size) {
    int argsz = message.get(Wire.U32, at + Header.SIZE);
    return Integer.compareUnsigned(argsz, size) >= 0;
  }

  private int reset(MemorySegment message, long at) {
    server.device().reset();
    server.interrupts().withdrawAll();
    connection.reply(message, at, 0, NO_FDS);
    return 0;
  }

  /** The client is gone: gives up its interrupts. */
  void close() {
    irqs.close();
  }
}
