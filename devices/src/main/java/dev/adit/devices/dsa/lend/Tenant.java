package dev.adit.devices.dsa.lend;

import dev.adit.devices.Dropped;
import dev.adit.devices.VectorEntries;
import dev.adit.devices.dsa.DeviceError;
import dev.adit.devices.dsa.VirtualDsa;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** A virtual device as the queues that work for it know it. */
final class Tenant {
  private final int pasid;
  private final LongAdder descriptors = new LongAdder();
  private final LongAdder nanos = new LongAdder();
  private final Map<Dropped, LongAdder> dropped = new EnumMap<>(Dropped.class);
  private volatile @Nullable VectorEntries entries;
  private volatile @Nullable VirtualDsa function;

  Tenant(int pasid) {
    this.pasid = pasid;
    for (Dropped why : Dropped.values()) {
      dropped.put(why, new LongAdder());
    }
  }

  int pasid() {
    return pasid;
  }

  /**
   * Sets what its handles name and where its errors go.
   *
   * @param newEntries those that the handles of its descriptors name
   */
  void serve(VirtualDsa newFunction, VectorEntries newEntries) {
    entries = newEntries;
    function = newFunction;
  }

  /** An engine is through with one of its descriptors. */
  void finished(long engineNanos) {
    descriptors.increment();
    nanos.add(engineNanos);
  }

  /** A completion interrupt was not sent because of its handle. */
  void dropped(int handle) {
    VectorEntries own = entries;
    count(own == null ? Dropped.UNKNOWN : own.why(handle));
  }

  /** A completion interrupt was not sent because of its record. */
  void withheld() {
    count(Dropped.UNRECORDED);
  }

  private void count(Dropped why) {
    Objects.requireNonNull(dropped.get(why)).increment();
  }

  /** {@return completion interrupts that were not sent, by reason} */
  Map<Dropped, Long> dropped() {
    Map<Dropped, Long> counts = new EnumMap<>(Dropped.class);
    dropped.forEach((why, count) -> counts.put(why, count.sum()));
    return counts;
  }

  /** Reports an error of a descriptor of its queue {@code wq}. */
  boolean report(DeviceError error, int wq) {
    VirtualDsa to = function;
    if (to != null) {
      to.report(error, wq);
    }
    // Without a guest there is nobody to tell, but it is nobody else's error either.
    return true;
  }

  /** {@return descriptors that engines have worked on} */
  long descriptors() {
    return descriptors.sum();
  }

  /** {@return how long engines have worked for it} */
  long engineNanos() {
    return nanos.sum();
  }
}
