package dev.adit.devices.dsa;

import dev.adit.devices.Dma.Access;
import dev.adit.devices.dsa.spec.Descriptor;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Memory Move (section 8.3.4): memory to memory without a stop between, as memmove where source and
 * destination overlap.
 */
final class MoveOperation {
  private static final int PAGE = 4096;

  private final Bus bus;
  private final Outcome outcome;
  private final MemorySegment block = MemorySegment.ofArray(new byte[Bus.BLOCK]);

  MoveOperation(Bus bus, Outcome outcome) {
    this.bus = bus;
    this.outcome = outcome;
  }

  void move(MemorySegment d, long at) {
    long from = Descriptor.source(d, at);
    long to = Descriptor.destination(d, at);
    long size = Descriptor.size(d, at);
    long distance = to - from;
    boolean backwards = distance != 0 && Long.compareUnsigned(distance, size) < 0;
    long done = backwards ? backwards(from, to, size) : forwards(from, to, size);
    if (bus.faulted()) {
      outcome.bytesCompleted = done;
      outcome.result = backwards ? 1 : 0;
    }
  }

  private long forwards(long from, long to, long size) {
    long done = 0;
    while (done < size && !bus.faulted()) {
      done += piece(from + done, to + done, Math.min(size - done, Bus.SECTION));
    }
    return done;
  }

  /** The end first, so that the source is read before the destination overwrites it. */
  private long backwards(long from, long to, long size) {
    long left = size;
    while (left > 0 && !bus.faulted()) {
      long length = Math.min(left, Bus.SECTION);
      if (!inOnePiece(from + left - length, to + left - length, length)) {
        length = Math.min(left, Math.min(lastPage(from + left), lastPage(to + left)));
        length = tail(from + left, length, Access.READ, 0);
        length = length == 0 ? 0 : tail(to + left, length, Access.WRITE, 1);
      }
      if (length == 0) {
        break;
      }
      left -= backwardPiece(from + left, to + left, length);
    }
    return size - left;
  }

  /** {@return the bytes copied of a run that ends before two addresses} */
  private long backwardPiece(long fromEnd, long toEnd, long length) {
    if (!direct(fromEnd - length, toEnd - length, length)) {
      // All or nothing: going backwards, the front of a piece that failed is not completed, and
      // writing it could spoil source bytes that are still wanted.
      int part = (int) Math.min(length, Bus.BLOCK);
      return bus.fetch(fromEnd - part, block, 0, part, 0) == part
              && bus.store(toEnd - part, block, 0, part, 1) == part
          ? part
          : 0;
    }
    bus.pace(length);
    return length;
  }

  private boolean inOnePiece(long from, long to, long length) {
    return bus.resolve(from, length, Access.READ) == length
        && bus.resolve(to, length, Access.WRITE) == length;
  }

  /**
   * {@return how many bytes lie between an end address and the start of the last page before it}
   */
  private static long lastPage(long end) {
    return ((end - 1) & (PAGE - 1)) + 1;
  }

  /**
   * {@return the length of the last run of a range that ends before an address, or 0 after a fault}
   */
  private long tail(long end, long length, Access access, int operand) {
    long left = length;
    while (true) {
      long run = bus.resolve(end - left, left, access);
      if (run == 0) {
        bus.fault(end - left, access == Access.WRITE, operand);
        return 0;
      }
      if (run == left) {
        return run;
      }
      left -= run;
    }
  }

  /** {@return the bytes copied from the front of a range; fewer than 1 after a fault only} */
  private long piece(long from, long to, long length) {
    long run = bus.resolve(from, length, Access.READ);
    if (run == 0) {
      bus.fault(from, false, 0);
      return 0;
    }
    @Nullable MemorySegment source = bus.view.segment();
    long sourceAt = bus.view.offset();
    run = bus.resolve(to, run, Access.WRITE);
    if (run == 0) {
      bus.fault(to, true, 1);
      return 0;
    }
    @Nullable MemorySegment destination = bus.view.segment();
    if (source == null || destination == null) {
      return bounce(from, to, (int) Math.min(run, Bus.BLOCK));
    }
    MemorySegment.copy(source, sourceAt, destination, bus.view.offset(), run);
    bus.pace(run);
    return run;
  }

  /** {@return whether a range known to be in one piece on both sides could be copied directly} */
  private boolean direct(long from, long to, long length) {
    if (bus.resolve(from, length, Access.READ) != length) {
      return false;
    }
    @Nullable MemorySegment source = bus.view.segment();
    long sourceAt = bus.view.offset();
    if (bus.resolve(to, length, Access.WRITE) != length) {
      return false;
    }
    @Nullable MemorySegment destination = bus.view.segment();
    if (source == null || destination == null) {
      return false;
    }
    MemorySegment.copy(source, sourceAt, destination, bus.view.offset(), length);
    return true;
  }

  private int bounce(long from, long to, int length) {
    int read = bus.fetch(from, block, 0, length, 0);
    return read == 0 ? 0 : bus.store(to, block, 0, read, 1);
  }
}
