package dev.adit.interrupts.store;

import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.VectorRoute;
import dev.adit.interrupts.spec.EntryFormat;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The MSI-X table of a function with its pending bits (PCI Express Base Specification, "MSI-X
 * Capability and Table Structures"). An entry is the message address (64 bits), the message data
 * (32 bits) and the vector control word, of which bit 0 is the mask and the rest reads as zero.
 *
 * <p>After reset all entries are masked and MSI-X is off. While it is off, or while the function is
 * masked, vectors that fire become pending.
 *
 * <p>A VMM that emulates the table itself never writes here; it gives each vector that may be
 * delivered a {@link VectorRoute} and takes it away while the vector is masked. A routed vector
 * goes its route whatever the table says; a vector that loses its route becomes pending when it
 * fires, and is delivered when it gets one again.
 */
public final class MsixTable extends WindowedStore {
  /** Most vectors that the capability can express. */
  public static final int MAX_SIZE = 2048;

  private final AtomicReferenceArray<@Nullable VectorRoute> routes;
  private volatile boolean held = true;

  /**
   * Makes a table in its reset state.
   *
   * @param size entries, 1 to 2048
   * @param sink where messages go
   * @param requesterId bus, device and function of the sender, 16 bits
   */
  public MsixTable(int size, MessageSink sink, int requesterId) {
    if (size > MAX_SIZE) {
      throw new IllegalArgumentException("An MSI-X table has at most 2048 entries, not " + size);
    }
    super(EntryFormat.MSIX, size, sink, requesterId);
    routes = new AtomicReferenceArray<>(size);
    reset();
  }

  /** Puts the table into its reset state: off, all entries masked and zero, nothing pending. */
  public void reset() {
    held = true;
    resetEntries();
  }

  /**
   * Takes over what the capability's message control register says.
   *
   * @param enabled MSI-X Enable, bit 15
   * @param masked Function Mask, bit 14
   */
  public void control(boolean enabled, boolean masked) {
    held = !enabled || masked;
    for (int i = 0; !held && i < size(); i++) {
      settle(i);
    }
  }

  /**
   * Gives a vector a route of its own, or takes it away again. What is pending is delivered. After
   * the return the former route is not used any more.
   *
   * @param vector an index below {@link #size}; others are ignored
   */
  public void route(int vector, @Nullable VectorRoute route) {
    if (entries.has(vector)) {
      routes.set(vector, route);
      settle(vector);
      inFlight.await();
    }
  }

  /** Forgets what is pending; for devices whose own reset leaves the table alone. */
  public void clearPending() {
    for (int i = 0; i < size(); i++) {
      entries.clearPending(i);
    }
  }

  /** {@return whether a vector is waiting to be unmasked} */
  public boolean pending(int vector) {
    return entries.has(vector) && entries.pending(vector);
  }

  /**
   * Reads the pending bit array: one bit for each vector, in quadwords. It cannot be written.
   *
   * @param offset bytes from its start
   * @param width 1, 2, 4 or 8 bytes, naturally aligned
   * @return the bits, zero-extended; zero beyond the last vector
   */
  public long readPending(long offset, int width) {
    long value = 0;
    if (offset < 0 || offset > MAX_SIZE / 8 || width < 1 || width > 8) {
      return value;
    }
    for (int i = 0; i < width * 8; i++) {
      value |= pending((int) offset * 8 + i) ? 1L << i : 0;
    }
    return value;
  }

  @Override
  public void fire(int entry) {
    if (!entries.has(entry)) {
      return;
    }
    int slot = inFlight.enter();
    try {
      VectorRoute route = routes.get(entry);
      if (route != null) {
        route.deliver();
      } else {
        sendOrMark(entry, ANY_CAUSE);
      }
    } finally {
      inFlight.leave(slot);
    }
  }

  @Override
  public boolean admits(int entry, int pasid) {
    return entries.has(entry);
  }

  @Override
  void sendPending(int entry) {
    VectorRoute route = routes.get(entry);
    if (route == null) {
      super.sendPending(entry);
      return;
    }
    for (long s = entries.state(entry); (s & MessageEntries.PENDING) != 0; ) {
      if (entries.replace(entry, s, s & ~MessageEntries.PENDING)) {
        route.deliver();
        return;
      }
      s = entries.state(entry);
    }
  }

  @Override
  boolean held() {
    return held;
  }

  @Override
  boolean answers(long state, int cause) {
    return true;
  }

  @Override
  int tag(long state) {
    return NO_PASID;
  }
}
