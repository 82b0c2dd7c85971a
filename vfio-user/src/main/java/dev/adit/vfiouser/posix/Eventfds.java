package dev.adit.vfiouser.posix;

import static dev.adit.vfiouser.posix.Libc.INT;
import static dev.adit.vfiouser.posix.Libc.LONG;
import static dev.adit.vfiouser.posix.Libc.POINTER;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/** Event counters (eventfd(2)). */
public final class Eventfds {
  private static final int EFD_NONBLOCK = 0x800, EFD_CLOEXEC = 0x80000;
  private static final short POLLIN = 1, POLLOUT = 4, POLLHUP = 0x10;

  // int eventfd(unsigned initval, int flags)
  private static final MethodHandle EVENTFD = Libc.function("eventfd", INT, INT, INT);
  // int poll(struct pollfd *fds, nfds_t n, int timeout)
  private static final MethodHandle POLL = Libc.function("poll", INT, POINTER, LONG, INT);
  // ssize_t read(int fd, void *buf, size_t count)
  private static final MethodHandle READ = Libc.function("read", LONG, INT, POINTER, LONG);
  // ssize_t write(int fd, const void *buf, size_t count)
  private static final MethodHandle WRITE = Libc.function("write", LONG, INT, POINTER, LONG);

  private static final MemorySegment ONE = one();

  // u64 counter, then a struct pollfd: int fd, short events, short revents
  private static final ThreadLocal<MemorySegment> SCRATCH =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(16, 8));

  private Eventfds() {}

  private static MemorySegment one() {
    MemorySegment one = Arena.global().allocate(ValueLayout.JAVA_LONG);
    one.set(ValueLayout.JAVA_LONG, 0, 1);
    return one.asReadOnly();
  }

  /** {@return a new counter at zero that does not block} */
  public static int create() {
    MemorySegment state = Libc.state();
    try {
      return Libc.result(state, (int) EVENTFD.invokeExact(state, 0, EFD_NONBLOCK | EFD_CLOEXEC));
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** {@return whether an fd is an event counter; no path of a file looks like the name of one} */
  public static boolean is(int fd) {
    try {
      Path name = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd));
      return name.toString().equals("anon_inode:[eventfd]");
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Adds one, unless the counter is full. The counter belongs to somebody else, who may have made
   * it blocking; making it non-blocking would change it for them too, so look first.
   *
   * @return whether one was added; a full counter is signalled already
   */
  public static boolean signal(int fd) {
    if (!poll(fd, POLLOUT, 0)) {
      return false;
    }
    MemorySegment state = Libc.state();
    try {
      return (long) WRITE.invokeExact(state, fd, ONE, 8L) == 8;
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** {@return the count, which is zero afterwards; 0 if nothing was signalled} */
  public static long take(int fd) {
    if (!poll(fd, POLLIN, 0)) {
      return 0;
    }
    MemorySegment state = Libc.state();
    MemorySegment scratch = SCRATCH.get();
    try {
      long result = (long) READ.invokeExact(state, fd, scratch, 8L);
      return result == 8 ? scratch.get(ValueLayout.JAVA_LONG, 0) : 0;
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** {@return whether the fd can be read within a time} */
  public static boolean readable(int fd, int milliseconds) {
    return poll(fd, POLLIN, milliseconds);
  }

  /** {@return whether the fd takes bytes within a time} */
  public static boolean writable(int fd, int milliseconds) {
    return poll(fd, POLLOUT, milliseconds);
  }

  /** {@return whether the other end of a socket is closed, even if it left something to read} */
  public static boolean hungUp(int fd) {
    return poll(fd, POLLHUP, 0);
  }

  private static boolean poll(int fd, short events, int milliseconds) {
    MemorySegment state = Libc.state();
    MemorySegment scratch = SCRATCH.get();
    scratch.set(ValueLayout.JAVA_INT, 8, fd);
    scratch.set(ValueLayout.JAVA_SHORT, 12, events);
    scratch.set(ValueLayout.JAVA_SHORT, 14, (short) 0);
    try {
      int result = (int) POLL.invokeExact(state, scratch.asSlice(8), 1L, milliseconds);
      return result == 1 && (scratch.get(ValueLayout.JAVA_SHORT, 14) & events) != 0;
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }
}
