package dev.adit.vfiouser.posix;

import static dev.adit.vfiouser.posix.Libc.INT;
import static dev.adit.vfiouser.posix.Libc.LONG;
import static dev.adit.vfiouser.posix.Libc.POINTER;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** UNIX-domain sockets (unix(7)). */
public final class Sockets {
  /** recvmsg and sendmsg: do not block, no SIGPIPE, close received fds on exec. */
  public static final int MSG_DONTWAIT = 0x40, MSG_NOSIGNAL = 0x4000, MSG_CMSG_CLOEXEC = 0x40000000;

  /** In {@code msg_flags}: the fds did not fit, or this process may have no more. */
  public static final int MSG_CTRUNC = 0x8;

  public static final int SOL_SOCKET = 1, SCM_RIGHTS = 1;
  private static final int AF_UNIX = 1, SOCK_STREAM = 1, SOCK_DGRAM = 2;
  private static final int SOCK_NONBLOCK = 0x800, SOCK_CLOEXEC = 0x80000;
  private static final int SHUT_RDWR = 2;
  private static final int ADDRESS_SIZE = 110, PATH = 2;
  private static final long PAUSE = 1_000_000;

  // int socket(int domain, int type, int protocol)
  private static final MethodHandle SOCKET = Libc.function("socket", INT, INT, INT, INT);
  // int bind(int fd, const struct sockaddr *addr, socklen_t len)
  private static final MethodHandle BIND = Libc.function("bind", INT, INT, POINTER, INT);
  // int connect(int fd, const struct sockaddr *addr, socklen_t len)
  private static final MethodHandle CONNECT = Libc.function("connect", INT, INT, POINTER, INT);
  // int listen(int fd, int backlog)
  private static final MethodHandle LISTEN = Libc.function("listen", INT, INT, INT);
  // int accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags)
  private static final MethodHandle ACCEPT =
      Libc.function("accept4", INT, INT, POINTER, POINTER, INT);
  // int shutdown(int fd, int how)
  private static final MethodHandle SHUTDOWN = Libc.function("shutdown", INT, INT, INT);
  // ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
  private static final MethodHandle RECVMSG = Libc.function("recvmsg", LONG, INT, POINTER, INT);
  // ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
  private static final MethodHandle SENDMSG = Libc.function("sendmsg", LONG, INT, POINTER, INT);
  // ssize_t send(int fd, const void *buf, size_t len, int flags)
  private static final MethodHandle SEND = Libc.function("send", LONG, INT, POINTER, LONG, INT);

  private Sockets() {}

  public static int socket() {
    return socket(SOCK_STREAM);
  }

  public static int datagram() {
    return socket(SOCK_DGRAM);
  }

  private static int socket(int kind) {
    MemorySegment state = Libc.state();
    try {
      int type = kind | SOCK_CLOEXEC | SOCK_NONBLOCK;
      return Libc.result(state, (int) SOCKET.invokeExact(state, AF_UNIX, type, 0));
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  public static int bind(int fd, Path path) {
    return withAddress(BIND, fd, path);
  }

  public static int connect(int fd, Path path) {
    return withAddress(CONNECT, fd, path);
  }

  /** Connects; a server that has not yet accepted as many as may wait is given time to do so. */
  public static int connect(int fd, Path path, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    int result = connect(fd, path);
    while (result == -Libc.EAGAIN && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(PAUSE);
      result = connect(fd, path);
    }
    return result;
  }

  /** Connects to a name that is in no file system. */
  public static int connectAbstract(int fd, String name) {
    byte[] bytes = ("\0" + name).getBytes(UTF_8);
    return withAddress(CONNECT, fd, bytes, PATH + bytes.length);
  }

  private static int withAddress(MethodHandle call, int fd, Path path) {
    return withAddress(call, fd, path.toString().getBytes(UTF_8), ADDRESS_SIZE);
  }

  private static int withAddress(MethodHandle call, int fd, byte[] name, int size) {
    if (name.length >= ADDRESS_SIZE - PATH) {
      throw new IllegalArgumentException(
          "a socket path has at most "
              + (ADDRESS_SIZE - PATH - 1)
              + " bytes: "
              + new String(name, UTF_8));
    }
    MemorySegment state = Libc.state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(ADDRESS_SIZE, 2);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
      MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, PATH, name.length);
      return Libc.result(state, (int) call.invokeExact(state, fd, address, size));
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  public static int listen(int fd, int backlog) {
    MemorySegment state = Libc.state();
    try {
      return Libc.result(state, (int) LISTEN.invokeExact(state, fd, backlog));
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** {@return a connection that does not block} */
  public static int accept(int fd) {
    MemorySegment state = Libc.state();
    try {
      int flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
      MemorySegment none = MemorySegment.NULL;
      int result;
      do {
        result = (int) ACCEPT.invokeExact(state, fd, none, none, flags);
      } while (Libc.interrupted(state, result));
      return Libc.result(state, result);
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** Ends both directions; whoever waits on the socket wakes. */
  static int shutdown(int fd) {
    MemorySegment state = Libc.state();
    try {
      return Libc.result(state, (int) SHUTDOWN.invokeExact(state, fd, SHUT_RDWR));
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** Receives with the buffers of a {@code struct msghdr}. */
  public static int receive(int fd, MemorySegment msghdr) {
    MemorySegment state = Libc.state();
    try {
      long result;
      do {
        result = (long) RECVMSG.invokeExact(state, fd, msghdr, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
      } while (Libc.interrupted(state, result));
      return Libc.result(state, result);
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** Sends what a {@code struct msghdr} tells. */
  public static int send(int fd, MemorySegment msghdr) {
    MemorySegment state = Libc.state();
    try {
      long result;
      do {
        result = (long) SENDMSG.invokeExact(state, fd, msghdr, MSG_DONTWAIT | MSG_NOSIGNAL);
      } while (Libc.interrupted(state, result));
      return Libc.result(state, result);
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** Sends bytes. */
  public static int send(int fd, MemorySegment bytes, long length) {
    MemorySegment state = Libc.state();
    try {
      long result;
      do {
        result = (long) SEND.invokeExact(state, fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
      } while (Libc.interrupted(state, result));
      return Libc.result(state, result);
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }
}
