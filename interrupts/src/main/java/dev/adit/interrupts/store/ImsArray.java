package dev.adit.interrupts.store;

import dev.adit.interrupts.Bytes;
import dev.adit.interrupts.MessageSink;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * An interrupt message store in device memory, in the entry format of DSA (Intel DSA Architecture
 * Specification 3.0, section 9.2.28):
 *
 * <pre>
 *   bytes 7:0    message address; a write whose bits 63:20 are not 0xFEE is ignored, bits 1:0 are 0
 *   bytes 11:8   message data
 *   bytes 15:12  0 mask   1 pending (read only)   2 ignore   3 PASID enable   31:12 PASID
 * </pre>
 *
 * <p>After reset an entry is masked and its address is 0xFEE00000. A masked entry that fires
 * becomes pending, and sends once when its mask is cleared. There is no array of pending bits and
 * no limit of 2048 entries. The number in the entry is what {@link #admits} compares a work item
 * with: the substitute, in the device, for a remapper that would check PASIDs.
 */
public final class ImsArray extends WindowedStore {
  /** Control: completions of descriptors neither send nor become pending. */
  static final int IGNORE = 1 << 2;

  /** Control: the entry belongs to one PASID. */
  public static final int PASID_ENABLE = 1 << 3;

  static final int PASID_SHIFT = 12;

  /** The address of an entry after reset. */
  static final long RESET_ADDRESS = 0xFEE0_0000L;

  private static final int WRITABLE =
      MessageEntries.MASK | IGNORE | PASID_ENABLE | (-1 << PASID_SHIFT);

  private final boolean tagged;
  private volatile @Nullable ImsPage page;

  /**
   * Makes an array in its reset state whose messages carry no PASID, as all hardware does.
   *
   * @param size entries, at least 1
   * @param sink where messages go
   * @param requesterId bus, device and function of the sender, 16 bits
   */
  public ImsArray(int size, MessageSink sink, int requesterId) {
    this(size, sink, requesterId, false);
  }

  /**
   * Makes an array in its reset state.
   *
   * @param tagged an extension past all hardware: messages are tagged with the PASID of their
   *     entry, for a remapper that checks it
   */
  public ImsArray(int size, MessageSink sink, int requesterId, boolean tagged) {
    super(size, sink, requesterId);
    this.tagged = tagged;
    reset();
  }

  /** Puts all entries into their reset state. */
  public void reset() {
    resetEntries(RESET_ADDRESS);
    ImsPage mapped = page;
    if (mapped != null) {
      mapped.reset();
    }
  }

  /**
   * Keeps the entries in memory from now on that a guest may change without anybody being told: two
   * pages, the entries in the first and a pending byte for each in the second. Software that has
   * unmasked an entry whose pending byte is set has {@link #settleEntry} called.
   *
   * @throws IllegalArgumentException if there are more than 256 entries
   */
  public void back(MemorySegment memory) {
    page = new ImsPage(memory, size(), sink, requesterId);
  }

  /** Sends what waits in an entry that was unmasked in memory. */
  public void settleEntry(int entry) {
    ImsPage mapped = page;
    if (mapped != null && entries.has(entry)) {
      inSlot(() -> mapped.settle(entry));
    }
  }

  @Override
  public long read(long offset, int width) {
    ImsPage mapped = page;
    if (mapped == null || !Bytes.shaped(offset, width) || offset >= 2 * ImsPage.PENDING) {
      return super.read(offset, width);
    }
    long value = mapped.read(offset, width);
    awaitMessages();
    return value;
  }

  @Override
  public void write(long offset, int width, long value) {
    ImsPage mapped = page;
    if (mapped != null && covers(offset, width)) {
      inSlot(
          () -> {
            synchronized (mapped) {
              mapped.write(offset, width, value);
            }
          });
    } else {
      super.write(offset, width, value);
    }
  }

  /** What sends is waited for by reads. */
  private void inSlot(Runnable change) {
    int slot = inFlight.enter();
    try {
      change.run();
    } finally {
      inFlight.leave(slot);
    }
  }

  private boolean signalEntry(int entry, int cause) {
    ImsPage mapped = page;
    if (mapped == null) {
      return signal(entry, cause);
    }
    int slot = inFlight.enter();
    try {
      if (!answers(mapped.control(entry), cause)) {
        return false;
      }
      mapped.fire(entry);
      return true;
    } finally {
      inFlight.leave(slot);
    }
  }

  /** {@return whether an entry is masked with a message waiting} */
  public boolean pending(int entry) {
    ImsPage mapped = page;
    if (mapped != null) {
      return entries.has(entry) && mapped.pending(entry);
    }
    return entries.has(entry) && (entries.control(entry) & MessageEntries.PENDING) != 0;
  }

  @Override
  public void fire(int entry) {
    if (entries.has(entry)) {
      boolean _ = signalEntry(entry, ANY_CAUSE);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Nor if the entry is told to ignore completions.
   */
  @Override
  public boolean complete(int entry, int pasid) {
    return entries.has(entry) && pasid != ANY_CAUSE && signalEntry(entry, pasid);
  }

  @Override
  public boolean admits(int entry, int pasid) {
    ImsPage mapped = page;
    return entries.has(entry)
        && owner(mapped == null ? entries.control(entry) : mapped.control(entry)) == pasid;
  }

  @Override
  boolean answers(long state, int cause) {
    int control = (int) state;
    return cause == ANY_CAUSE || ((control & IGNORE) == 0 && owner(control) == cause);
  }

  private static int owner(int control) {
    return (control & PASID_ENABLE) != 0 ? control >>> PASID_SHIFT : NO_PASID;
  }

  @Override
  long acceptAddress(long old, long written) {
    return written >>> 20 == RESET_ADDRESS >>> 20 ? written & ~3L : old;
  }

  @Override
  int writableControl() {
    return WRITABLE;
  }

  @Override
  int readableControl() {
    return WRITABLE | MessageEntries.PENDING;
  }

  @Override
  boolean held() {
    return false;
  }

  @Override
  int tag(long state) {
    return tagged ? owner((int) state) : NO_PASID;
  }
}
