package dev.adit.devices;

import dev.adit.interrupts.Bytes;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.store.MsixTable;
import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.Switch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The MSI-X of a virtual function: a table that its guest, or the VMM in the guest's place, writes,
 * and behind each vector from 1 on an entry of a store. A vector is open if the table says so, or
 * the VMM that emulates the table and routes vectors past it; what the table masks is masked in the
 * entry, so that the interrupt waits there.
 *
 * <p>Table and switches are for the thread of register accesses, everything else for any.
 */
public final class GuestVectors {
  /** What stands behind the vectors. */
  public interface Behind {
    /**
     * Masks a vector's entry or lets it through.
     *
     * @param vector from 1 on
     */
    void mask(int vector, boolean masked);

    /**
     * {@return whether a vector's entry has an interrupt waiting behind its mask}
     *
     * @param vector from 1 on
     */
    boolean pending(int vector);
  }

  private static final int ENTRY = 16;
  private static final int CONTROL = 12;

  private final EmulatedConfigSpace config;
  private final Behind behind;
  private final MsixTable table;
  private final AtomicLongArray completions;
  private final boolean[] byTable;
  private final boolean[] byRoute;
  private final boolean[] open;
  private long toBeSent;

  /**
   * Makes the vectors, all masked.
   *
   * @param vectors with vector 0, at most 64
   * @param config of the function; what it switches is told by {@link #switched}
   * @param sink where messages of the table go
   * @param requesterId bus, device and function in the guest, 16 bits
   */
  public GuestVectors(
      int vectors, EmulatedConfigSpace config, Behind behind, MessageSink sink, int requesterId) {
    this.config = config;
    this.behind = behind;
    table = new MsixTable(vectors, sink, requesterId);
    completions = new AtomicLongArray(vectors);
    byTable = new boolean[vectors];
    byRoute = new boolean[vectors];
    open = new boolean[vectors];
  }

  /** {@return the table} */
  public MsixTable table() {
    return table;
  }

  /** {@return bytes of the table as the guest reads them, 0 behind its end} */
  public long read(long offset, int width) {
    return offset < (long) table.size() * ENTRY ? table.read(offset, width) : 0;
  }

  /** Takes a write of the guest to the table. */
  public void write(long offset, int width, long value) {
    table.write(offset, width, value);
    show();
  }

  /** {@return the pending bits: those of the table, and of entries behind their mask} */
  public long pending() {
    long bits = table.readPending(0, Long.BYTES);
    for (int vector = 1; vector < table.size(); vector++) {
      bits |= behind.pending(vector) ? 1L << vector : 0;
    }
    return bits;
  }

  /** {@return bytes of the pending bits as the guest reads them} */
  public long readPending(long offset, int width) {
    return offset >= 0 && offset < Long.BYTES ? Bytes.get(pending(), (int) offset, width) : 0;
  }

  /** Takes a switch of the configuration space. */
  public void switched(Switch which) {
    if (which == Switch.MSIX_ENABLE || which == Switch.MSIX_FUNCTION_MASK) {
      table.control(config.on(Switch.MSIX_ENABLE), config.on(Switch.MSIX_FUNCTION_MASK));
      show();
    }
  }

  /** Brings the entries to what the table and the switches say. */
  public void show() {
    boolean on = config.on(Switch.MSIX_ENABLE) && !config.on(Switch.MSIX_FUNCTION_MASK);
    for (int vector = 1; vector < table.size(); vector++) {
      long word = table.read((long) vector * ENTRY + CONTROL, 4);
      table(vector, on && (word & 1) == 0);
    }
  }

  private synchronized void table(int vector, boolean isOpen) {
    byTable[vector] = isOpen;
    forward(vector);
  }

  /** Takes what the VMM says of a vector that it routes; of those that do not exist, nothing. */
  public synchronized void route(int vector, boolean isOpen) {
    if (vector >= 0 && vector < byRoute.length) {
      byRoute[vector] = isOpen;
      forward(vector);
    }
  }

  private void forward(int vector) {
    boolean now = byTable[vector] || byRoute[vector];
    if (vector > 0 && now != open[vector]) {
      open[vector] = now;
      behind.mask(vector, !now);
    }
  }

  /** Masks everything, as at power-on; what the VMM has said of its routes stays. */
  public void reset() {
    table.reset();
    show();
  }

  /** {@return the table, for {@link #restore}} */
  public byte[] saved() {
    ByteBuffer image = ByteBuffer.allocate(table.size() * ENTRY).order(ByteOrder.LITTLE_ENDIAN);
    while (image.hasRemaining()) {
      image.putInt((int) table.read(image.position(), Integer.BYTES));
    }
    return image.array();
  }

  /**
   * Becomes what was saved, after the configuration space has.
   *
   * @param image as {@link #saved} gave it
   * @param waiting the {@link #pending} bits of then, which {@link #awaken} sends
   */
  public void restore(byte[] image, long waiting) {
    ByteBuffer from = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < image.length; at += Integer.BYTES) {
      table.write(at, Integer.BYTES, Integer.toUnsignedLong(from.getInt(at)));
    }
    toBeSent = waiting;
    show();
  }

  /** Sends what waited when it was saved. */
  public void awaken() {
    for (int vector = 0; vector < table.size(); vector++) {
      if ((toBeSent >>> vector & 1) != 0) {
        table.fire(vector);
      }
    }
    toBeSent = 0;
  }

  /** An interrupt has come through the entry of a vector. Neither blocks nor allocates. */
  public void complete(int vector) {
    if (vector >= 1 && vector < table.size()) {
      completions.incrementAndGet(vector);
      table.fire(vector);
    }
  }

  /** {@return how many interrupts have come through the entry of a vector} */
  public long completions(int vector) {
    return completions.get(vector);
  }
}
