package dev.adit.vfiouser.posix;

import static dev.adit.vfiouser.posix.Libc.INT;
import static dev.adit.vfiouser.posix.Libc.LONG;
import static dev.adit.vfiouser.posix.Libc.POINTER;

import dev.adit.vfiouser.VfioUserException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Open files and the memory behind them. */
public final class OpenFiles {
  public static final int F_GETFL = 3, F_ADD_SEALS = 1033, F_GET_SEALS = 1034;
  public static final int F_SEAL_SEAL = 1, F_SEAL_SHRINK = 2, F_SEAL_GROW = 4;
  public static final int O_ACCMODE = 3, O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2;
  public static final int PROT_READ = 1, PROT_WRITE = 2;
  private static final int MAP_SHARED = 1, MAP_FIXED = 16;
  private static final int O_CLOEXEC = 02000000;
  private static final int MFD_CLOEXEC = 1, MFD_ALLOW_SEALING = 2;
  private static final long HUGETLBFS_MAGIC = 0x958458f6L;

  // struct stat of x86-64: st_dev, st_ino, st_nlink, st_mode, ..., st_size
  private static final int STAT_SIZE = 144, ST_DEV = 0, ST_INO = 8, ST_MODE = 24, ST_LENGTH = 48;
  private static final int S_IFMT = 0170000, S_IFREG = 0100000;
  private static final int STATFS_SIZE = 120;

  // int close(int fd)
  private static final MethodHandle CLOSE = Libc.function("close", INT, INT);
  // int dup3(int oldfd, int newfd, int flags)
  private static final MethodHandle DUP3 = Libc.function("dup3", INT, INT, INT, INT);
  // int fcntl(int fd, int op, ...)
  private static final MethodHandle FCNTL = Libc.variadic("fcntl", 2, INT, INT, INT, INT);
  // int fstat(int fd, struct stat *buf)
  private static final MethodHandle FSTAT = Libc.function("fstat", INT, INT, POINTER);
  // int fstatfs(int fd, struct statfs *buf)
  private static final MethodHandle FSTATFS = Libc.function("fstatfs", INT, INT, POINTER);
  // int ftruncate(int fd, off_t length)
  private static final MethodHandle FTRUNCATE = Libc.function("ftruncate", INT, INT, LONG);
  // int memfd_create(const char *name, unsigned flags)
  private static final MethodHandle MEMFD_CREATE = Libc.function("memfd_create", INT, POINTER, INT);
  // ssize_t pread(int fd, void *buf, size_t count, off_t offset)
  private static final MethodHandle PREAD = Libc.function("pread", LONG, INT, POINTER, LONG, LONG);
  // ssize_t pwrite(int fd, const void *buf, size_t count, off_t offset)
  private static final MethodHandle PWRITE =
      Libc.function("pwrite", LONG, INT, POINTER, LONG, LONG);
  // void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
  private static final MethodHandle MMAP =
      Libc.function("mmap", LONG, LONG, LONG, INT, INT, INT, LONG);
  // int munmap(void *addr, size_t length)
  private static final MethodHandle MUNMAP = Libc.function("munmap", INT, LONG, LONG);

  private static final ThreadLocal<MemorySegment> STAT =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STAT_SIZE, 8));

  private OpenFiles() {}

  /** What fstat tells. */
  public record Stat(long device, long inode, boolean regular, long size) {}

  public static int close(int fd) {
    MemorySegment state = Libc.state();
    try {
      return Libc.result(state, (int) CLOSE.invokeExact(state, fd));
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** Makes {@code to}, which is open, another name of {@code fd}'s file. */
  public static int rename(int fd, int to) {
    MemorySegment state = Libc.state();
    try {
      return Libc.result(state, (int) DUP3.invokeExact(state, fd, to, O_CLOEXEC));
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  public static int fcntl(int fd, int operation, int argument) {
    MemorySegment state = Libc.state();
    try {
      return Libc.result(state, (int) FCNTL.invokeExact(state, fd, operation, argument));
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** {@return what is known of an open file; throws if the fd is not open} */
  public static Stat stat(int fd) {
    MemorySegment state = Libc.state();
    MemorySegment stat = STAT.get();
    try {
      Libc.check("fstat", Libc.result(state, (int) FSTAT.invokeExact(state, fd, stat)));
    } catch (VfioUserException e) {
      throw e;
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
    return new Stat(
        stat.get(ValueLayout.JAVA_LONG, ST_DEV),
        stat.get(ValueLayout.JAVA_LONG, ST_INO),
        (stat.get(ValueLayout.JAVA_INT, ST_MODE) & S_IFMT) == S_IFREG,
        stat.get(ValueLayout.JAVA_LONG, ST_LENGTH));
  }

  /** {@return whether the file is made of huge pages, which can run out under a mapping} */
  public static boolean hugePages(int fd) {
    MemorySegment state = Libc.state();
    MemorySegment statfs = STAT.get();
    assert statfs.byteSize() >= STATFS_SIZE;
    try {
      int result = (int) FSTATFS.invokeExact(state, fd, statfs);
      return result == 0 && statfs.get(ValueLayout.JAVA_LONG, 0) == HUGETLBFS_MAGIC;
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  public static int truncate(int fd, long size) {
    MemorySegment state = Libc.state();
    try {
      return Libc.result(state, (int) FTRUNCATE.invokeExact(state, fd, size));
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** {@return a new file in memory that can be sealed} */
  public static int memory(String name) {
    MemorySegment state = Libc.state();
    try (Arena arena = Arena.ofConfined()) {
      int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
      return Libc.result(
          state, (int) MEMFD_CREATE.invokeExact(state, arena.allocateFrom(name), flags));
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  public static int read(int fd, MemorySegment into, long count, long offset) {
    return transfer(PREAD, fd, into, count, offset);
  }

  public static int write(int fd, MemorySegment from, long count, long offset) {
    return transfer(PWRITE, fd, from, count, offset);
  }

  private static int transfer(
      MethodHandle call, int fd, MemorySegment memory, long count, long offset) {
    MemorySegment state = Libc.state();
    try {
      long result;
      do {
        result = (long) call.invokeExact(state, fd, memory, count, offset);
      } while (Libc.interrupted(state, result));
      return Libc.result(state, result);
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** {@return the address of a shared mapping from the start of the file, or the negated errno} */
  public static long map(int fd, long length, int protection) {
    return map(0, fd, length, protection, MAP_SHARED);
  }

  /** Puts a file in the place of what is mapped at an address. {@return as {@link #map}} */
  public static long remap(long address, int fd, long length, int protection) {
    return map(address, fd, length, protection, MAP_SHARED | MAP_FIXED);
  }

  private static long map(long where, int fd, long length, int protection, int flags) {
    MemorySegment state = Libc.state();
    try {
      long address = (long) MMAP.invokeExact(state, where, length, protection, flags, fd, 0L);
      return address == -1 ? -Libc.errno(state) : address;
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  public static void unmap(long address, long length) {
    MemorySegment state = Libc.state();
    try {
      Libc.check("munmap", Libc.result(state, (int) MUNMAP.invokeExact(state, address, length)));
    } catch (VfioUserException e) {
      throw e;
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** {@return mapped memory as a segment; whoever unmaps it sees to it that nobody uses it} */
  @SuppressWarnings("restricted") // native access is this module's job
  public static MemorySegment segment(long address, long length) {
    return MemorySegment.ofAddress(address).reinterpret(length);
  }
}
