package dev.adit.vfiouser.server;

import dev.adit.vfiouser.Region;
import dev.adit.vfiouser.Region.Area;
import dev.adit.vfiouser.Region.Doorbell;
import dev.adit.vfiouser.SharedMemory;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.spec.Header;
import dev.adit.vfiouser.spec.RegionInfo;
import dev.adit.vfiouser.spec.RegionIoFds;
import dev.adit.vfiouser.spec.Wire;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** DEVICE_GET_REGION_INFO and DEVICE_GET_REGION_IO_FDS: what a region is and what it hands out. */
public final class RegionDescriptions {
  /** Where the payload of a reply is composed. */
  private static final int BODY = Header.SIZE;

  private final DeviceServer server;
  private final ServerConnection connection;

  RegionDescriptions(DeviceServer server, ServerConnection connection) {
    this.server = server;
    this.connection = connection;
  }

  int info(MemorySegment message, long at, int payload) {
    if (payload < RegionInfo.SIZE || !Commands.roomFor(message, at, RegionInfo.SIZE)) {
      return Libc.EINVAL;
    }
    int index = message.get(Wire.U32, at + Header.SIZE + RegionInfo.INDEX);
    if (Integer.compareUnsigned(index, server.regions().size()) >= 0) {
      return Libc.EINVAL;
    }
    Region region = server.regions().get(index);
    SharedMemory memory = region.memory();
    boolean mappable =
        memory != null && !region.mappable().isEmpty() && connection.peer().maxFds() > 0;
    boolean whole = region.mappable().equals(List.of(new Area(0, region.size())));
    int caps = mappable && !whole ? sparseSize(region) : 0;
    boolean fits = Commands.roomFor(message, at, RegionInfo.SIZE + caps);
    // Told of capabilities that did not fit, QEMU takes their offset of 0 for a broken one.
    int flags =
        (region.readable() ? RegionInfo.READ : 0)
            | (region.writable() ? RegionInfo.WRITE : 0)
            | (mappable ? RegionInfo.MMAP : 0)
            | (caps > 0 && fits ? RegionInfo.CAPS : 0);
    composeInfo(index, region.size(), flags, caps, fits);
    if (caps > 0 && fits) {
      composeSparse(server.loop().outbox.buffer, BODY + RegionInfo.SIZE, region.mappable());
    }
    int[] fds = mappable && memory != null && fits ? new int[] {memory.fd()} : Commands.NO_FDS;
    connection.reply(message, at, RegionInfo.SIZE + (fits ? caps : 0), fds);
    return 0;
  }

  private void composeInfo(int index, long size, int flags, int caps, boolean fits) {
    MemorySegment out = server.loop().outbox.buffer;
    out.set(Wire.U32, BODY + RegionInfo.ARGSZ, RegionInfo.SIZE + caps);
    out.set(Wire.U32, BODY + RegionInfo.FLAGS, flags);
    out.set(Wire.U32, BODY + RegionInfo.INDEX, index);
    out.set(Wire.U32, BODY + RegionInfo.CAP_OFFSET, caps > 0 && fits ? RegionInfo.SIZE : 0);
    out.set(Wire.U64, BODY + RegionInfo.LENGTH, size);
    out.set(Wire.U64, BODY + RegionInfo.OFFSET, 0);
  }

  private static int sparseSize(Region region) {
    return RegionInfo.SPARSE_AREAS + region.mappable().size() * RegionInfo.SPARSE_AREA_SIZE;
  }

  private static void composeSparse(MemorySegment out, long at, List<Area> areas) {
    out.set(Wire.U16, at + RegionInfo.CAP_ID, (short) RegionInfo.CAP_SPARSE_MMAP);
    out.set(Wire.U16, at + RegionInfo.CAP_VERSION, (short) 1);
    out.set(Wire.U32, at + RegionInfo.CAP_NEXT, 0);
    out.set(Wire.U32, at + RegionInfo.SPARSE_COUNT, areas.size());
    out.set(Wire.U32, at + RegionInfo.SPARSE_COUNT + 4, 0);
    for (int i = 0; i < areas.size(); i++) {
      long area = at + RegionInfo.SPARSE_AREAS + (long) i * RegionInfo.SPARSE_AREA_SIZE;
      out.set(Wire.U64, area, areas.get(i).offset());
      out.set(Wire.U64, area + 8, areas.get(i).size());
    }
  }

  int ioFds(MemorySegment message, long at, int payload) {
    long in = at + Header.SIZE;
    if (payload < RegionIoFds.SIZE || !Commands.roomFor(message, at, RegionIoFds.SIZE)) {
      return Libc.EINVAL;
    }
    int index = message.get(Wire.U32, in + RegionIoFds.INDEX);
    if (message.get(Wire.U32, in + RegionIoFds.FLAGS) != 0
        || message.get(Wire.U32, in + RegionIoFds.COUNT) != 0
        || Integer.compareUnsigned(index, server.regions().size()) >= 0) {
      return Libc.EINVAL;
    }
    List<Doorbell> bells = server.regions().get(index).doorbells();
    int size = RegionIoFds.SIZE + bells.size() * RegionIoFds.SUB_SIZE;
    boolean fits =
        Commands.roomFor(message, at, size) && bells.size() <= connection.peer().maxFds();
    MemorySegment out = server.loop().outbox.buffer;
    out.set(Wire.U32, BODY + RegionIoFds.ARGSZ, size);
    out.set(Wire.U32, BODY + RegionIoFds.FLAGS, 0);
    out.set(Wire.U32, BODY + RegionIoFds.INDEX, index);
    out.set(Wire.U32, BODY + RegionIoFds.COUNT, bells.size());
    int[] fds = fits ? new int[bells.size()] : Commands.NO_FDS;
    for (int i = 0; i < fds.length; i++) {
      fds[i] = bells.get(i).eventfd().fd();
      composeBell(out, BODY + RegionIoFds.SIZE + (long) i * RegionIoFds.SUB_SIZE, i, bells.get(i));
    }
    connection.reply(message, at, fits ? size : RegionIoFds.SIZE, fds);
    return 0;
  }

  private static void composeBell(MemorySegment out, long at, int i, Doorbell bell) {
    out.set(Wire.U64, at + RegionIoFds.SUB_OFFSET, bell.offset());
    out.set(Wire.U64, at + RegionIoFds.SUB_LENGTH, bell.size());
    out.set(Wire.U32, at + RegionIoFds.SUB_FD_INDEX, i);
    out.set(Wire.U32, at + RegionIoFds.SUB_TYPE, RegionIoFds.IOEVENTFD);
    out.set(Wire.U32, at + RegionIoFds.SUB_FLAGS, bell.match() ? RegionIoFds.DATAMATCH : 0);
    out.set(Wire.U32, at + RegionIoFds.SUB_FLAGS + 4, 0);
    out.set(Wire.U64, at + RegionIoFds.SUB_DATA, bell.value());
  }
}
