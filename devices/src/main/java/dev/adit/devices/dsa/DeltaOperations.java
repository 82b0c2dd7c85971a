package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Status;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Create and Apply Delta Record (sections 8.3.8 and 8.3.9). A record is a sequence of 10-byte
 * entries: the offset in words of 8 bytes, 16 bits, and the word.
 */
final class DeltaOperations {
  private static final int ENTRY = 10;
  private static final int WORD = Long.BYTES;
  private static final int ENTRIES = Bus.BLOCK / ENTRY;

  private static final int EQUAL = 0;
  private static final int DIFFERENT = 1;
  private static final int OVERFLOW = 2;

  private final Bus bus;
  private final Outcome outcome;
  private final byte[] first = new byte[Bus.BLOCK];
  private final byte[] second = new byte[Bus.BLOCK];
  private final MemorySegment firstBlock = MemorySegment.ofArray(first);
  private final MemorySegment secondBlock = MemorySegment.ofArray(second);
  private final MemorySegment entries = MemorySegment.ofArray(new byte[ENTRIES * ENTRY]);

  private long deltaAddress;
  private long deltaSize;
  private int pending;

  DeltaOperations(Bus bus, Outcome outcome) {
    this.bus = bus;
    this.outcome = outcome;
  }

  void create(MemorySegment d, long at) {
    long size = Descriptor.size(d, at);
    long original = Descriptor.source(d, at);
    long modified = Descriptor.destination(d, at);
    long room = Descriptor.intAt(d, at, Descriptor.DELTA_MAX_SIZE);
    deltaAddress = Descriptor.longAt(d, at, Descriptor.DELTA_ADDRESS);
    deltaSize = 0;
    pending = 0;
    long done = 0;
    boolean full = false;
    while (done < size && !full && !bus.faulted()) {
      int length = (int) Math.min(size - done, Bus.BLOCK);
      int got = bus.fetch(original + done, firstBlock, 0, length, 0);
      int both = got == 0 ? 0 : bus.fetch(modified + done, secondBlock, 0, got, 1) & -WORD;
      int end = compareWords(done, both, room);
      full = end < both && !bus.faulted();
      done += end;
    }
    long lost = flush();
    finishCreate(d, at, lost >= 0 ? lost : done, size, full);
  }

  /**
   * Compares the words of both blocks and records those that differ.
   *
   * @return where it stopped: at the end, or at the first word that found no room
   */
  private int compareWords(long done, int length, long room) {
    int at = 0;
    while (at < length) {
      int same = Arrays.mismatch(first, at, length, second, at, length);
      if (same < 0) {
        return length;
      }
      at = (at + same) & -WORD;
      if (deltaSize + (long) (pending + 1) * ENTRY > room) {
        return at;
      }
      if (pending == ENTRIES && flush() >= 0) {
        return at;
      }
      long entry = (long) pending * ENTRY;
      entries.set(Descriptor.SHORT, entry, (short) ((done + at) / WORD));
      entries.set(Descriptor.LONG, entry + 2, secondBlock.get(Descriptor.LONG, at));
      pending++;
      at += WORD;
    }
    return at;
  }

  /** {@return -1, or the source offset of the first entry that could not be written} */
  private long flush() {
    int length = pending * ENTRY;
    if (length == 0) {
      return -1;
    }
    int written = bus.store(deltaAddress + deltaSize, entries, 0, length, 2) / ENTRY;
    deltaSize += (long) written * ENTRY;
    if (written == pending) {
      pending = 0;
      return -1;
    }
    // What is left stays pending, so that a second call finds the same place again.
    long left = (long) (pending - written) * ENTRY;
    MemorySegment.copy(entries, (long) written * ENTRY, entries, 0, left);
    pending -= written;
    return (entries.get(Descriptor.SHORT, 0) & 0xffffL) * WORD;
  }

  private void finishCreate(MemorySegment d, long at, long done, long size, boolean full) {
    outcome.word16 = deltaSize;
    outcome.result = full ? OVERFLOW : deltaSize > 0 ? DIFFERENT : EQUAL;
    outcome.bytesCompleted = done < size ? done : 0;
    int mask = Descriptor.byteAt(d, at, Descriptor.EXPECTED_MASK);
    if ((Descriptor.flags(d, at) & Flags.CHECK_RESULT) != 0 && (mask >> outcome.result & 1) == 0) {
      outcome.status = Status.SUCCESS_FALSE;
    }
  }

  void apply(MemorySegment d, long at) {
    long size = Descriptor.size(d, at);
    long delta = Descriptor.source(d, at);
    long to = Descriptor.destination(d, at);
    long length = Descriptor.intAt(d, at, Descriptor.DELTA_SIZE);
    long done = 0;
    long previous = -1;
    while (done < length && !bus.faulted()) {
      int want = (int) Math.min(length - done, (long) ENTRIES * ENTRY);
      int got = bus.fetch(delta + done, entries, 0, want, 0) / ENTRY;
      for (int i = 0; i < got; i++) {
        long offset = (entries.get(Descriptor.SHORT, (long) i * ENTRY) & 0xffffL) * WORD;
        int error = offset <= previous ? Status.DELTA_ORDER : 0;
        error = error == 0 && offset >= size ? Status.DELTA_OFFSET : error;
        if (error != 0) {
          bus.forgetFault();
          outcome.status = error;
          outcome.bytesCompleted = done;
          return;
        }
        if (bus.storeInstead(to + offset, entries, i * ENTRY + 2, WORD, 1) < WORD) {
          break;
        }
        previous = offset;
        done += ENTRY;
      }
    }
    outcome.bytesCompleted = done < length ? done : 0;
  }
}
