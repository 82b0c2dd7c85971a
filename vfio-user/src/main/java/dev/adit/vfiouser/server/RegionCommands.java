package dev.adit.vfiouser.server;

import dev.adit.vfiouser.Device;
import dev.adit.vfiouser.Region;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.spec.Header;
import dev.adit.vfiouser.spec.RegionAccess;
import dev.adit.vfiouser.spec.RegionWriteMulti;
import dev.adit.vfiouser.spec.Wire;
import dev.adit.vfiouser.wire.Capabilities;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The accesses to regions: what a server does most, so nothing here allocates. */
public final class RegionCommands {
  private static final int DATA = Header.SIZE + RegionAccess.SIZE;

  private final Device device;
  private final Region[] regions;
  private final ServerConnection connection;
  private final MemorySegment out;

  RegionCommands(DeviceServer server, ServerConnection connection) {
    List<Region> all = server.regions();
    regions = all.toArray(new Region[0]);
    device = server.device();
    out = server.loop().outbox.buffer;
    this.connection = connection;
  }

  int read(MemorySegment message, long at, int payload) {
    if (payload < RegionAccess.SIZE) {
      return Libc.EINVAL;
    }
    long in = at + Header.SIZE;
    long offset = message.get(Wire.U64, in + RegionAccess.OFFSET);
    int index = message.get(Wire.U32, in + RegionAccess.REGION);
    int count = message.get(Wire.U32, in + RegionAccess.COUNT);
    if (!within(index, offset, count)) {
      return Libc.EINVAL;
    }
    fillOnes(count);
    if (regions[index].readable() && count > 0) {
      device.read(index, offset, out, DATA, count);
    }
    composeHead(offset, index, count);
    connection.reply(message, at, RegionAccess.SIZE + count, Commands.NO_FDS);
    return 0;
  }

  private void fillOnes(int count) {
    if (count <= 8) {
      out.set(Wire.U64, DATA, -1L);
    } else {
      out.asSlice(DATA, count).fill((byte) -1);
    }
  }

  int write(MemorySegment message, long at, int payload) {
    if (payload < RegionAccess.SIZE) {
      return Libc.EINVAL;
    }
    long in = at + Header.SIZE;
    long offset = message.get(Wire.U64, in + RegionAccess.OFFSET);
    int index = message.get(Wire.U32, in + RegionAccess.REGION);
    int count = message.get(Wire.U32, in + RegionAccess.COUNT);
    if (!within(index, offset, count) || count > payload - RegionAccess.SIZE) {
      return Libc.EINVAL;
    }
    if (regions[index].writable() && count > 0) {
      device.write(index, offset, message, in + RegionAccess.SIZE, count);
    }
    composeHead(offset, index, count);
    connection.reply(message, at, RegionAccess.SIZE, Commands.NO_FDS);
    return 0;
  }

  int writeMulti(MemorySegment message, long at, int payload) {
    if (payload < RegionWriteMulti.WRITES) {
      return Libc.EINVAL;
    }
    long in = at + Header.SIZE;
    long writes = message.get(Wire.U64, in + RegionWriteMulti.COUNT);
    if (writes < 0
        || writes > payload / RegionWriteMulti.WRITE_SIZE
        || RegionWriteMulti.WRITES + writes * RegionWriteMulti.WRITE_SIZE != payload) {
      return Libc.EINVAL;
    }
    long first = in + RegionWriteMulti.WRITES;
    for (long i = 0; i < writes; i++) {
      long write = first + i * RegionWriteMulti.WRITE_SIZE;
      int count = message.get(Wire.U32, write + RegionAccess.COUNT);
      int index = message.get(Wire.U32, write + RegionAccess.REGION);
      if (Integer.compareUnsigned(count, RegionWriteMulti.DATA_SIZE) > 0
          || !within(index, message.get(Wire.U64, write + RegionAccess.OFFSET), count)) {
        return Libc.EINVAL;
      }
    }
    for (long i = 0; i < writes; i++) {
      long write = first + i * RegionWriteMulti.WRITE_SIZE;
      int index = message.get(Wire.U32, write + RegionAccess.REGION);
      int count = message.get(Wire.U32, write + RegionAccess.COUNT);
      if (regions[index].writable() && count > 0) {
        long offset = message.get(Wire.U64, write + RegionAccess.OFFSET);
        device.write(index, offset, message, write + RegionWriteMulti.DATA, count);
      }
    }
    out.set(Wire.U64, Header.SIZE + RegionWriteMulti.COUNT, writes);
    connection.reply(message, at, RegionWriteMulti.WRITES, Commands.NO_FDS);
    return 0;
  }

  private boolean within(int index, long offset, int count) {
    if (Integer.compareUnsigned(index, regions.length) >= 0
        || Integer.compareUnsigned(count, Capabilities.MAX_DATA) > 0) {
      return false;
    }
    long size = regions[index].size();
    return offset >= 0 && offset <= size && count <= size - offset;
  }

  private void composeHead(long offset, int index, int count) {
    out.set(Wire.U64, Header.SIZE + RegionAccess.OFFSET, offset);
    out.set(Wire.U32, Header.SIZE + RegionAccess.REGION, index);
    out.set(Wire.U32, Header.SIZE + RegionAccess.COUNT, count);
  }
}
