package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import java.lang.foreign.MemorySegment;

/** One operation's row of the tables, worked out for speed. */
final class OpcodeRule {
  private static final int ALWAYS =
      Flags.RECORD_ADDRESS_VALID | Flags.REQUEST_RECORD | Flags.REQUEST_INTERRUPT | Flags.TC_RECORD;

  private final Opcode opcode;
  private final int flags;
  private final long[] reservedWords = new long[Descriptor.BYTES / Long.BYTES];
  private final Opcode.Option[] options;

  OpcodeRule(Opcode opcode) {
    this.opcode = opcode;
    boolean writesData = (opcode.flags() & Flags.STRICT_ORDER) != 0;
    flags = ALWAYS | opcode.flags() | (writesData ? Flags.READBACK : 0);
    options = opcode.options().toArray(new Opcode.Option[0]);
    for (int i = 0; i < reservedWords.length; i++) {
      reservedWords[i] = spread((int) (opcode.reserved() >>> (8 * i)) & 0xff);
    }
  }

  Opcode opcode() {
    return opcode;
  }

  /** {@return the flags that are set and must not be, or are not set and must be} */
  int invalidFlags(int used, Limits limits, boolean inBatch) {
    int allowed = flags;
    if (inBatch) {
      allowed |= Flags.FENCE;
    }
    if ((used & Flags.RECORD_ADDRESS_VALID) == 0) {
      allowed &= ~(Flags.REQUEST_RECORD | Flags.TC_RECORD);
    }
    if (!limits.blockOnFault()) {
      allowed &= ~Flags.BLOCK_ON_FAULT;
    }
    if (!limits.interrupts()) {
      allowed &= ~Flags.REQUEST_INTERRUPT;
    }
    if (!limits.has(Limits.READBACK)) {
      allowed &= ~Flags.READBACK;
    }
    if (!limits.has(Limits.CACHE_CONTROL) && opcode != Opcode.CACHE_FLUSH) {
      allowed &= ~Flags.CACHE_CONTROL;
    }
    for (Opcode.Option option : options) {
      if (available(option, limits)) {
        allowed |= option.flag();
      }
    }
    if (opcode == Opcode.DRAIN) {
      allowed |= (used & Flags.DRAIN_READBACK_1) != 0 ? Flags.TC_1 : 0;
      allowed |= (used & Flags.DRAIN_READBACK_2) != 0 ? Flags.TC_2 : 0;
    }
    return (used & ~allowed) | missing(used);
  }

  private int missing(int used) {
    if (opcode.recordRequired()) {
      return (Flags.RECORD_ADDRESS_VALID | Flags.REQUEST_RECORD) & ~used;
    }
    int either = Flags.REQUEST_RECORD | Flags.REQUEST_INTERRUPT;
    return opcode == Opcode.DRAIN && (used & either) == 0 ? either : 0;
  }

  /** {@return whether all reserved bytes are zero} */
  boolean reservedZero(MemorySegment d, long at, int used, Limits limits) {
    long free = 0;
    for (Opcode.Option option : options) {
      if ((used & option.flag()) != 0) {
        free |= option.bytes();
      }
    }
    // Bytes 0 to 15 are never reserved.
    for (int i = 2; i < reservedWords.length; i++) {
      long mask = reservedWords[i];
      if (free != 0) {
        mask &= ~spread((int) (free >>> (8 * i)) & 0xff);
      }
      if ((Descriptor.longAt(d, at, 8 * i) & mask) != 0) {
        return false;
      }
    }
    return opcode != Opcode.TRANSLATION_FETCH
        || limits.has(Limits.STRIDE)
        || Descriptor.intAt(d, at, 48) == 0;
  }

  private static boolean available(Opcode.Option option, Limits limits) {
    return option.capability() == Opcode.Option.ALWAYS || limits.has(option.capability());
  }

  /** {@return a word with all bits set in byte n where bit n is set} */
  private static long spread(int bits) {
    long word = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      word |= (bits >>> i & 1) != 0 ? 0xffL << (8 * i) : 0;
    }
    return word;
  }
}
