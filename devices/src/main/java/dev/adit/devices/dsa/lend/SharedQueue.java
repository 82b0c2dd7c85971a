package dev.adit.devices.dsa.lend;

import dev.adit.devices.dsa.Borrower;
import dev.adit.devices.dsa.DeviceError;
import dev.adit.devices.dsa.EnginePolicy;
import dev.adit.devices.dsa.QueueTerms;
import dev.adit.devices.dsa.spec.Descriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A shared work queue of a physical function, cut into parts. Each tenant has a backlog of its own,
 * and nobody but the host submits: at the limited portal, with the tenant's PASID, and no more than
 * there are engines. Whose descriptor is next is decided by the engine time that tenants have had,
 * so that neither many nor long descriptors get more than a fair share.
 */
final class SharedQueue implements Borrower {
  /** What a tenant can save up while it has nothing to do. */
  private static final long MOST_CREDIT = 20_000_000;

  /** A tenant counts as active for so long after it had something to do. */
  private static final long RECENT = 10_000_000;

  private static final int PASID_MASK = (1 << 20) - 1;
  private static final int PRIVILEGED = 1 << 31;
  private static final long NO_FENCE = Long.MAX_VALUE;

  private final PhysicalDsa physical;
  private final int wq;
  private final int engines;
  private final PriorityQueue<Part> ready =
      new PriorityQueue<>(Comparator.comparingLong((Part part) -> part.key));
  private final MemorySegment scratch = MemorySegment.ofArray(new long[Descriptor.BYTES / 8]);
  private final ArrayDeque<Part> idle = new ArrayDeque<>();
  private @Nullable Part[] parts = new Part[16];
  private int count;
  private int active;
  private int inService;
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
    this.engines = engines;
    physical.function().lend(wq, this);
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
      inService--;
      part.update();
    }
    feed();
  }

  /** Nobody's descriptors change places among themselves, so who has some under way waits. */
  @Override
  public synchronized boolean urgent(int pasid, long nanos) {
    Part atHand = part(pasid);
    Part next = next();
    return atHand != null
        && next != null
        && next.inFlight == 0
        && inService < 2 * engines
        && next.used < atHand.used + nanos
        && next.isShort()
        && submit(next);
  }

  @Override
  public void dropped(int pasid, int handle) {
    Part part = owner(pasid);
    if (part != null) {
      part.tenant.dropped(handle);
    }
  }

  @Override
  public void withheld(int pasid) {
    Part part = owner(pasid);
    if (part != null) {
      part.tenant.withheld();
    }
  }

  private synchronized @Nullable Part owner(int pasid) {
    return part(pasid);
  }

  @Override
  public boolean failed(DeviceError error) {
    Part part = owner(error.pasid());
    return part != null && part.tenant.report(error, part.index);
  }

  /** Submits while there is something to submit and the queue takes it. */
  private void feed() {
    if (feeding) {
      return;
    }
    feeding = true;
    forgetIdle(System.nanoTime());
    try {
      Part part = next();
      while (part != null && inService < engines && submit(part)) {
        part = next();
      }
    } finally {
      feeding = false;
    }
  }

  /** {@return whose turn it is, if anybody's} */
  private @Nullable Part next() {
    Part part = ready.peek();
    // A turn is reckoned when a part joins; it may have used more since, or have left.
    while (part != null && (!part.eligible() || part.key < part.used)) {
      leave(part);
      part.update();
      part = ready.peek();
    }
    return part;
  }

  private void leave(Part first) {
    ready.remove();
    first.queued = false;
  }

  private boolean submit(Part first) {
    leave(first);
    boolean taken = first.submit();
    first.update();
    return taken;
  }

  /** Lets those go who have had nothing to do for a while, so that others may have more. */
  private void forgetIdle(long now) {
    Part oldest = idle.peek();
    while (oldest != null && (oldest.busy() || now - oldest.idleSince > RECENT)) {
      idle.remove();
      oldest.leaving = false;
      if (!oldest.busy()) {
        oldest.counted = false;
        active--;
      }
      oldest = idle.peek();
    }
  }

  /** A tenant's part of the queue. Guarded by the queue. */
  final class Part implements Share {
    private final Tenant tenant;
    private final int index;
    private final Backlog backlog;
    private boolean open;
    private boolean held;
    private boolean queued;
    private boolean counted;
    private boolean leaving;
    private long idleSince;
    private int inFlight;
    private long fence = NO_FENCE;
    private long used;
    private long key;

    private Part(Tenant tenant, int index) {
      this.tenant = tenant;
      this.index = index;
      backlog = new Backlog(physical.size(wq));
    }

    private boolean isShort() {
      backlog.peek(scratch);
      return EnginePolicy.isShort(scratch, 0);
    }

    private boolean submit() {
      backlog.peek(scratch);
      int word = scratch.get(ValueLayout.JAVA_INT_UNALIGNED, 0) & ~PASID_MASK;
      scratch.set(ValueLayout.JAVA_INT_UNALIGNED, 0, word | tenant.pasid() | PRIVILEGED);
      inFlight++;
      inService++;
      if (!physical.offer(wq, scratch, 0, physical.threshold(wq))) {
        inFlight--;
        inService--;
        return false;
      }
      backlog.remove();
      reached = Math.max(reached, used);
      return true;
    }

    /** Joins those whose turn may come, or leaves them. */
    private void update() {
      if (busy() && !counted) {
        counted = true;
        active++;
      } else if (!busy() && counted && !leaving) {
        leaving = true;
        idleSince = System.nanoTime();
        idle.add(this);
      }
      if (!queued && eligible()) {
        used = Math.max(used, reached - MOST_CREDIT);
        key = used;
        queued = true;
        ready.add(this);
      }
    }

    private boolean busy() {
      return inFlight > 0 || !backlog.isEmpty();
    }

    /**
     * As engines cannot stop in the middle of a descriptor, nobody has more of them than a share;
     * those that do not divide go to whoever comes first.
     */
    private boolean eligible() {
      int sharers = Math.max(1, active);
      int share = Math.max(1, engines / sharers);
      boolean spare = engines % sharers != 0;
      boolean room = inFlight < share || (spare && inFlight == share);
      return room && !held && !backlog.isEmpty() && backlog.head() < fence;
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
        boolean first = backlog.isEmpty();
        boolean taken = open && backlog.add(from, at, limit);
        // Behind others it changes nobody's turn.
        if (taken && first) {
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

    @Override
    public boolean free() {
      synchronized (SharedQueue.this) {
        return inFlight == 0;
      }
    }

    @Override
    public void giveBack() {
      synchronized (SharedQueue.this) {
        disable();
        parts[tenant.pasid()] = null;
        count--;
      }
    }
  }
}
