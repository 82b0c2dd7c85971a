package dev.adit.host;

import dev.adit.devices.Dma;
import dev.adit.devices.GuestSpace;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The address spaces that one requester ID reaches: one for each PASID, and one without, each the
 * memory of one virtual device's guest. What nobody has now leads nowhere.
 *
 * <p>Only memory that is mapped here can be reached. Memory that a guest would have to hand over by
 * messages, or a file that could block, would let a guest hold up engines which others share.
 */
final class RequesterSpaces implements Dma {
  private static final long PAUSE = 20_000;
  private static final int NOWHERE = -2;

  private final AtomicReferenceArray<@Nullable Space> spaces;
  private final Object viewsLock = new Object();
  private volatile SpacesView[] views = {};

  /**
   * Makes one without any address space.
   *
   * @param pasids how many PASIDs there are, from 0 on; 0 for a requester ID that has none
   */
  RequesterSpaces(int pasids) {
    spaces = new AtomicReferenceArray<>(pasids + 1);
  }

  /**
   * Gives a PASID, which must be free, a memory.
   *
   * @param pasid or {@link #NO_PASID}
   */
  Space attach(int pasid, Dma memory) {
    Space space = new Space(pasid, memory);
    if (!spaces.compareAndSet(pasid + 1, null, space)) {
      throw new IllegalStateException("PASID " + pasid + " has a memory already");
    }
    return space;
  }

  @Override
  public View view() {
    SpacesView view = new SpacesView();
    synchronized (viewsLock) {
      SpacesView[] more = Arrays.copyOf(views, views.length + 1);
      more[views.length] = view;
      views = more;
    }
    return view;
  }

  /** A guest's memory. */
  final class Space implements GuestSpace {
    private final int pasid;
    private final Dma memory;
    private volatile boolean reachable = true;
    private volatile boolean closed;

    private Space(int pasid, Dma memory) {
      this.pasid = pasid;
      this.memory = memory;
    }

    @Override
    public void reach(boolean on) {
      reachable = on;
    }

    /** {@return a view of the memory for the device's own accesses, which carry no PASID} */
    @Override
    public View view() {
      return new OwnView(RequesterSpaces.this.view(), pasid);
    }

    /** Takes the memory away from the PASID. Returns when no engine uses it any more. */
    void detach() {
      closed = true;
      spaces.compareAndSet(pasid + 1, this, null);
      for (SpacesView view : views) {
        while (view.inUse == this) {
          LockSupport.parkNanos(PAUSE);
        }
        view.forget(this);
      }
    }
  }

  /** One engine's view of whatever space its descriptor belongs to. */
  private final class SpacesView implements View {
    /** The views that this one has opened, by PASID. Guarded by itself for changes. */
    private final IdentityHashMap<Space, View> opened = new IdentityHashMap<>();

    private volatile @Nullable Space inUse;
    private @Nullable View current;

    @Override
    public void begin() {
      // Which space it will be is known with the first access.
    }

    @Override
    public void end() {
      View view = current;
      if (view != null) {
        view.end();
        current = null;
        inUse = null;
      }
    }

    private @Nullable View enter(int pasid) {
      Space now = inUse;
      if (now == null || now.pasid != pasid) {
        end();
        now = pasid < NO_PASID || pasid >= spaces.length() - 1 ? null : spaces.get(pasid + 1);
        if (now == null) {
          return null;
        }
        inUse = now;
        if (now.closed) {
          inUse = null;
          return null;
        }
        View view = opened(now);
        view.begin();
        current = view;
      }
      return now.reachable ? current : null;
    }

    private View opened(Space space) {
      synchronized (opened) {
        return opened.computeIfAbsent(space, each -> each.memory.view());
      }
    }

    void forget(Space space) {
      synchronized (opened) {
        View view = opened.remove(space);
        if (view != null) {
          view.close();
        }
      }
    }

    @Override
    public long resolve(int pasid, long address, long length, Access access) {
      View view = enter(pasid);
      long run = view == null ? 0 : view.resolve(NO_PASID, address, length, access);
      return run > 0 && segment() == null ? 0 : run;
    }

    @Override
    public @Nullable MemorySegment segment() {
      View view = current;
      return view == null ? null : view.segment();
    }

    @Override
    public long offset() {
      View view = current;
      return view == null ? 0 : view.offset();
    }

    @Override
    public long read(int pasid, long address, MemorySegment into, long at, long length) {
      long done = 0;
      while (done < length) {
        long run = resolve(pasid, address + done, length - done, Access.READ);
        MemorySegment memory = segment();
        if (run == 0 || memory == null) {
          break;
        }
        MemorySegment.copy(memory, offset(), into, at + done, run);
        done += run;
      }
      return done;
    }

    @Override
    public long write(int pasid, long address, MemorySegment from, long at, long length) {
      long done = 0;
      while (done < length) {
        long run = resolve(pasid, address + done, length - done, Access.WRITE);
        MemorySegment memory = segment();
        if (run == 0 || memory == null) {
          break;
        }
        MemorySegment.copy(from, at + done, memory, offset(), run);
        done += run;
      }
      return done;
    }

    @Override
    public void close() {
      end();
      synchronized (viewsLock) {
        views = Arrays.stream(views).filter(other -> other != this).toArray(SpacesView[]::new);
      }
      synchronized (opened) {
        opened.values().forEach(View::close);
        opened.clear();
      }
    }
  }

  /** A view of one space, for accesses without PASID. */
  private record OwnView(View view, int pasid) implements View {
    @Override
    public void begin() {
      view.begin();
    }

    @Override
    public void end() {
      view.end();
    }

    private int mine(int asked) {
      return asked == NO_PASID ? pasid : NOWHERE;
    }

    @Override
    public long resolve(int asked, long address, long length, Access access) {
      return view.resolve(mine(asked), address, length, access);
    }

    @Override
    public @Nullable MemorySegment segment() {
      return view.segment();
    }

    @Override
    public long offset() {
      return view.offset();
    }

    @Override
    public long read(int asked, long address, MemorySegment into, long at, long length) {
      return view.read(mine(asked), address, into, at, length);
    }

    @Override
    public long write(int asked, long address, MemorySegment from, long at, long length) {
      return view.write(mine(asked), address, from, at, length);
    }

    @Override
    public void close() {
      view.close();
    }
  }
}
