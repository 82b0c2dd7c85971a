package dev.adit.host;

import dev.adit.devices.dsa.Borrower;
import dev.adit.devices.dsa.DeviceError;
import dev.adit.devices.dsa.LentQueue;
import dev.adit.devices.dsa.QueueTerms;
import dev.adit.devices.dsa.spec.Descriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A shared work queue of a physical function, cut into parts. Each tenant has a backlog of its own,
 * and nobody but the host submits: at the limited portal, with the tenant's PASID, and no more than
 * keeps the engines busy. Whose descriptor is next is decided by the engine time that tenants have
 * had, so that neither many nor long descriptors get more than a fair share.
 */
final class SharedQueue implements Borrower {
  /** What a tenant can save up while it has nothing to do. */
  private static final long MOST_CREDIT = 20_000_000;

  private static final int PASID_MASK = (1 << 20) - 1;
  private static final int PRIVILEGED = 1 << 31;
  private static final long NO_FENCE = Long.MAX_VALUE;

  private final PhysicalDsa physical;
  private final int wq;
  private final int window;
  private final PriorityQueue<Part> ready =
      new PriorityQueue<>(Comparator.comparingLong((Part part) -> part.key));
  private final MemorySegment scratch = MemorySegment.ofArray(new long[Descriptor.BYTES / 8]);
  private @Nullable Part[] parts = new Part[16];
  private int count;
  private int active;
  private long reached;
  private boolean feeding;

  /**
   * Takes a queue over that has been enabled.
   *
   * @param engines how many engines serve it
   */
  SharedQueue(PhysicalDsa physical, int wq, int engines) {
    this.physical = physical;
    this.wq = wq;
    window = 2 * engines;
    physical.device().lend(wq, this);
  }

  /** {@return how many submitted descriptors keep the engines busy} */
  static int threshold(int engines, int size) {
    return Math.min(size, Math.max(2, engines));
  }

  /** {@return how many parts are lent} */
  synchronized int parts() {
    return count;
  }

  /**
   * Cuts a part off.
   *
   * @param index the queue as the tenant counts
   */
  synchronized Part join(Tenant tenant, int index) {
    int pasid = tenant.pasid();
    if (pasid >= parts.length) {
      parts = Arrays.copyOf(parts, Math.max(2 * parts.length, pasid + 1));
    }
    Part part = new Part(tenant, index);
    parts[pasid] = part;
    count++;
    return part;
  }

  private @Nullable Part part(int pasid) {
    return pasid >= 0 && pasid < parts.length ? parts[pasid] : null;
  }

  @Override
  public synchronized void finished(int pasid, long nanos) {
    Part part = part(pasid);
    if (part != null) {
      part.tenant.finished(nanos);
      part.used += nanos;
      part.inFlight--;
      part.update();
    }
    feed();
  }

  @Override
  public boolean failed(DeviceError error) {
    Part part;
    synchronized (this) {
      part = part(error.pasid());
    }
    return part != null && part.tenant.report(error, part.index);
  }

  /** Submits while there is something to submit and the queue takes it. */
  private void feed() {
    if (feeding) {
      return;
    }
    feeding = true;
    try {
      boolean taken = true;
      while (taken && !ready.isEmpty()) {
        Part part = ready.remove();
        part.queued = false;
        // Its turn was reckoned when it joined; it may have used more since, or have left.
        taken = !part.eligible() || part.key < part.used || part.submit();
        part.update();
      }
    } finally {
      feeding = false;
    }
  }

  /** A tenant's part of the queue. Guarded by the queue. */
  final class Part implements LentQueue {
    private final Tenant tenant;
    private final int index;
    private final Backlog backlog;
    private boolean open;
    private boolean held;
    private boolean queued;
    private boolean counted;
    private int inFlight;
    private long fence = NO_FENCE;
    private long used;
    private long key;

    private Part(Tenant tenant, int index) {
      this.tenant = tenant;
      this.index = index;
      backlog = new Backlog(physical.size(wq));
    }

    private boolean submit() {
      backlog.peek(scratch);
      int word = scratch.get(ValueLayout.JAVA_INT_UNALIGNED, 0) & ~PASID_MASK;
      scratch.set(ValueLayout.JAVA_INT_UNALIGNED, 0, word | tenant.pasid() | PRIVILEGED);
      inFlight++;
      if (!physical.offer(wq, scratch, 0, physical.threshold(wq))) {
        inFlight--;
        return false;
      }
      backlog.remove();
      reached = Math.max(reached, used);
      return true;
    }

    /** Joins those whose turn may come, or leaves them. */
    private void update() {
      boolean busy = inFlight > 0 || !backlog.isEmpty();
      if (busy != counted) {
        counted = busy;
        active += busy ? 1 : -1;
      }
      if (!queued && eligible()) {
        used = Math.max(used, reached - MOST_CREDIT);
        key = used;
        queued = true;
        ready.add(this);
      }
    }

    private boolean eligible() {
      int share = Math.max(1, window / Math.max(1, active));
      return !held && !backlog.isEmpty() && backlog.head() < fence && inFlight < share;
    }

    @Override
    public int size() {
      return physical.size(wq);
    }

    @Override
    public boolean enable(QueueTerms terms) {
      synchronized (SharedQueue.this) {
        if (inFlight > 0) {
          return false;
        }
        backlog.clear();
        fence = NO_FENCE;
        open = true;
        return true;
      }
    }

    @Override
    public BooleanSupplier drain(boolean close, boolean discard) {
      synchronized (SharedQueue.this) {
        open &= !close;
        if (discard) {
          backlog.clear();
        }
        long until = backlog.tail();
        fence = until;
        update();
        return () -> passed(until);
      }
    }

    private boolean passed(long until) {
      synchronized (SharedQueue.this) {
        if (backlog.head() < until || inFlight > 0) {
          return false;
        }
        if (fence == until) {
          fence = NO_FENCE;
          update();
          feed();
        }
        return true;
      }
    }

    @Override
    public void disable() {
      synchronized (SharedQueue.this) {
        open = false;
        backlog.clear();
        update();
      }
    }

    @Override
    public boolean offer(MemorySegment from, long at, int limit) {
      synchronized (SharedQueue.this) {
        boolean taken = open && backlog.add(from, at, limit);
        if (taken) {
          update();
          feed();
        }
        return taken;
      }
    }

    @Override
    public int occupancy() {
      synchronized (SharedQueue.this) {
        return backlog.size();
      }
    }

    @Override
    public BooleanSupplier hold(boolean on) {
      synchronized (SharedQueue.this) {
        held = on;
        update();
        feed();
        return this::free;
      }
    }

    @Override
    public MemorySegment held() {
      synchronized (SharedQueue.this) {
        return backlog.copy();
      }
    }

    @Override
    public boolean keep(MemorySegment descriptors) {
      synchronized (SharedQueue.this) {
        long bytes = descriptors.byteSize();
        boolean fits = bytes % Descriptor.BYTES == 0 && bytes / Descriptor.BYTES <= size();
        for (long at = 0; fits && at < bytes; at += Descriptor.BYTES) {
          fits = backlog.add(descriptors, at, size());
        }
        update();
        return fits;
      }
    }

    /** {@return whether nothing of the tenant is in the physical queue or its engines} */
    boolean free() {
      synchronized (SharedQueue.this) {
        return inFlight == 0;
      }
    }

    /** Gives the part back; nothing of the tenant is left. */
    void giveBack() {
      synchronized (SharedQueue.this) {
        disable();
        parts[tenant.pasid()] = null;
        count--;
      }
    }
  }
}
