package dev.adit.vfiouser;

import dev.adit.vfiouser.posix.Eventfds;
import dev.adit.vfiouser.posix.OpenFiles;
import dev.adit.vfiouser.spec.RegionIoFds;
import dev.adit.vfiouser.spec.Wire;
import dev.adit.vfiouser.wire.Fds;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A doorbell of a region as a client sees it: instead of writing, signal. */
public final class ClientDoorbell implements AutoCloseable {
  private final long offset;
  private final long size;
  private final int fd;
  private boolean closed;

  private ClientDoorbell(long offset, long size, int fd) {
    this.offset = offset;
    this.size = size;
    this.fd = fd;
  }

  static List<ClientDoorbell> parse(MemorySegment reply, int length, Fds fds) {
    int count = reply.get(Wire.U32, RegionIoFds.COUNT);
    List<ClientDoorbell> bells = new ArrayList<>();
    if (count <= 0 || length <= RegionIoFds.SIZE) {
      return bells;
    }
    int stride = (length - RegionIoFds.SIZE) / count;
    for (int i = 0; i < count && stride >= RegionIoFds.SUB_SIZE; i++) {
      long at = RegionIoFds.SIZE + (long) i * stride;
      int fd = reply.get(Wire.U32, at + RegionIoFds.SUB_FD_INDEX);
      boolean ours = fd >= 0 && fd < fds.count() && fds.get(fd) >= 0;
      if (ours && reply.get(Wire.U32, at + RegionIoFds.SUB_TYPE) == RegionIoFds.IOEVENTFD) {
        bells.add(
            new ClientDoorbell(
                reply.get(Wire.U64, at + RegionIoFds.SUB_OFFSET),
                reply.get(Wire.U64, at + RegionIoFds.SUB_LENGTH),
                fds.take(fd)));
      }
    }
    return bells;
  }

  /** {@return where in the region} */
  public long offset() {
    return offset;
  }

  /** {@return bytes of a write that rings} */
  public long size() {
    return size;
  }

  /** Rings. */
  public void ring() {
    Eventfds.signal(fd);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      OpenFiles.close(fd);
    }
  }
}
