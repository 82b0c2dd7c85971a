package dev.adit.interrupts.store;

import dev.adit.interrupts.Bytes;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.spec.EntryFormat;
import dev.adit.interrupts.spec.MessageEntry;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * The entries of an {@link ImsArray} in memory that a guest has mapped: it changes them and nobody
 * is told. So the device looks at an entry when it fires it, and software that unmasks an entry
 * with a message waiting says so.
 *
 * <pre>
 *   16 n          entry n, as in {@link ImsArray}; its pending bit is not used
 *   4096 + n      one byte, 1 while entry n has a message waiting; written by the device
 * </pre>
 *
 * <p>What is in here is the guest's: a pair may be torn, forged or both, and whether a message
 * waits is kept where the guest cannot change it. A remapper has to judge what leaves.
 */
final class ImsPage {
  static final int PENDING = 4096;

  private static final int ENTRY = MessageEntry.BYTES;
  private static final int DATA = MessageEntry.DATA;
  private static final int CONTROL = MessageEntry.CONTROL;
  private static final VarHandle LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();

  private final EntryFormat format;
  private final MemorySegment memory;
  private final AtomicIntegerArray waiting;
  private final MessageSink sink;
  private final int requesterId;

  ImsPage(EntryFormat format, MemorySegment memory, int size, MessageSink sink, int requesterId) {
    if (memory.byteSize() < 2 * PENDING || size * ENTRY > PENDING) {
      throw new IllegalArgumentException("two pages, for " + PENDING / ENTRY + " entries at most");
    }
    this.format = format;
    this.memory = memory;
    this.sink = sink;
    this.requesterId = requesterId;
    waiting = new AtomicIntegerArray(size);
    reset();
  }

  /** Puts all entries into their reset state. */
  void reset() {
    for (int entry = 0; entry < waiting.length(); entry++) {
      INT.setVolatile(memory, at(entry) + CONTROL, MessageEntries.MASK);
      LONG.setVolatile(memory, at(entry), format.resetAddress());
      INT.setVolatile(memory, at(entry) + DATA, 0);
      waiting.set(entry, 0);
      show(entry, 0);
    }
  }

  private static long at(int entry) {
    return (long) entry * ENTRY;
  }

  private void show(int entry, int pending) {
    BYTE.setVolatile(memory, (long) PENDING + entry, (byte) pending);
  }

  int control(int entry) {
    return (int) INT.getVolatile(memory, at(entry) + CONTROL);
  }

  private boolean masked(int entry) {
    return (control(entry) & MessageEntries.MASK) != 0;
  }

  boolean pending(int entry) {
    return waiting.get(entry) != 0;
  }

  /**
   * Sends an entry's message, or keeps it. First kept, then looked at the mask again: whoever
   * unmasks does it the other way round, so at least one of the two sees the other.
   */
  void fire(int entry) {
    if (!masked(entry)) {
      send(entry);
      return;
    }
    waiting.set(entry, 1);
    show(entry, 1);
    settle(entry);
  }

  /** Sends what waits if the mask is off. */
  void settle(int entry) {
    if (!masked(entry) && waiting.get(entry) != 0) {
      show(entry, 0);
      if (waiting.compareAndSet(entry, 1, 0)) {
        send(entry);
      }
    }
  }

  private void send(int entry) {
    long to = (long) LONG.getVolatile(memory, at(entry));
    int with = (int) INT.getVolatile(memory, at(entry) + DATA);
    if (format.admits(to)) {
      sink.send(to & ~3L, with, requesterId, MessageStore.NO_PASID);
    }
  }

  /** Reads as the bus does where the client has not mapped the memory. */
  long read(long offset, int width) {
    long aligned = offset & ~7L;
    return Bytes.get((long) LONG.getVolatile(memory, aligned), (int) (offset - aligned), width);
  }

  /** Writes as the bus does where the client has not mapped the memory. */
  void write(long offset, int width, long value) {
    long aligned = offset & ~7L;
    long old = (long) LONG.getVolatile(memory, aligned);
    LONG.setVolatile(memory, aligned, Bytes.set(old, (int) (offset - aligned), width, value));
    settle((int) (offset / ENTRY));
  }
}
