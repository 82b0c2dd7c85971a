package dev.adit.interrupts.store;

import dev.adit.interrupts.Bytes;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.spec.EntryFormat;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * An interrupt message store in device memory: entries of 16 bytes as {@link
 * dev.adit.interrupts.spec.MessageEntry} lays them out, with a control word in the device's own
 * {@link EntryFormat}.
 *
 * <p>After reset an entry is masked. A masked entry that fires becomes pending, and sends once when
 * its mask is cleared. There is no array of pending bits and no limit of 2048 entries. The number
 * in the entry is what {@link #admits} compares a work item with: the substitute, in the device,
 * for a remapper that would check PASIDs.
 */
public final class ImsArray extends WindowedStore {
  private final boolean tagged;
  private volatile @Nullable ImsPage page;

  /**
   * Makes an array in its reset state whose messages carry no PASID, as all hardware does.
   *
   * @param format of its entries
   * @param size how many, at least 1
   * @param sink where messages go
   * @param requesterId bus, device and function of the sender, 16 bits
   */
  public ImsArray(EntryFormat format, int size, MessageSink sink, int requesterId) {
    this(format, size, sink, requesterId, false);
  }

  /**
   * Makes an array in its reset state.
   *
   * @param tagged an extension past all hardware: messages are tagged with the PASID of their
   *     entry, for a remapper that checks it
   */
  public ImsArray(EntryFormat format, int size, MessageSink sink, int requesterId, boolean tagged) {
    super(format, size, sink, requesterId);
    this.tagged = tagged;
    reset();
  }

  /** Puts all entries into their reset state. */
  public void reset() {
    resetEntries();
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
    page = new ImsPage(format, memory, size(), sink, requesterId);
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
    return entries.has(entry) && entries.pending(entry);
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
        && format.owner(mapped == null ? entries.control(entry) : mapped.control(entry)) == pasid;
  }

  @Override
  boolean answers(long state, int cause) {
    int control = (int) state;
    return cause == ANY_CAUSE
        || ((control & format.ignore()) == 0 && format.owner(control) == cause);
  }

  @Override
  boolean held() {
    return false;
  }

  @Override
  int tag(long state) {
    return tagged ? format.owner((int) state) : NO_PASID;
  }
}
