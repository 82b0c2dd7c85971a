package dev.adit.devices.dsa;

import static dev.adit.devices.dsa.spec.Descriptor.byteAt;
import static dev.adit.devices.dsa.spec.Descriptor.destination;
import static dev.adit.devices.dsa.spec.Descriptor.intAt;
import static dev.adit.devices.dsa.spec.Descriptor.longAt;
import static dev.adit.devices.dsa.spec.Descriptor.source;

import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Dif;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import java.lang.foreign.MemorySegment;

/** The checks of sizes, alignments and overlaps, which differ by operation (section 8.3). */
final class OperandCheck {
  /** A delta record names 8-byte words with 16 bits. */
  private static final long MAX_DELTA_TRANSFER = 0x80000;

  private static final int DELTA_ENTRY = 10;
  private static final int MIN_DELTA_ROOM = 80;

  private OperandCheck() {}

  /** {@return {@link Status#NONE} or the error} */
  static int check(Opcode opcode, MemorySegment d, long at, Limits limits) {
    long size = Descriptor.size(d, at);
    switch (opcode) {
      case NOOP, DRAIN -> {
        return Status.NONE;
      }
      case BATCH -> {
        return batch(d, at, size, limits);
      }
      default -> {
        if (size == 0 || size > limits.maxTransfer()) {
          return Status.TRANSFER_SIZE;
        }
      }
    }
    return switch (opcode) {
      case MEMORY_MOVE ->
          limits.has(Limits.OVERLAPPING_COPY) ? Status.NONE : apart(d, at, size, size);
      case COPY_CRC -> apart(d, at, size, size);
      case CREATE_DELTA -> createDelta(d, at, size);
      case APPLY_DELTA -> applyDelta(d, at, size);
      case DUALCAST -> dualcast(d, at, size);
      case DIF_CHECK, DIF_INSERT, DIF_STRIP, DIF_UPDATE, DIX_GENERATE -> dif(opcode, d, at, size);
      default -> Status.NONE;
    };
  }

  private static int batch(MemorySegment d, long at, long count, Limits limits) {
    int least = limits.has(Limits.BATCH_OF_ONE) ? 1 : 2;
    if (count < least || count > limits.maxBatch()) {
      return Status.DESCRIPTOR_COUNT;
    }
    return aligned(source(d, at), Descriptor.ALIGNMENT) ? Status.NONE : Status.LIST_ALIGNMENT;
  }

  private static int createDelta(MemorySegment d, long at, long size) {
    if (size % Long.BYTES != 0 || size > MAX_DELTA_TRANSFER) {
      return Status.TRANSFER_SIZE;
    }
    long room = intAt(d, at, Descriptor.DELTA_MAX_SIZE);
    if (room < MIN_DELTA_ROOM || room % DELTA_ENTRY != 0) {
      return Status.FIELD_VALUE;
    }
    long delta = longAt(d, at, Descriptor.DELTA_ADDRESS);
    long original = source(d, at);
    long modified = destination(d, at);
    if (!aligned(original | modified | delta, Long.BYTES)) {
      return Status.ADDRESS_ALIGNMENT;
    }
    return overlap(delta, room, original, size) || overlap(delta, room, modified, size)
        ? Status.OVERLAP
        : Status.NONE;
  }

  private static int applyDelta(MemorySegment d, long at, long size) {
    if (size % Long.BYTES != 0) {
      return Status.TRANSFER_SIZE;
    }
    long length = intAt(d, at, Descriptor.DELTA_SIZE);
    if (length == 0 || length % DELTA_ENTRY != 0) {
      return Status.FIELD_VALUE;
    }
    if (!aligned(source(d, at) | destination(d, at), Long.BYTES)) {
      return Status.ADDRESS_ALIGNMENT;
    }
    return apart(d, at, length, size);
  }

  private static int dualcast(MemorySegment d, long at, long size) {
    long first = destination(d, at);
    long second = longAt(d, at, Descriptor.DESTINATION_2);
    if (!aligned(first ^ second, 0x1000)) {
      return Status.DUALCAST_ALIGNMENT;
    }
    return overlap(first, size, second, size)
            || overlap(source(d, at), size, first, size)
            || overlap(source(d, at), size, second, size)
        ? Status.OVERLAP
        : Status.NONE;
  }

  private static int dif(Opcode opcode, MemorySegment d, long at, long size) {
    int flags = byteAt(d, at, Descriptor.DIF_FLAGS);
    int to = byteAt(d, at, Descriptor.DIF_DESTINATION_FLAGS);
    if ((flags & Dif.RESERVED) != 0 || (to & reservedDestinationFlags(opcode)) != 0) {
      return Status.RESERVED_FIELD;
    }
    boolean plainSource = opcode == Opcode.DIF_INSERT || opcode == Opcode.DIX_GENERATE;
    long block = Dif.blockSize(flags);
    long step = plainSource ? block : block + Dif.BYTES;
    if (size % step != 0) {
      return Status.TRANSFER_SIZE;
    }
    long blocks = size / step;
    if (opcode == Opcode.DIX_GENERATE && !aligned(destination(d, at), Dif.BYTES)) {
      return Status.ADDRESS_ALIGNMENT;
    }
    return switch (opcode) {
      case DIF_INSERT -> apart(d, at, size, blocks * (block + Dif.BYTES));
      case DIF_STRIP -> apart(d, at, size, blocks * block);
      case DIF_UPDATE -> apart(d, at, size, size);
      case DIX_GENERATE -> apart(d, at, size, blocks * Dif.BYTES);
      default -> Status.NONE;
    };
  }

  /** Only an update has something to pass through. */
  private static int reservedDestinationFlags(Opcode opcode) {
    return switch (opcode) {
      case DIF_UPDATE -> Dif.DESTINATION_RESERVED;
      case DIF_INSERT, DIX_GENERATE -> Dif.DESTINATION_RESERVED | Dif.PASS_THROUGH;
      default -> 0;
    };
  }

  private static int apart(MemorySegment d, long at, long read, long written) {
    return overlap(source(d, at), read, destination(d, at), written) ? Status.OVERLAP : Status.NONE;
  }

  /** {@return whether two ranges of the 64-bit address space, which may wrap, share a byte} */
  static boolean overlap(long a, long aLength, long b, long bLength) {
    return Long.compareUnsigned(b - a, aLength) < 0 || Long.compareUnsigned(a - b, bLength) < 0;
  }

  private static boolean aligned(long value, long alignment) {
    return (value & (alignment - 1)) == 0;
  }
}
