package dev.adit.vfiouser;

import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.posix.OpenFiles;
import java.lang.foreign.MemorySegment;

/**
 * Memory that another process can map: a file in memory whose size is sealed, so that neither side
 * can take it from under the other. Pages are zero at first and cost nothing until touched.
 */
public final class SharedMemory implements AutoCloseable {
  private static final int ACCESS = OpenFiles.PROT_READ | OpenFiles.PROT_WRITE;

  private final int fd;
  private final MemorySegment segment;
  private final int seals;
  private boolean closed;

  private SharedMemory(int fd, MemorySegment segment, int seals) {
    this.fd = fd;
    this.segment = segment;
    this.seals = seals;
  }

  /**
   * Allocates memory.
   *
   * @param size bytes, at least 1
   */
  public static SharedMemory allocate(long size) {
    int seals = OpenFiles.F_SEAL_SHRINK | OpenFiles.F_SEAL_GROW | OpenFiles.F_SEAL_SEAL;
    return allocate(size, seals);
  }

  static SharedMemory allocate(long size, int seals) {
    int fd = file(size, seals);
    long address = OpenFiles.map(fd, size, ACCESS);
    if (address < 0) {
      OpenFiles.close(fd);
      throw new VfioUserException("mmap", (int) -address);
    }
    return new SharedMemory(fd, OpenFiles.segment(address, size), seals);
  }

  private static int file(long size, int seals) {
    if (size < 1) {
      throw new IllegalArgumentException("at least one byte, not " + size);
    }
    int fd = Libc.check("memfd_create", OpenFiles.memory("vfio-user"));
    try {
      Libc.check("ftruncate", OpenFiles.truncate(fd, size));
      if (seals != 0) {
        Libc.check("fcntl", OpenFiles.fcntl(fd, OpenFiles.F_ADD_SEALS, seals));
      }
      return fd;
    } catch (VfioUserException e) {
      OpenFiles.close(fd);
      throw e;
    }
  }

  /**
   * Parts with whoever has mapped this memory: the same addresses and the same file descriptor
   * stand for other memory from now on, all zeros. May be called while others use it here.
   */
  public synchronized void renew() {
    if (closed) {
      return;
    }
    int fresh = file(size(), seals);
    try {
      long address = OpenFiles.remap(segment.address(), fresh, size(), ACCESS);
      if (address < 0) {
        throw new VfioUserException("mmap", (int) -address);
      }
      Libc.check("dup3", OpenFiles.rename(fresh, fd));
    } finally {
      OpenFiles.close(fresh);
    }
  }

  /** {@return the memory, valid until {@link #close}} */
  public MemorySegment segment() {
    return segment;
  }

  /** {@return bytes} */
  public long size() {
    return segment.byteSize();
  }

  /** {@return the file descriptor, valid until {@link #close}} */
  public int fd() {
    return fd;
  }

  /** Unmaps the memory here; nobody may touch {@link #segment} from now on. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      OpenFiles.unmap(segment.address(), segment.byteSize());
      OpenFiles.close(fd);
    }
  }
}
