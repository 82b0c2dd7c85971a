package dev.adit.devices.iaa;

import dev.adit.devices.iaa.spec.CompressionAecs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Tables for the compressor, as drivers make them. */
final class Aecs {
  private static final int[] FIXED_DISTANCES = new int[30];

  static {
    Arrays.fill(FIXED_DISTANCES, 5);
  }

  private final MemorySegment segment = MemorySegment.ofArray(new byte[CompressionAecs.BYTES]);
  private final byte[] header = new byte[CompressionAecs.ACCUMULATOR_BYTES];
  private final BitWriter bits = new BitWriter();

  private Aecs() {
    bits.open(header, header.length);
  }

  /** The last block of a stream, with the fixed codes. */
  static MemorySegment fixed() {
    Aecs aecs = new Aecs();
    aecs.bits.put(0b011, 3);
    int[] literals = new int[286];
    for (int i = 0; i < literals.length; i++) {
      literals[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    }
    aecs.codes(CompressionAecs.LITERALS, literals);
    aecs.codes(CompressionAecs.DISTANCES, FIXED_DISTANCES);
    return aecs.done();
  }

  /** The last block of a stream, with codes of its own: some symbols are one bit shorter. */
  static MemorySegment dynamic(int[] literalCounts, int[] distanceCounts) {
    Aecs aecs = new Aecs();
    int[] literals = lengths(literalCounts, 226, 8);
    int[] distances = lengths(distanceCounts, 2, 4);
    aecs.bits.put(0b101, 3);
    aecs.bits.put(286 - 257, 5);
    aecs.bits.put(30 - 1, 5);
    aecs.bits.put(19 - 4, 4);
    // Code lengths 4, 5, 8 and 9 have codes of two bits: 00, 01, 10, 11.
    for (int symbol : Symbols.CODE_LENGTH_ORDER) {
      aecs.bits.put(symbol == 4 || symbol == 5 || symbol == 8 || symbol == 9 ? 2 : 0, 3);
    }
    for (int length : literals) {
      aecs.bits.put(length == 8 ? 0b01 : 0b11, 2);
    }
    for (int length : distances) {
      aecs.bits.put(length == 4 ? 0b00 : 0b10, 2);
    }
    aecs.codes(CompressionAecs.LITERALS, literals);
    aecs.codes(CompressionAecs.DISTANCES, distances);
    return aecs.done();
  }

  /** The most frequent symbols get the shorter length, so that the code is complete. */
  private static int[] lengths(int[] counts, int shorter, int bits) {
    Integer[] order = new Integer[counts.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Integer.compare(counts[b], counts[a]));
    int[] lengths = new int[counts.length];
    for (int i = 0; i < order.length; i++) {
      lengths[order[i]] = i < shorter ? bits : bits + 1;
    }
    return lengths;
  }

  private void codes(int base, int[] lengths) {
    int code = 0;
    for (int length = 1; length <= 15; length++) {
      for (int i = 0; i < lengths.length; i++) {
        if (lengths[i] == length) {
          int entry = length << CompressionAecs.LENGTH_SHIFT | code++;
          segment.set(ValueLayout.JAVA_INT_UNALIGNED, base + 4L * i, entry);
        }
      }
      // The fixed literal code has two symbols that never occur: 286 and 287, of 8 bits.
      code =
          code
              + (lengths.length == 286 && lengths[0] == 8 && length == 8 && fixed(lengths) ? 2 : 0);
      code <<= 1;
    }
  }

  private static boolean fixed(int[] lengths) {
    return lengths[256] == 7;
  }

  private MemorySegment done() {
    int count = bits.size() * 8 + bits.rest();
    int _ = bits.flush();
    segment.set(ValueLayout.JAVA_INT_UNALIGNED, CompressionAecs.ACCUMULATOR_BITS, count);
    MemorySegment.copy(
        header, 0, segment, ValueLayout.JAVA_BYTE, CompressionAecs.ACCUMULATOR, header.length);
    return segment;
  }
}
