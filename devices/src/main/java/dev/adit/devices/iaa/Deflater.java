package dev.adit.devices.iaa;

import dev.adit.devices.iaa.spec.CompressionAecs;
import dev.adit.devices.iaa.spec.IaaDescriptor.CompressFlags;
import dev.adit.devices.iaa.spec.IaaStatus;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Compresses with the codes of an AECS, or counts what it would code. What precedes the data, such
 * as the header of a block, stands in the accumulator of the AECS. One for each engine; nothing is
 * allocated after construction.
 */
final class Deflater {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MatchFinder matches = new MatchFinder();
  private final BitWriter out = new BitWriter();
  private final int[] literalBits = new int[Symbols.LITERALS];
  private final int[] literalCodes = new int[Symbols.LITERALS];
  private final int[] distanceBits = new int[Symbols.DISTANCES];
  private final int[] distanceCodes = new int[Symbols.DISTANCES];
  private final int[] literalCounts = new int[Symbols.LITERALS];
  private final int[] distanceCounts = new int[Symbols.DISTANCES];
  private boolean counting;
  private boolean invalid;
  private int lastBits;

  /**
   * Compresses.
   *
   * @param flags those of {@link CompressFlags}
   * @param aecs a {@link CompressionAecs}, whose accumulator is replaced by the bits left over
   * @param destination takes the output, at least {@code most} bytes
   * @return 0, or an error code of {@link IaaStatus}
   */
  int run(byte[] source, int length, int flags, MemorySegment aecs, byte[] destination, int most) {
    counting = (flags & CompressFlags.STATISTICS) != 0;
    invalid = false;
    lastBits = 0;
    out.open(destination, most);
    if (counting) {
      Arrays.fill(literalCounts, 0);
      Arrays.fill(distanceCounts, 0);
    } else {
      load(aecs);
      accumulated(aecs);
    }
    encode(source, length, (flags & CompressFlags.ALL_LITERALS) == 0);
    if ((flags & CompressFlags.APPEND_EOB) != 0) {
      literal(Symbols.END_OF_BLOCK);
    }
    if (counting) {
      counts();
    } else if ((flags & CompressFlags.FLUSH_OUTPUT) != 0) {
      lastBits = out.flush();
      aecs.set(INT, CompressionAecs.ACCUMULATOR_BITS, 0);
    } else {
      keep(aecs);
    }
    if (invalid) {
      return IaaStatus.INVALID_HUFFMAN_CODE;
    }
    return out.full() ? IaaStatus.DESTINATION_SHORT : 0;
  }

  /** {@return bytes of output} */
  int size() {
    return out.size();
  }

  /** {@return how many bits of the last byte count, 0 for all} */
  int lastBits() {
    return lastBits;
  }

  private void load(MemorySegment aecs) {
    load(aecs, CompressionAecs.LITERALS, literalBits, literalCodes);
    load(aecs, CompressionAecs.DISTANCES, distanceBits, distanceCodes);
  }

  private static void load(MemorySegment aecs, int base, int[] bits, int[] codes) {
    for (int i = 0; i < bits.length; i++) {
      int entry = aecs.get(INT, base + 4L * i);
      int length = (entry >>> CompressionAecs.LENGTH_SHIFT) & CompressionAecs.LENGTH_MASK;
      bits[i] = length;
      codes[i] =
          length == 0 ? 0 : Integer.reverse(entry & CompressionAecs.CODE_MASK) >>> (32 - length);
    }
  }

  private void accumulated(MemorySegment aecs) {
    int bits =
        Math.clamp(
            Integer.toUnsignedLong(aecs.get(INT, CompressionAecs.ACCUMULATOR_BITS)),
            0,
            8 * CompressionAecs.ACCUMULATOR_BYTES);
    for (int at = 0; at < bits; at += 8) {
      int value = aecs.get(ValueLayout.JAVA_BYTE, CompressionAecs.ACCUMULATOR + at / 8) & 0xFF;
      int count = Math.min(8, bits - at);
      out.put(value & ((1 << count) - 1), count);
    }
  }

  private void keep(MemorySegment aecs) {
    aecs.set(INT, CompressionAecs.ACCUMULATOR_BITS, out.rest());
    aecs.set(ValueLayout.JAVA_BYTE, CompressionAecs.ACCUMULATOR, (byte) out.restBits());
  }

  private void encode(byte[] source, int length, boolean references) {
    matches.open(source, length);
    int at = 0;
    while (at < length) {
      int match = references ? matches.find(at) : 0;
      if (match == 0) {
        literal(source[at] & 0xFF);
        matches.insert(at++);
      } else {
        reference(match, matches.distance());
        for (int next = at + match; at < next; at++) {
          matches.insert(at);
        }
      }
    }
  }

  private void literal(int symbol) {
    if (counting) {
      literalCounts[symbol]++;
      return;
    }
    invalid |= literalBits[symbol] == 0;
    out.put(literalCodes[symbol], literalBits[symbol]);
  }

  private void reference(int length, int distance) {
    int symbol = Symbols.ofLength(length);
    literal(symbol);
    int index = symbol - 257;
    int code = Symbols.ofDistance(distance);
    if (counting) {
      distanceCounts[code]++;
      return;
    }
    out.put(length - Symbols.LENGTH_BASE[index], Symbols.LENGTH_EXTRA[index]);
    invalid |= distanceBits[code] == 0;
    out.put(distanceCodes[code], distanceBits[code]);
    out.put(distance - Symbols.DISTANCE_BASE[code], Symbols.DISTANCE_EXTRA[code]);
  }

  /** The statistics, as the tables lie in an AECS. */
  private void counts() {
    int gap = CompressionAecs.DISTANCES - CompressionAecs.LITERALS;
    for (int at = 0; at < CompressionAecs.STATISTICS_BYTES; at += 4) {
      int count = 0;
      if (at / 4 < literalCounts.length) {
        count = literalCounts[at / 4];
      } else if (at >= gap && (at - gap) / 4 < distanceCounts.length) {
        count = distanceCounts[(at - gap) / 4];
      }
      out.put(Integer.toUnsignedLong(count), 32);
    }
  }
}
