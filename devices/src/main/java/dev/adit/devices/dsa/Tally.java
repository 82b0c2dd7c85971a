package dev.adit.devices.dsa;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A counter that any thread may add to and read. */
final class Tally {
  private static final VarHandle COUNT;

  static {
    try {
      COUNT = MethodHandles.lookup().findVarHandle(Tally.class, "count", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("FieldMayBeFinal") // written through the handle
  private volatile long count;

  void add(long n) {
    COUNT.getAndAdd(this, n);
  }

  void increment() {
    COUNT.getAndAdd(this, 1L);
  }

  /** Adds where only one thread ever does. */
  void addAlone(long n) {
    COUNT.setRelease(this, (long) COUNT.get(this) + n);
  }

  long get() {
    return count;
  }
}
