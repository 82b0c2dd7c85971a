package dev.adit.vfiouser.wire;

import dev.adit.vfiouser.posix.Sockets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Receives bytes and file descriptors. One recvmsg brings as many messages as there are; the fds it
 * brings belong to the last message that starts in it, because the kernel stops after those bytes
 * that fds were sent with.
 */
public final class Inbox {
  /** The longest message taken: a megabyte of data and what stands before it. */
  public static final int MAX_MESSAGE = (1 << 20) + 4096;

  private static final int BUFFER = MAX_MESSAGE + (64 << 10);

  /** The most fds the kernel passes with one message (SCM_MAX_FD). */
  static final int MAX_FDS = 253;

  // struct msghdr: name, namelen, iov, iovlen, control, controllen, flags; struct iovec: base, len
  private static final int MSGHDR = 56, IOV = 16, IOV_COUNT = 24, CONTROL = 32, CONTROL_LENGTH = 40;
  private static final int MSG_FLAGS = 48, IOVEC = 16;
  // struct cmsghdr: u64 len, int level, int type, data
  private static final int CMSG_DATA = 16, CONTROL_SIZE = CMSG_DATA + 4 * MAX_FDS + 4;

  public final MemorySegment buffer;
  private final MemorySegment msghdr;
  private final MemorySegment iovec;
  private final MemorySegment control;

  /** The fds of the last {@link #receive}; the receiver owns them. */
  final int[] fds = new int[MAX_FDS];

  /** How many fds there are. */
  public int fdCount;

  /** Whether fds were lost because this process may not have more. */
  boolean truncated;

  public Inbox(Arena arena) {
    buffer = arena.allocate(BUFFER, 64);
    iovec = arena.allocate(IOVEC, 8);
    control = arena.allocate(CONTROL_SIZE, 8);
    msghdr = arena.allocate(MSGHDR, 8);
    msghdr.set(ValueLayout.ADDRESS, IOV, iovec);
    msghdr.set(ValueLayout.JAVA_LONG, IOV_COUNT, 1);
    msghdr.set(ValueLayout.ADDRESS, CONTROL, control);
  }

  /**
   * Receives behind the first {@code have} bytes of the buffer.
   *
   * @return bytes received, 0 at the end of the stream, or the negated errno
   */
  public int receive(int fd, long have) {
    return receive(fd, buffer, have);
  }

  /** Receives behind the first {@code have} bytes of other memory, and no more than it holds. */
  public int receive(int fd, MemorySegment into, long have) {
    iovec.set(ValueLayout.JAVA_LONG, 0, into.address() + have);
    iovec.set(ValueLayout.JAVA_LONG, 8, into.byteSize() - have);
    msghdr.set(ValueLayout.JAVA_LONG, CONTROL_LENGTH, CONTROL_SIZE);
    msghdr.set(ValueLayout.JAVA_INT, MSG_FLAGS, 0);
    fdCount = 0;
    truncated = false;
    int received = Sockets.receive(fd, msghdr);
    if (received >= 0) {
      truncated = (msghdr.get(ValueLayout.JAVA_INT, MSG_FLAGS) & Sockets.MSG_CTRUNC) != 0;
      long length = msghdr.get(ValueLayout.JAVA_LONG, CONTROL_LENGTH);
      if (length > 0) {
        takeFds(length);
      }
    }
    return received;
  }

  private void takeFds(long length) {
    long at = 0;
    while (at + CMSG_DATA <= length) {
      long size = control.get(ValueLayout.JAVA_LONG, at);
      if (size < CMSG_DATA || size > length - at) {
        return;
      }
      if (control.get(ValueLayout.JAVA_INT, at + 8) == Sockets.SOL_SOCKET
          && control.get(ValueLayout.JAVA_INT, at + 12) == Sockets.SCM_RIGHTS) {
        for (long i = CMSG_DATA; i + 4 <= size && fdCount < MAX_FDS; i += 4) {
          fds[fdCount++] = control.get(ValueLayout.JAVA_INT, at + i);
        }
      }
      at += (size + 7) & ~7L;
    }
  }
}
