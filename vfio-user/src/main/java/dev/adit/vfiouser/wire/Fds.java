package dev.adit.vfiouser.wire;

import dev.adit.vfiouser.posix.OpenFiles;
import java.util.Arrays;

/** File descriptors that came with one message. What nobody takes is closed. */
public final class Fds {
  public static final Fds NONE = new Fds(new int[0], false);

  private final int[] fds;
  private final boolean truncated;

  private Fds(int[] fds, boolean truncated) {
    this.fds = fds;
    this.truncated = truncated;
  }

  /** {@return what a receive brought} */
  public static Fds of(Inbox in) {
    return in.fdCount == 0 && !in.truncated
        ? NONE
        : new Fds(Arrays.copyOf(in.fds, in.fdCount), in.truncated);
  }

  public int count() {
    return fds.length;
  }

  /** {@return whether some were lost} */
  public boolean truncated() {
    return truncated;
  }

  boolean isEmpty() {
    return fds.length == 0 && !truncated;
  }

  /** {@return an fd, to look at} */
  public int get(int i) {
    return fds[i];
  }

  /** {@return an fd that the caller closes from now on} */
  public int take(int i) {
    int fd = fds[i];
    fds[i] = -1;
    return fd;
  }

  /** Closes what was not taken. */
  public void close() {
    for (int i = 0; i < fds.length; i++) {
      if (fds[i] >= 0) {
        OpenFiles.close(take(i));
      }
    }
  }
}
