package dev.adit.host;

import dev.adit.devices.dsa.DeviceError;
import dev.adit.devices.dsa.VirtualDsa;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** A virtual device as the queues that work for it know it. */
final class Tenant {
  private final int pasid;
  private final LongAdder descriptors = new LongAdder();
  private final LongAdder nanos = new LongAdder();
  private volatile @Nullable VirtualDsa function;

  Tenant(int pasid) {
    this.pasid = pasid;
  }

  int pasid() {
    return pasid;
  }

  /** Sets where its interrupts and errors go. */
  void serve(VirtualDsa newFunction) {
    function = newFunction;
  }

  /** An engine is through with one of its descriptors. */
  void finished(long engineNanos) {
    descriptors.increment();
    nanos.add(engineNanos);
  }

  /** A completion has come through the entry of a vector. */
  void complete(int vector) {
    VirtualDsa to = function;
    if (to != null) {
      to.complete(vector);
    }
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
