package dev.adit.vfiouser;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The client's memory as the device sees it: what the bus addresses of DMA_MAP lead to. One for
 * each device; each thread that accesses memory opens a {@link DmaView} of its own.
 *
 * <p>A mapping that is taken away stays usable for those who are using it: the reply to DMA_UNMAP
 * waits until every {@link DmaView#begin section} that could have seen the mapping has ended.
 * Sections carry the version of the table they began with; what was removed is given back when no
 * section of that version or an older one is left.
 *
 * <p>The table is changed by one thread, that of the connection.
 */
public final class DmaSpace {
  /** What an access wants to do. */
  public enum Access {
    /** From the client's memory to the device. */
    READ,
    /** From the device to the client's memory. */
    WRITE
  }

  /** The client, for memory that has no file. */
  interface Remote {
    /** {@return the most data in one message} */
    int maxData();

    /** {@return 0 or an errno, after the command that is composed in an exchange was answered} */
    int call(Exchange exchange, int command, int size);

    /** {@return whether the command is on its way; {@link #finish} has to follow then} */
    boolean start(Exchange exchange, int command, int size);

    /** Waits for the reply to what was started, or until it cannot come any more. */
    void finish(Exchange exchange);
  }

  private record Retired(long version, List<Mapping> mappings) {}

  private final DmaTable table = new DmaTable();
  private final int maxMappings;
  private final Queue<Retired> retired = new ArrayDeque<>();
  private final Object viewsLock = new Object();
  private volatile DmaView[] views = {};
  private volatile long version = 1;
  private volatile @Nullable Remote remote;

  DmaSpace(int maxMappings) {
    this.maxMappings = maxMappings;
  }

  /** {@return a new view, to be used by one thread at a time} */
  public DmaView view() {
    DmaView view = new DmaView(this, table);
    synchronized (viewsLock) {
      DmaView[] more = Arrays.copyOf(views, views.length + 1);
      more[views.length] = view;
      views = more;
    }
    return view;
  }

  /** {@return a new way for interrupt messages, to be used by one thread at a time} */
  public DwordPort dwords() {
    return new DwordPort(this);
  }

  void forget(DmaView view) {
    synchronized (viewsLock) {
      views = Arrays.stream(views).filter(other -> other != view).toArray(DmaView[]::new);
    }
  }

  long version() {
    return version;
  }

  @Nullable Remote remote() {
    return remote;
  }

  void connect(@Nullable Remote client) {
    remote = client;
  }

  /** {@return 0, or the errno why a range cannot be mapped} */
  int refusal(long first, long length) {
    long last = first + length - 1;
    if (length == 0 || Long.compareUnsigned(last, first) < 0) {
      return Libc.EINVAL;
    }
    if (table.overlaps(first, last)) {
      return Libc.EEXIST;
    }
    return table.size() < maxMappings ? 0 : Libc.ENOSPC;
  }

  /** Adds a mapping that was not {@link #refusal refused}. */
  void add(Mapping mapping) {
    table.add(mapping);
  }

  /**
   * Takes away every mapping that lies within a range as a whole; those that reach out of it stay.
   *
   * @return what to ask {@link #quiescent} for
   */
  long remove(long first, long last) {
    List<Mapping> removed = table.removeWithin(first, last);
    long seen = version;
    if (!removed.isEmpty()) {
      retired.add(new Retired(seen, removed));
      version = seen + 1;
    }
    return removed.isEmpty() ? 0 : seen;
  }

  /**
   * {@return whether nobody uses any more what was removed at a version} Gives back files on the
   * way.
   */
  boolean quiescent(long removal) {
    long oldest = Long.MAX_VALUE;
    for (DmaView view : views) {
      long active = view.active();
      oldest = active != 0 ? Math.min(oldest, active) : oldest;
    }
    Retired head = retired.peek();
    while (head != null && head.version < oldest) {
      head.mappings.forEach(mapping -> mapping.backing().release());
      retired.remove();
      head = retired.peek();
    }
    return removal < oldest;
  }
}
