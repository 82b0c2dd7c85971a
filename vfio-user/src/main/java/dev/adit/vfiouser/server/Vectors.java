package dev.adit.vfiouser.server;

import dev.adit.vfiouser.Interrupts;
import dev.adit.vfiouser.Irq;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The interrupt vectors of a device, as the client set them up. {@link #signal} may be called by
 * any thread; it neither allocates nor blocks.
 */
public final class Vectors implements Interrupts {
  private final List<Irq> irqs;
  private final Vector[][] vectors;

  Vectors(List<Irq> irqs) {
    this.irqs = irqs;
    vectors = new Vector[irqs.size()][];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = new Vector[irqs.get(i).count()];
      for (int v = 0; v < vectors[i].length; v++) {
        vectors[i][v] = new Vector(irqs.get(i).automasked());
      }
    }
  }

  @Override
  public void signal(int index, int vector) {
    if (exists(index, vector)) {
      vectors[index][vector].signal();
    }
  }

  @Override
  public boolean pending(int index, int vector) {
    return exists(index, vector) && vectors[index][vector].pending();
  }

  @Override
  public void withdraw(int index, int vector) {
    if (exists(index, vector)) {
      vectors[index][vector].withdraw();
    }
  }

  @Override
  public void readPending(int index, long offset, MemorySegment into, long at, int count) {
    for (int i = 0; i < count; i++) {
      int bits = 0;
      for (int bit = 0; bit < 8; bit++) {
        long vector = (offset + i) * 8 + bit;
        if (vector >= 0 && vector <= Integer.MAX_VALUE && pending(index, (int) vector)) {
          bits |= 1 << bit;
        }
      }
      into.set(ValueLayout.JAVA_BYTE, at + i, (byte) bits);
    }
  }

  private boolean exists(int index, int vector) {
    return index >= 0 && index < vectors.length && vector >= 0 && vector < vectors[index].length;
  }

  List<Irq> irqs() {
    return irqs;
  }

  Vector vector(int index, int vector) {
    return vectors[index][vector];
  }

  /** A reset of the device: what fired before is forgotten. */
  void withdrawAll() {
    for (Vector[] index : vectors) {
      for (Vector vector : index) {
        vector.withdraw();
      }
    }
  }
}
