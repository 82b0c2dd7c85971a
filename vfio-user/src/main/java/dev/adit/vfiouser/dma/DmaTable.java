package dev.adit.vfiouser.dma;

import dev.adit.vfiouser.DmaSpace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * Mappings sorted by address, none overlapping another. One thread changes the table; any number
 * look things up without a lock and look again if the table changed meanwhile.
 */
public final class DmaTable {
  private static final int ATTEMPTS = 16;

  private final StampedLock lock = new StampedLock();
  private long[] firsts = new long[16];
  private @Nullable Mapping[] mappings = new @Nullable Mapping[16];
  private int size;

  int size() {
    return size;
  }

  /** {@return the mapping that contains an address} */
  @Nullable Mapping find(long address) {
    for (int i = 0; i < ATTEMPTS; i++) {
      long stamp = lock.tryOptimisticRead();
      if (stamp != 0) {
        Mapping found = search(address);
        if (lock.validate(stamp)) {
          return found;
        }
      }
      Thread.onSpinWait();
    }
    long stamp = lock.readLock();
    try {
      return search(address);
    } finally {
      lock.unlockRead(stamp);
    }
  }

  private @Nullable Mapping search(long address) {
    @Nullable Mapping[] all = mappings;
    int i = floor(address);
    Mapping mapping = i < 0 || i >= all.length ? null : all[i];
    return mapping != null && mapping.contains(address) ? mapping : null;
  }

  /**
   * {@return how many bytes from {@code address} on lie in one piece of a file, as many as {@code
   * enough} or more if there are; the mapping of the address is known}
   */
  long run(Mapping mapping, long address, long enough, DmaSpace.Access access) {
    for (int i = 0; i < ATTEMPTS; i++) {
      long stamp = lock.tryOptimisticRead();
      if (stamp != 0) {
        long run = walk(mapping, address, enough, access);
        if (lock.validate(stamp)) {
          return run;
        }
      }
      Thread.onSpinWait();
    }
    return mapping.last() - address + 1;
  }

  private long walk(Mapping mapping, long address, long enough, DmaSpace.Access access) {
    @Nullable Mapping[] all = mappings;
    long run = mapping.last() - address + 1;
    int next = floor(address) + 1;
    Mapping last = mapping;
    while (run < enough && next > 0 && next < all.length) {
      Mapping more = all[next++];
      if (more == null || !more.continues(last) || !more.permits(access)) {
        break;
      }
      run += more.last() - more.first() + 1;
      last = more;
    }
    return run;
  }

  /** {@return the index of the last mapping that starts at or below an address, or -1} */
  private int floor(long address) {
    long[] all = firsts;
    int low = 0;
    int high = Math.min(size, all.length) - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(all[middle], address) <= 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high;
  }

  /** {@return whether a mapping shares an address with a range} */
  boolean overlaps(long first, long last) {
    int i = floor(last);
    Mapping below = i < 0 ? null : mappings[i];
    return below != null && Long.compareUnsigned(below.last(), first) >= 0;
  }

  /** Adds a mapping that overlaps none. */
  void add(Mapping mapping) {
    int at = floor(mapping.first()) + 1;
    long stamp = lock.writeLock();
    try {
      if (size == firsts.length) {
        firsts = Arrays.copyOf(firsts, 2 * size);
        mappings = Arrays.copyOf(mappings, 2 * size);
      }
      System.arraycopy(firsts, at, firsts, at + 1, size - at);
      System.arraycopy(mappings, at, mappings, at + 1, size - at);
      firsts[at] = mapping.first();
      mappings[at] = mapping;
      size++;
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  /** {@return the mappings that lie in a range as a whole, which are removed} */
  List<Mapping> removeWithin(long first, long last) {
    List<Mapping> removed = new ArrayList<>();
    int from = floor(first);
    if (from < 0 || firsts[from] != first) {
      from++;
    }
    int to = from;
    while (to < size) {
      Mapping mapping = mappings[to];
      if (mapping == null || Long.compareUnsigned(mapping.last(), last) > 0) {
        break;
      }
      removed.add(mapping);
      to++;
    }
    if (to > from) {
      cut(from, to);
    }
    return removed;
  }

  private void cut(int from, int to) {
    long stamp = lock.writeLock();
    try {
      System.arraycopy(firsts, to, firsts, from, size - to);
      System.arraycopy(mappings, to, mappings, from, size - to);
      Arrays.fill(mappings, size - (to - from), size, null);
      size -= to - from;
    } finally {
      lock.unlockWrite(stamp);
    }
  }
}
