package dev.adit.devices.dsa;

import dev.adit.devices.Dma.Access;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Status;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Fill, Compare, Compare Pattern, Dualcast, and what only walks over memory (section 8.3). */
final class BlockOperations {
  private final Bus bus;
  private final Outcome outcome;
  private final byte[] first = new byte[Bus.BLOCK];
  private final byte[] second = new byte[Bus.BLOCK];
  private final MemorySegment firstBlock = MemorySegment.ofArray(first);
  private final MemorySegment secondBlock = MemorySegment.ofArray(second);

  BlockOperations(Bus bus, Outcome outcome) {
    this.bus = bus;
    this.outcome = outcome;
  }

  void fill(MemorySegment d, long at) {
    long size = Descriptor.size(d, at);
    long to = Descriptor.destination(d, at);
    long low = Descriptor.source(d, at);
    boolean wide = (Descriptor.flags(d, at) & Flags.FILL_16) != 0;
    pattern(low, wide ? Descriptor.longAt(d, at, Descriptor.PATTERN_HIGH) : low, size);
    long done = 0;
    while (done < size && !bus.faulted()) {
      done += bus.store(to + done, firstBlock, 0, next(size - done), 1);
    }
    finish(done, size);
  }

  void compare(MemorySegment d, long at) {
    long size = Descriptor.size(d, at);
    long one = Descriptor.source(d, at);
    long other = Descriptor.destination(d, at);
    long done = 0;
    boolean differs = false;
    while (done < size && !differs && !bus.faulted()) {
      int got = bus.fetch(one + done, firstBlock, 0, next(size - done), 0);
      int both = got == 0 ? 0 : bus.fetch(other + done, secondBlock, 0, got, 1);
      int same = Arrays.mismatch(first, 0, both, second, 0, both);
      differs = same >= 0;
      done += differs ? same : both;
    }
    compared(d, at, differs, done, size);
  }

  void comparePattern(MemorySegment d, long at) {
    long size = Descriptor.size(d, at);
    long from = Descriptor.source(d, at);
    long low = Descriptor.destination(d, at);
    pattern(low, low, size);
    long done = 0;
    boolean differs = false;
    while (done < size && !differs && !bus.faulted()) {
      int got = bus.fetch(from + done, secondBlock, 0, next(size - done), 0);
      int same = Arrays.mismatch(first, 0, got, second, 0, got);
      differs = same >= 0;
      done += differs ? same : got;
    }
    compared(d, at, differs, done, size);
  }

  private void compared(MemorySegment d, long at, boolean differs, long done, long size) {
    if (differs) {
      // Found before the fault, so there is none.
      bus.forgetFault();
      outcome.result = 1;
      outcome.bytesCompleted = done;
    } else {
      finish(done, size);
    }
    int expected = Descriptor.byteAt(d, at, Descriptor.EXPECTED) & 1;
    if ((Descriptor.flags(d, at) & Flags.CHECK_RESULT) != 0 && outcome.result != expected) {
      outcome.status = Status.SUCCESS_FALSE;
    }
  }

  void dualcast(MemorySegment d, long at) {
    long size = Descriptor.size(d, at);
    long from = Descriptor.source(d, at);
    long to = Descriptor.destination(d, at);
    long also = Descriptor.longAt(d, at, Descriptor.DESTINATION_2);
    long done = 0;
    while (done < size && !bus.faulted()) {
      int got = bus.fetch(from + done, firstBlock, 0, next(size - done), 0);
      int written = got == 0 ? 0 : bus.store(to + done, firstBlock, 0, got, 1);
      done += written == 0 ? 0 : bus.store(also + done, firstBlock, 0, written, 2);
    }
    finish(done, size);
  }

  /** Makes sure that a range can be read; there is no cache to flush and nothing to prefetch. */
  void walk(long address, long size) {
    long done = 0;
    while (done < size && !bus.faulted()) {
      long run = bus.resolve(address + done, Math.min(size - done, Bus.SECTION), Access.READ);
      if (run == 0) {
        bus.fault(address + done, false, 0);
      }
      bus.pace(run);
      done += run;
    }
    finish(done, size);
  }

  private void finish(long done, long size) {
    outcome.bytesCompleted = done < size ? done : 0;
  }

  /** Repeats 16 bytes in the first block, as far as they are needed. */
  private void pattern(long low, long high, long size) {
    firstBlock.set(Descriptor.LONG, 0, low);
    firstBlock.set(Descriptor.LONG, 8, high);
    int length = next(size);
    for (int filled = 16; filled < length; filled *= 2) {
      System.arraycopy(first, 0, first, filled, Math.min(filled, first.length - filled));
    }
  }

  private static int next(long left) {
    return (int) Math.min(left, Bus.BLOCK);
  }
}
