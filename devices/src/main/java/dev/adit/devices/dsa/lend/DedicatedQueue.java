package dev.adit.devices.dsa.lend;

import dev.adit.devices.dsa.Borrower;
import dev.adit.devices.dsa.DeviceError;
import dev.adit.devices.dsa.QueueTerms;
import dev.adit.devices.dsa.spec.Descriptor;
import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;

/**
 * A dedicated work queue of a physical function in one tenant's hands: its descriptors go straight
 * in, and the queue carries the tenant's PASID.
 */
final class DedicatedQueue implements Share, Borrower {
  private final PhysicalDsa physical;
  private final int wq;
  private final int index;
  private final Tenant tenant;
  private final Backlog backlog;
  private final MemorySegment scratch = MemorySegment.ofArray(new long[Descriptor.BYTES / 8]);
  private boolean open;
  private boolean toBeReset;
  private volatile boolean held;
  private volatile boolean waiting;
  private BooleanSupplier ended = () -> true;

  /**
   * @param wq the queue of the physical function
   * @param index the queue as the tenant counts
   */
  DedicatedQueue(PhysicalDsa physical, int wq, int index, Tenant tenant) {
    this.physical = physical;
    this.wq = wq;
    this.index = index;
    this.tenant = tenant;
    backlog = new Backlog(physical.size(wq));
    physical.function().lend(wq, this);
  }

  @Override
  public int size() {
    return physical.size(wq);
  }

  @Override
  public synchronized boolean enable(QueueTerms terms) {
    if (!ended.getAsBoolean()) {
      return false;
    }
    resetIfDue();
    open = physical.enable(wq, terms, tenant.pasid());
    return open;
  }

  private void resetIfDue() {
    if (toBeReset) {
      physical.reset(wq);
      toBeReset = false;
    }
  }

  @Override
  public synchronized BooleanSupplier drain(boolean close, boolean discard) {
    if (close) {
      open = false;
    }
    if (discard) {
      backlog.clear();
      waiting = false;
    }
    BooleanSupplier wait = backlog.isEmpty() ? now(close, discard) : new Later(close);
    if (close) {
      ended = wait;
    }
    return wait;
  }

  private BooleanSupplier now(boolean close, boolean discard) {
    return physical.function().drain(wq, close, discard);
  }

  /** A drain that begins when nothing is kept back any more. */
  private final class Later implements BooleanSupplier {
    private final boolean close;
    private BooleanSupplier begun = () -> false;
    private boolean started;

    Later(boolean close) {
      this.close = close;
    }

    @Override
    public boolean getAsBoolean() {
      synchronized (DedicatedQueue.this) {
        if (!started && backlog.isEmpty()) {
          started = true;
          begun = now(close, false);
        }
        return begun.getAsBoolean();
      }
    }
  }

  @Override
  public synchronized void disable() {
    open = false;
    toBeReset = true;
    if (ended.getAsBoolean()) {
      resetIfDue();
    }
  }

  @Override
  public synchronized boolean free() {
    if (open || !ended.getAsBoolean()) {
      return false;
    }
    resetIfDue();
    return true;
  }

  @Override
  public void giveBack() {
    physical.function().lend(wq, null);
  }

  @Override
  public synchronized boolean offer(MemorySegment from, long at, int limit) {
    if (!open) {
      return false;
    }
    if (held || !backlog.isEmpty()) {
      boolean taken = backlog.add(from, at, limit);
      waiting = !backlog.isEmpty();
      return taken;
    }
    return physical.offer(wq, from, at, limit);
  }

  @Override
  public synchronized int occupancy() {
    return Math.min(size(), backlog.size() + physical.function().occupancy(wq));
  }

  @Override
  public synchronized BooleanSupplier hold(boolean on) {
    held = on;
    if (!on) {
      feed();
    }
    return open ? now(false, false) : ended;
  }

  private synchronized void feed() {
    while (!held && !backlog.isEmpty()) {
      backlog.peek(scratch);
      if (!physical.offer(wq, scratch, 0, size())) {
        return;
      }
      backlog.remove();
    }
    waiting = !backlog.isEmpty();
  }

  @Override
  public synchronized MemorySegment held() {
    return backlog.copy();
  }

  @Override
  public synchronized boolean keep(MemorySegment descriptors) {
    long bytes = descriptors.byteSize();
    boolean fits = bytes % Descriptor.BYTES == 0 && bytes / Descriptor.BYTES <= size();
    for (long at = 0; fits && at < bytes; at += Descriptor.BYTES) {
      fits = backlog.add(descriptors, at, size());
    }
    waiting = !backlog.isEmpty();
    return fits;
  }

  @Override
  public void finished(int pasid, long nanos) {
    tenant.finished(nanos);
    if (waiting && !held) {
      feed();
    }
  }

  @Override
  public boolean urgent(int pasid, long nanos) {
    return false;
  }

  @Override
  public void dropped(int pasid, int handle) {
    tenant.dropped(handle);
  }

  @Override
  public void withheld(int pasid) {
    tenant.withheld();
  }

  @Override
  public boolean failed(DeviceError error) {
    return tenant.report(error, index);
  }
}
