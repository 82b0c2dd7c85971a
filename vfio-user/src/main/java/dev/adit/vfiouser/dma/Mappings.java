package dev.adit.vfiouser.dma;

import dev.adit.vfiouser.DmaSpace;
import dev.adit.vfiouser.DmaView;
import dev.adit.vfiouser.DwordPort;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.wire.Exchange;
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
public final class Mappings implements DmaSpace {
  /** The client, for memory that has no file. */
  public interface Remote {
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
  private volatile MappedView[] views = {};
  private volatile long version = 1;
  private volatile @Nullable Remote remote;

  public Mappings(int maxMappings) {
    this.maxMappings = maxMappings;
  }

  @Override
  public MappedView view() {
    MappedView view = new MappedView(this, table);
    synchronized (viewsLock) {
      MappedView[] more = Arrays.copyOf(views, views.length + 1);
      more[views.length] = view;
      views = more;
    }
    return view;
  }

  @Override
  public DwordPort dwords() {
    return new MessagePort(this);
  }

  void forget(MappedView view) {
    synchronized (viewsLock) {
      views = Arrays.stream(views).filter(other -> other != view).toArray(MappedView[]::new);
    }
  }

  long version() {
    return version;
  }

  @Nullable Remote remote() {
    return remote;
  }

  public void connect(@Nullable Remote client) {
    remote = client;
  }

  /** {@return 0, or the errno why a range cannot be mapped} */
  public int refusal(long first, long length) {
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
  public void add(Mapping mapping) {
    table.add(mapping);
  }

  /**
   * Takes away every mapping that lies within a range as a whole; those that reach out of it stay.
   *
   * @return what to ask {@link #quiescent} for
   */
  public long remove(long first, long last) {
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
  public boolean quiescent(long removal) {
    long oldest = Long.MAX_VALUE;
    for (MappedView view : views) {
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
