package dev.adit.devices.iaa;

import dev.adit.devices.iaa.spec.IaaDescriptor.DecompressFlags;
import dev.adit.devices.iaa.spec.IaaStatus;

/**
 * Decompresses a Deflate stream (RFC 1951) as the accelerator does: with a window of 4 KiB, from
 * one buffer into another. One for each engine; nothing is allocated after construction.
 */
final class Inflater {
  private static final int STORED = 0;
  private static final int FIXED = 1;
  private static final int DYNAMIC = 2;
  private static final int RUNNING = 0;
  private static final int ENDED = 1;
  private static final int FAILED = 2;
  private static final int FULL = 3;

  private final BitReader in = new BitReader();
  private final HuffmanDecoder codeLengths = new HuffmanDecoder(19);
  private final HuffmanDecoder literals = new HuffmanDecoder(288);
  private final HuffmanDecoder distances = new HuffmanDecoder(32);
  private final byte[] lengths = new byte[288 + 32];

  private byte[] out = {};
  private int limit;
  private int size;
  private int error;
  private boolean sawEnd;
  private boolean sawFinalEnd;

  /**
   * Decompresses.
   *
   * @param flags those of {@link DecompressFlags}
   * @param destination takes the output, at least {@code most} bytes
   * @return 0 if all went well; otherwise a status, see {@link #error}
   */
  int run(byte[] source, int length, int flags, byte[] destination, int most) {
    in.open(source, length);
    out = destination;
    limit = most;
    size = 0;
    error = 0;
    sawEnd = false;
    sawFinalEnd = false;
    boolean finalOnly = (flags & DecompressFlags.SELECT_FINAL_EOB) != 0;
    int state = RUNNING;
    while (state == RUNNING && !in.exhausted()) {
      state = block();
      boolean stop = finalOnly ? sawFinalEnd : sawEnd;
      if (state == RUNNING && stop && (flags & DecompressFlags.STOP_ON_EOB) != 0) {
        state = ENDED;
      }
    }
    if (state == FULL) {
      return IaaStatus.OUTPUT_OVERFLOW;
    }
    boolean checked = (flags & DecompressFlags.CHECK_FOR_EOB) != 0;
    if (state != FAILED && checked && !(finalOnly ? sawFinalEnd : sawEnd)) {
      error = IaaStatus.END_OF_FILE;
    }
    return error != 0 ? IaaStatus.ANALYTICS_ERROR : 0;
  }

  /** {@return what was wrong with the data} */
  int error() {
    return error;
  }

  /** {@return bytes of output} */
  int size() {
    return size;
  }

  /** {@return bytes of input that were looked at} */
  int consumed() {
    return in.consumed();
  }

  private int fail(int code) {
    error = code;
    return FAILED;
  }

  /** The input ends in the middle of something. */
  private int truncated() {
    sawEnd = false;
    sawFinalEnd = false;
    return ENDED;
  }

  private int block() {
    sawEnd = false;
    sawFinalEnd = false;
    int header = in.take(3);
    if (header < 0) {
      return truncated();
    }
    int state =
        switch (header >>> 1) {
          case STORED -> stored();
          case FIXED -> {
            loadFixed();
            yield coded();
          }
          case DYNAMIC -> {
            int loaded = loadDynamic();
            yield loaded == RUNNING ? coded() : loaded;
          }
          default -> fail(IaaStatus.BLOCK_TYPE);
        };
    if (state == RUNNING) {
      sawEnd = true;
      sawFinalEnd = (header & 1) != 0;
      return sawFinalEnd ? ENDED : RUNNING;
    }
    return state;
  }

  private int stored() {
    in.align();
    int length = in.take(16);
    int inverse = in.take(16);
    if (inverse < 0) {
      return truncated();
    }
    if ((length ^ inverse) != 0xFFFF) {
      return fail(IaaStatus.STORED_LENGTH);
    }
    for (int i = 0; i < length; i++) {
      int value = in.take(8);
      if (value < 0) {
        return truncated();
      }
      if (size == limit) {
        return FULL;
      }
      out[size++] = (byte) value;
    }
    return RUNNING;
  }

  private void loadFixed() {
    for (int i = 0; i < 288; i++) {
      lengths[i] = (byte) (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
    }
    literals.load(lengths, 0, 288);
    for (int i = 0; i < 32; i++) {
      lengths[i] = 5;
    }
    distances.load(lengths, 0, 32);
  }

  private int loadDynamic() {
    int literalCount = in.take(5) + 257;
    int distanceCount = in.take(5) + 1;
    int codes = in.take(4) + 4;
    if (codes < 4) {
      return truncated();
    }
    if (literalCount > Symbols.LITERALS) {
      return fail(IaaStatus.TOO_MANY_LL_CODES);
    }
    if (distanceCount > Symbols.DISTANCES) {
      return fail(IaaStatus.TOO_MANY_D_CODES);
    }
    for (int i = 0; i < Symbols.CODE_LENGTH_ORDER.length; i++) {
      int bits = i < codes ? in.take(3) : 0;
      if (bits < 0) {
        return truncated();
      }
      lengths[Symbols.CODE_LENGTH_ORDER[i]] = (byte) bits;
    }
    if (codeLengths.load(lengths, 0, 19) != 0) {
      return fail(IaaStatus.BAD_CL_CODE_LENGTH);
    }
    int state = lengths(literalCount, distanceCount);
    return state == RUNNING ? loadCodes(literalCount, distanceCount) : state;
  }

  /** The lengths of both codes, which are one sequence with repetitions. */
  private int lengths(int literalCount, int distanceCount) {
    int total = literalCount + distanceCount;
    int i = 0;
    while (i < total) {
      int symbol = codeLengths.next(in);
      if (symbol < 0) {
        // The code is complete, so only bits are missing.
        return truncated();
      }
      if (symbol < 16) {
        lengths[i++] = (byte) symbol;
        continue;
      }
      if (symbol == 16 && i == 0) {
        return fail(IaaStatus.FIRST_LL_LENGTH_16);
      }
      byte value = symbol == 16 ? lengths[i - 1] : 0;
      int bits = symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
      int more = in.take(bits);
      if (more < 0) {
        return truncated();
      }
      int repeat = more + (symbol == 18 ? 11 : 3);
      if (i + repeat > total) {
        return fail(
            i < literalCount
                ? IaaStatus.WRONG_NUMBER_OF_LL_CODES
                : IaaStatus.WRONG_NUMBER_OF_D_CODES);
      }
      for (int n = 0; n < repeat; n++) {
        lengths[i++] = value;
      }
    }
    return RUNNING;
  }

  private int loadCodes(int literalCount, int distanceCount) {
    int left = literals.load(lengths, 0, literalCount);
    if (literals.used() == 0 || lengths[Symbols.END_OF_BLOCK] == 0) {
      return fail(IaaStatus.NO_LL_CODE);
    }
    if (left != 0 && !literals.single()) {
      return fail(IaaStatus.BAD_LL_CODE_LENGTH);
    }
    left = distances.load(lengths, literalCount, distanceCount);
    if (left != 0 && !distances.single() && distances.used() != 0) {
      return fail(IaaStatus.BAD_D_CODE_LENGTH);
    }
    return RUNNING;
  }

  private int coded() {
    while (true) {
      int symbol = literals.next(in);
      if (symbol < 0) {
        return in.exhausted() ? truncated() : missing(IaaStatus.BAD_LL_CODE);
      }
      if (symbol < Symbols.END_OF_BLOCK) {
        if (size == limit) {
          return FULL;
        }
        out[size++] = (byte) symbol;
      } else if (symbol == Symbols.END_OF_BLOCK) {
        return RUNNING;
      } else {
        int state = reference(symbol);
        if (state != RUNNING) {
          return state;
        }
      }
    }
  }

  /** Too few bits for any code are an end of the input, otherwise there is no such code. */
  private int missing(int code) {
    return in.peek(1) >= 0 && in.skip(HuffmanDecoder.MOST_BITS) ? fail(code) : truncated();
  }

  private int reference(int symbol) {
    int index = symbol - 257;
    if (index >= Symbols.LENGTH_BASE.length) {
      return fail(IaaStatus.BAD_LL_CODE);
    }
    int more = in.take(Symbols.LENGTH_EXTRA[index]);
    int code = more < 0 ? -1 : distances.next(in);
    if (code < 0) {
      return more < 0 || in.exhausted() ? truncated() : missing(IaaStatus.BAD_D_CODE);
    }
    if (code >= Symbols.DISTANCES) {
      return fail(IaaStatus.BAD_D_CODE);
    }
    int further = in.take(Symbols.DISTANCE_EXTRA[code]);
    if (further < 0) {
      return truncated();
    }
    int length = Symbols.LENGTH_BASE[index] + more;
    int distance = Symbols.DISTANCE_BASE[code] + further;
    if (distance > Symbols.WINDOW) {
      return fail(IaaStatus.DISTANCE);
    }
    if (distance > size) {
      return fail(IaaStatus.BEFORE_START);
    }
    int room = Math.min(length, limit - size);
    for (int i = 0; i < room; i++, size++) {
      out[size] = out[size - distance];
    }
    return room < length ? FULL : RUNNING;
  }
}
