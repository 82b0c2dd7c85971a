package dev.adit.vfiouser.wire;

import dev.adit.vfiouser.posix.Sockets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Where a message is composed, and what it is sent with when fds go along. */
public final class Outbox {
  private static final int MSGHDR = 56, IOV = 16, IOV_COUNT = 24, CONTROL = 32, CONTROL_LENGTH = 40;
  private static final int IOVEC = 16, CMSG_DATA = 16;
  private static final int MAX_FDS = 16;

  public final MemorySegment buffer;
  private final MemorySegment msghdr;
  private final MemorySegment iovec;
  private final MemorySegment control;

  public Outbox(Arena arena) {
    this(arena, Inbox.MAX_MESSAGE);
  }

  public Outbox(Arena arena, long size) {
    buffer = arena.allocate(size, 64);
    iovec = arena.allocate(IOVEC, 8);
    control = arena.allocate(CMSG_DATA + 4L * MAX_FDS, 8);
    msghdr = arena.allocate(MSGHDR, 8);
    msghdr.set(ValueLayout.ADDRESS, IOV, iovec);
    msghdr.set(ValueLayout.JAVA_LONG, IOV_COUNT, 1);
    msghdr.set(ValueLayout.ADDRESS, CONTROL, control);
  }

  /**
   * Sends the first {@code length} bytes of a message in one call, fds on its first byte.
   *
   * @return bytes sent, or the negated errno
   */
  public int send(int socket, MemorySegment message, long length, int[] fds) {
    if (fds.length == 0) {
      return Sockets.send(socket, message, length);
    }
    if (fds.length > MAX_FDS) {
      throw new IllegalArgumentException("at most " + MAX_FDS + " fds go with a message");
    }
    iovec.set(ValueLayout.JAVA_LONG, 0, message.address());
    iovec.set(ValueLayout.JAVA_LONG, 8, length);
    control.set(ValueLayout.JAVA_LONG, 0, CMSG_DATA + 4L * fds.length);
    control.set(ValueLayout.JAVA_INT, 8, Sockets.SOL_SOCKET);
    control.set(ValueLayout.JAVA_INT, 12, Sockets.SCM_RIGHTS);
    for (int i = 0; i < fds.length; i++) {
      control.set(ValueLayout.JAVA_INT, CMSG_DATA + 4L * i, fds[i]);
    }
    msghdr.set(ValueLayout.JAVA_LONG, CONTROL_LENGTH, (CMSG_DATA + 4L * fds.length + 7) & ~7L);
    return Sockets.send(socket, msghdr);
  }
}
