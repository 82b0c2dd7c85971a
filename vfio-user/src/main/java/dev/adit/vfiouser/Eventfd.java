package dev.adit.vfiouser;

import dev.adit.vfiouser.posix.Eventfds;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.posix.OpenFiles;

/** An event counter of our own, to be given to the other side or waited for. */
public final class Eventfd implements AutoCloseable {
  private final int fd = Libc.check("eventfd", Eventfds.create());
  private boolean closed;

  /** Makes a counter at zero. */
  public Eventfd() {}

  /** {@return the file descriptor, valid until {@link #close}} */
  public int fd() {
    return fd;
  }

  /** Adds one; a full counter stays as it is. */
  public void signal() {
    Eventfds.signal(fd);
  }

  /** {@return how often it was signalled since the last time, 0 for never} */
  public long take() {
    return Eventfds.take(fd);
  }

  /**
   * Waits for a signal.
   *
   * @param milliseconds how long at most
   * @return how often it was signalled since the last time, 0 if the time ran out
   */
  public long await(int milliseconds) {
    return Eventfds.readable(fd, milliseconds) ? take() : 0;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      OpenFiles.close(fd);
    }
  }
}
