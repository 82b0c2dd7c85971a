package dev.adit.interrupts.domain;

import java.util.Arrays;

/**
 * Numbers to hand out: a tree of bit sets in which a bit says "something is free below". Taking and
 * giving back cost one step for each level, which is four for sixteen million numbers. Not safe for
 * several threads.
 */
final class IndexPool {
  private final int size;
  private final long[][] levels;
  private int free;

  /** Makes a pool in which all of 0 to {@code size}, exclusive, are free. */
  IndexPool(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("A pool of " + size);
    }
    this.size = size;
    int depth = 1;
    for (long reach = 64; reach < size; reach *= 64) {
      depth++;
    }
    levels = new long[depth][];
    int bits = size;
    for (int i = 0; i < depth; i++) {
      levels[i] = filled(bits);
      bits = levels[i].length;
    }
    free = size;
  }

  private static long[] filled(int bits) {
    long[] words = new long[(bits + 63) / 64];
    Arrays.fill(words, -1L);
    if (bits % 64 != 0) {
      words[words.length - 1] = (1L << (bits % 64)) - 1;
    }
    return words;
  }

  /** {@return how many are free} */
  int free() {
    return free;
  }

  /** {@return whether a number is taken} */
  boolean taken(int index) {
    return index >= 0 && index < size && (levels[0][index / 64] >>> index & 1) == 0;
  }

  /** {@return the smallest free number, now taken, or -1} */
  int take() {
    int at = first();
    if (at >= 0) {
      mark(at);
    }
    return at;
  }

  /** {@return the smallest free number, or -1} */
  int first() {
    if (free == 0) {
      return -1;
    }
    int at = 0;
    for (int i = levels.length - 1; i >= 0; i--) {
      at = at * 64 + Long.numberOfTrailingZeros(levels[i][at]);
    }
    return at;
  }

  /** {@return whether the number was free and is taken now} */
  boolean take(int index) {
    if (index < 0 || index >= size || taken(index)) {
      return false;
    }
    mark(index);
    return true;
  }

  private void mark(int index) {
    free--;
    int at = index;
    for (long[] words : levels) {
      words[at / 64] &= ~(1L << at);
      if (words[at / 64] != 0) {
        return;
      }
      at /= 64;
    }
  }

  /** Makes a taken number free again. */
  void give(int index) {
    if (!taken(index)) {
      throw new IllegalStateException("Number " + index + " is not taken");
    }
    free++;
    int at = index;
    for (long[] words : levels) {
      long before = words[at / 64];
      words[at / 64] = before | (1L << at);
      if (before != 0) {
        return;
      }
      at /= 64;
    }
  }
}
