package dev.adit.devices.iaa;

import java.util.Arrays;

/**
 * Finds what has occurred in the last 4 KiB: hash chains over three bytes, searched for a bounded
 * number of steps. One for each engine.
 */
final class MatchFinder {
  private static final int HASH_BITS = 13;
  private static final int STEPS = 16;
  private static final int MASK = Symbols.WINDOW - 1;

  /** By hash: the last position, plus 1. */
  private final int[] heads = new int[1 << HASH_BITS];

  /** By position in the window: the one before it with the same hash, plus 1. */
  private final int[] previous = new int[Symbols.WINDOW];

  private byte[] data = {};
  private int end;
  private int distance;

  void open(byte[] from, int length) {
    data = from;
    end = length;
    Arrays.fill(heads, 0);
  }

  private int hash(int at) {
    int three = (data[at] & 0xFF) | ((data[at + 1] & 0xFF) << 8) | ((data[at + 2] & 0xFF) << 16);
    return (three * 0x9E3779B1) >>> (32 - HASH_BITS);
  }

  /** Makes a position known to later searches. */
  void insert(int at) {
    if (at + Symbols.LEAST_MATCH <= end) {
      int hash = hash(at);
      previous[at & MASK] = heads[hash];
      heads[hash] = at + 1;
    }
  }

  /**
   * {@return the length of the longest match that was found, 0 if there is none of three bytes; its
   * {@link #distance}}
   */
  int find(int at) {
    if (at + Symbols.LEAST_MATCH > end) {
      return 0;
    }
    int most = Math.min(Symbols.MOST_MATCH, end - at);
    int best = Symbols.LEAST_MATCH - 1;
    int candidate = heads[hash(at)] - 1;
    for (int step = 0; step < STEPS && candidate >= 0 && at - candidate <= MASK; step++) {
      if (data[candidate + best] == data[at + best]) {
        int length = Arrays.mismatch(data, candidate, candidate + most, data, at, at + most);
        length = length < 0 ? most : length;
        if (length > best) {
          best = length;
          distance = at - candidate;
          if (best == most) {
            break;
          }
        }
      }
      candidate = previous[candidate & MASK] - 1;
    }
    return best < Symbols.LEAST_MATCH ? 0 : best;
  }

  int distance() {
    return distance;
  }
}
