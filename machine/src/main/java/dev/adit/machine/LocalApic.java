package dev.adit.machine;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The local APIC of a processor, as far as it receives: counts what was delivered, vector by
 * vector. A handler can be hooked to a vector; it runs on the sender's thread and must neither
 * block nor call the sender's registers.
 */
public final class LocalApic {
  private static final int VECTORS = 256;

  /** Vectors below cannot be received: the APIC notes an error and no more (SDM 3A, 11.5.2). */
  private static final int FIRST = 16;

  private final AtomicLongArray delivered = new AtomicLongArray(VECTORS);
  private final AtomicReferenceArray<@Nullable Runnable> handlers =
      new AtomicReferenceArray<>(VECTORS);

  /** Delivers a vector; 0 to 15 are no vectors of interrupts and come to nothing. */
  public void deliver(int vector) {
    int at = vector & 0xFF;
    if (at < FIRST) {
      return;
    }
    delivered.incrementAndGet(at);
    Runnable handler = handlers.get(at);
    if (handler != null) {
      handler.run();
    }
  }

  /** {@return how often a vector was delivered} */
  public long delivered(int vector) {
    return delivered.get(vector & 0xFF);
  }

  /** {@return how often any vector was delivered} */
  public long delivered() {
    long sum = 0;
    for (int vector = FIRST; vector < VECTORS; vector++) {
      sum += delivered.get(vector);
    }
    return sum;
  }

  /** Sets what a vector does beside being counted. */
  public void handle(int vector, @Nullable Runnable handler) {
    handlers.set(vector & 0xFF, handler);
  }
}
