package dev.adit.vfiouser;

import dev.adit.vfiouser.Region.Area;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.posix.OpenFiles;
import dev.adit.vfiouser.spec.RegionInfo;
import dev.adit.vfiouser.spec.Wire;
import dev.adit.vfiouser.wire.Fds;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A region as a client sees it. */
public final class ClientRegion implements AutoCloseable {
  private static final int MAX_AREAS = 1024;

  private final int index;
  private final int flags;
  private final long size;
  private final long fileOffset;
  private final List<Area> areas;
  private final int fd;
  private final List<MemorySegment> mapped = new ArrayList<>();
  private boolean closed;

  private ClientRegion(int index, int flags, long size, long fileOffset, List<Area> areas, int fd) {
    this.index = index;
    this.flags = flags;
    this.size = size;
    this.fileOffset = fileOffset;
    this.areas = areas;
    this.fd = fd;
  }

  static ClientRegion parse(int index, MemorySegment reply, int length, Fds fds) {
    int flags = reply.get(Wire.U32, RegionInfo.FLAGS);
    long size = reply.get(Wire.U64, RegionInfo.LENGTH);
    List<Area> areas = new ArrayList<>();
    long cap = Integer.toUnsignedLong(reply.get(Wire.U32, RegionInfo.CAP_OFFSET));
    boolean sparse = false;
    for (int i = 0; i < 16 && cap != 0 && cap + RegionInfo.SPARSE_AREAS <= length; i++) {
      if (reply.get(Wire.U16, cap + RegionInfo.CAP_ID) == RegionInfo.CAP_SPARSE_MMAP) {
        sparse = true;
        parseAreas(reply, cap, length, areas);
      }
      cap = Integer.toUnsignedLong(reply.get(Wire.U32, cap + RegionInfo.CAP_NEXT));
    }
    boolean mappable = (flags & RegionInfo.MMAP) != 0 && fds.count() > 0;
    if (mappable && !sparse) {
      areas.add(new Area(0, size));
    }
    long offset = reply.get(Wire.U64, RegionInfo.OFFSET);
    int fd = mappable ? fds.take(0) : -1;
    return new ClientRegion(index, flags, size, offset, List.copyOf(areas), fd);
  }

  private static void parseAreas(MemorySegment reply, long cap, int length, List<Area> areas) {
    int count = reply.get(Wire.U32, cap + RegionInfo.SPARSE_COUNT);
    for (int i = 0; i < Math.min(count, MAX_AREAS); i++) {
      long at = cap + RegionInfo.SPARSE_AREAS + (long) i * RegionInfo.SPARSE_AREA_SIZE;
      if (at + RegionInfo.SPARSE_AREA_SIZE > length) {
        return;
      }
      areas.add(new Area(reply.get(Wire.U64, at), reply.get(Wire.U64, at + 8)));
    }
  }

  /** {@return which region this is} */
  public int index() {
    return index;
  }

  /** {@return bytes} */
  public long size() {
    return size;
  }

  /** {@return whether it may be read} */
  public boolean readable() {
    return (flags & RegionInfo.READ) != 0;
  }

  /** {@return whether it may be written} */
  public boolean writable() {
    return (flags & RegionInfo.WRITE) != 0;
  }

  /** {@return the areas that can be mapped} */
  public List<Area> areas() {
    return areas;
  }

  /**
   * Maps an area.
   *
   * @return its memory, valid until {@link #close}
   */
  public synchronized MemorySegment map(Area area) {
    OpenFiles.Stat stat = fd < 0 || closed ? null : OpenFiles.stat(fd);
    long start = fileOffset + area.offset();
    if (stat == null || start < 0 || area.size() < 1 || start > stat.size() - area.size()) {
      throw new VfioUserException("an area that is not in the file", Libc.EINVAL);
    }
    long length = start + area.size();
    long address = OpenFiles.map(fd, length, OpenFiles.PROT_READ | OpenFiles.PROT_WRITE);
    if (address < 0) {
      throw new VfioUserException("mmap", (int) -address);
    }
    MemorySegment whole = OpenFiles.segment(address, length);
    mapped.add(whole);
    return whole.asSlice(start, area.size());
  }

  /** Unmaps what was mapped and closes the file. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      mapped.forEach(memory -> OpenFiles.unmap(memory.address(), memory.byteSize()));
      if (fd >= 0) {
        OpenFiles.close(fd);
      }
    }
  }
}
