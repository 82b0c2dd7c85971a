package dev.adit.devices.dsa;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Which descriptor an engine is working on: the queue's index above 56 bits of position. */
final class Claim {
  private static final long NOTHING = -1;
  private static final int SHIFT = 56;
  private static final VarHandle VALUE;

  static {
    try {
      VALUE = MethodHandles.lookup().findVarHandle(Claim.class, "value", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("FieldMayBeFinal") // written through the handle
  private volatile long value = NOTHING;

  /** Release is enough: the compare-and-set of the head that follows is a full fence. */
  void set(int wq, long position) {
    VALUE.setRelease(this, (long) wq << SHIFT | position);
  }

  void clear() {
    VALUE.setRelease(this, NOTHING);
  }

  /** {@return whether it is on a queue's position before another} */
  boolean before(int wq, long below) {
    long now = value;
    return now != NOTHING && now >>> SHIFT == wq && (now & (1L << SHIFT) - 1) < below;
  }

  /** {@return whether it is on anything} */
  boolean held() {
    return value != NOTHING;
  }
}
