package dev.adit.devices.iaa;

import dev.adit.devices.dsa.Limits;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Status;
import dev.adit.devices.iaa.spec.CompressionAecs;
import dev.adit.devices.iaa.spec.IaaDescriptor;
import dev.adit.devices.iaa.spec.IaaDescriptor.CompressFlags;
import dev.adit.devices.iaa.spec.IaaDescriptor.DecompressFlags;
import dev.adit.devices.iaa.spec.IaaOpcode;
import dev.adit.devices.iaa.spec.IaaStatus;
import java.lang.foreign.MemorySegment;

/** The checks of a descriptor before anything of it is executed. */
final class IaaCheck {
  private static final int RECORD_ALIGNMENT = 64;
  private static final int ALWAYS =
      Flags.RECORD_ADDRESS_VALID | Flags.REQUEST_RECORD | Flags.REQUEST_INTERRUPT | Flags.TC_RECORD;
  private static final int DATA =
      Flags.BLOCK_ON_FAULT
          | Flags.CACHE_CONTROL
          | Flags.STRICT_ORDER
          | Flags.TC_1
          | Flags.TC_2
          | IaaDescriptor.CRC_RFC3720;
  private static final int AECS =
      IaaDescriptor.READ_AECS | IaaDescriptor.WRITE_AECS | IaaDescriptor.TOGGLE_AECS;

  private IaaCheck() {}

  /** {@return {@link Status#NONE} if the descriptor may be executed, otherwise its error} */
  static int check(MemorySegment d, long at, Limits limits) {
    if ((Descriptor.flags(d, at) & Flags.RECORD_ADDRESS_VALID) != 0
        && (Descriptor.recordAddress(d, at) & (RECORD_ALIGNMENT - 1)) != 0) {
      return Status.RECORD_ALIGNMENT;
    }
    IaaOpcode opcode = IaaOpcode.of(Descriptor.opcode(d, at));
    if (opcode == null || (limits.operations() & IaaArchitecture.bit(opcode)) == 0) {
      return Status.OPCODE;
    }
    if (invalidFlags(d, at, limits) != 0) {
      return Status.INVALID_FLAGS;
    }
    return switch (opcode) {
      case NOOP, DRAIN -> Status.NONE;
      case DECOMPRESS -> decompress(d, at, limits);
      case COMPRESS -> compress(d, at, limits);
    };
  }

  /** {@return the flags that are set and must not be, or are not set and must be} */
  static int invalidFlags(MemorySegment d, long at, Limits limits) {
    int used = Descriptor.flags(d, at);
    IaaOpcode opcode = IaaOpcode.of(Descriptor.opcode(d, at));
    int allowed = ALWAYS;
    int required = 0;
    if (opcode == IaaOpcode.COMPRESS || opcode == IaaOpcode.DECOMPRESS) {
      allowed |= DATA;
      // Size and checksums are told by the record alone.
      required = Flags.RECORD_ADDRESS_VALID | Flags.REQUEST_RECORD;
    }
    if (opcode == IaaOpcode.COMPRESS) {
      allowed |= AECS;
    }
    if (!limits.blockOnFault()) {
      allowed &= ~Flags.BLOCK_ON_FAULT;
    }
    if (!limits.interrupts()) {
      allowed &= ~Flags.REQUEST_INTERRUPT;
    }
    if (opcode == IaaOpcode.DRAIN
        && (used & (Flags.REQUEST_RECORD | Flags.REQUEST_INTERRUPT)) == 0) {
      required = Flags.REQUEST_RECORD | Flags.REQUEST_INTERRUPT;
    }
    return (used & ~allowed) | (required & ~used);
  }

  private static int decompress(MemorySegment d, long at, Limits limits) {
    int flags = Descriptor.shortAt(d, at, IaaDescriptor.OPERATION_FLAGS);
    if ((flags & ~DecompressFlags.KNOWN) != 0 || (flags & DecompressFlags.ENABLE) == 0) {
      return IaaStatus.OPERATION_FLAGS;
    }
    boolean suppressed = (flags & DecompressFlags.SUPPRESS_OUTPUT) != 0;
    return sizes(d, at, limits, !suppressed);
  }

  private static int compress(MemorySegment d, long at, Limits limits) {
    int flags = Descriptor.shortAt(d, at, IaaDescriptor.OPERATION_FLAGS);
    if ((flags & ~CompressFlags.KNOWN) != 0) {
      return IaaStatus.OPERATION_FLAGS;
    }
    boolean statistics = (flags & CompressFlags.STATISTICS) != 0;
    boolean aecs = (Descriptor.flags(d, at) & IaaDescriptor.READ_AECS) != 0;
    if (!statistics && !aecs) {
      return IaaStatus.OPERATION_FLAGS;
    }
    long size = Descriptor.intAt(d, at, IaaDescriptor.SOURCE_2_SIZE);
    if (aecs && size != CompressionAecs.BYTES) {
      return Status.TRANSFER_SIZE;
    }
    return sizes(d, at, limits, true);
  }

  private static int sizes(MemorySegment d, long at, Limits limits, boolean written) {
    if (Descriptor.longAt(d, at, IaaDescriptor.ANALYTICS) != 0) {
      return Status.RESERVED_FIELD;
    }
    long size = Descriptor.size(d, at);
    long room = Descriptor.intAt(d, at, IaaDescriptor.MAX_DESTINATION);
    long most = Math.min(limits.maxTransfer(), IaaExecutor.MOST_BYTES);
    if (size == 0 || size > most || (written && (room == 0 || room > most))) {
      return Status.TRANSFER_SIZE;
    }
    long distance = Descriptor.destination(d, at) - Descriptor.source(d, at);
    boolean overlap =
        Long.compareUnsigned(distance, size) < 0 || Long.compareUnsigned(-distance, room) < 0;
    return written && overlap ? Status.OVERLAP : Status.NONE;
  }
}
