package dev.adit.vfiouser.posix;

import static dev.adit.vfiouser.posix.Libc.INT;
import static dev.adit.vfiouser.posix.Libc.POINTER;

import dev.adit.vfiouser.VfioUserException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Waiting for many fds (epoll(7)), level-triggered. Used by one thread. */
public final class Epoll implements AutoCloseable {
  public static final int IN = 1, OUT = 4, ERR = 8, HUP = 0x10;

  private static final int EPOLL_CLOEXEC = 0x80000;
  private static final int ADD = 1, DELETE = 2, MODIFY = 3;
  // struct epoll_event is packed on x86-64: u32 events, u64 data
  private static final int EVENT_SIZE = 12, EVENTS = 256;
  private static final ValueLayout.OfInt DATA = ValueLayout.JAVA_INT_UNALIGNED;

  // int epoll_create1(int flags)
  private static final MethodHandle CREATE = Libc.function("epoll_create1", INT, INT);
  // int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
  private static final MethodHandle CTL = Libc.function("epoll_ctl", INT, INT, INT, INT, POINTER);
  // int epoll_wait(int epfd, struct epoll_event *events, int max, int timeout)
  private static final MethodHandle WAIT = Libc.function("epoll_wait", INT, INT, POINTER, INT, INT);

  private final int fd;
  private final MemorySegment events;
  private final MemorySegment change;

  public Epoll(Arena arena) {
    events = arena.allocate((long) EVENT_SIZE * EVENTS, 8);
    change = arena.allocate(EVENT_SIZE, 8);
    MemorySegment state = Libc.state();
    try {
      fd =
          Libc.check(
              "epoll_create1", Libc.result(state, (int) CREATE.invokeExact(state, EPOLL_CLOEXEC)));
    } catch (VfioUserException e) {
      throw e;
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  public void add(int watched, int interest) {
    Libc.check("epoll_ctl", control(ADD, watched, interest));
  }

  public void change(int watched, int interest) {
    Libc.check("epoll_ctl", control(MODIFY, watched, interest));
  }

  public void remove(int watched) {
    Libc.check("epoll_ctl", control(DELETE, watched, 0));
  }

  private int control(int operation, int watched, int interest) {
    change.set(DATA, 0, interest);
    change.set(DATA, 4, watched);
    change.set(DATA, 8, 0);
    MemorySegment state = Libc.state();
    try {
      return Libc.result(state, (int) CTL.invokeExact(state, fd, operation, watched, change));
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** {@return how many fds are ready; 0 after the time, or if a signal came} */
  public int await(int milliseconds) {
    MemorySegment state = Libc.state();
    try {
      int result = (int) WAIT.invokeExact(state, fd, events, EVENTS, milliseconds);
      return Math.max(result, 0);
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** {@return the fd of a ready one} */
  public int readyFd(int i) {
    return events.get(DATA, (long) i * EVENT_SIZE + 4);
  }

  /** {@return what a ready one is ready for} */
  public int readyFor(int i) {
    return events.get(DATA, (long) i * EVENT_SIZE);
  }

  @Override
  public void close() {
    OpenFiles.close(fd);
  }
}
