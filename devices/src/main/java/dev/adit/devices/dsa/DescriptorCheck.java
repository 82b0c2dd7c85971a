package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.CompletionRecord;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The checks of a descriptor before anything of it is executed, in the order of section 5.4: record
 * alignment, operation, flags, reserved fields, size, alignments, overlap. What needs the device's
 * interrupt tables (the handle) comes after them and is not done here.
 */
final class DescriptorCheck {
  private static final @Nullable OpcodeRule[] RULES = new OpcodeRule[256];

  static {
    for (Opcode opcode : Opcode.values()) {
      RULES[opcode.code()] = new OpcodeRule(opcode);
    }
  }

  private int invalidFlags;

  /** {@return the flags that made the last check fail with "invalid flags", otherwise 0} */
  int invalidFlags() {
    return invalidFlags;
  }

  /** {@return {@link Status#NONE} if the descriptor may be executed, otherwise its error} */
  int check(MemorySegment d, long at, Limits limits, boolean inBatch) {
    invalidFlags = 0;
    int flags = Descriptor.flags(d, at);
    if ((flags & Flags.RECORD_ADDRESS_VALID) != 0
        && (Descriptor.recordAddress(d, at) & (CompletionRecord.ALIGNMENT - 1)) != 0) {
      return Status.RECORD_ALIGNMENT;
    }
    OpcodeRule rule = RULES[Descriptor.opcode(d, at)];
    if (rule == null
        || !limits.allows(rule.opcode())
        || !allowedHere(rule.opcode(), limits, inBatch)) {
      return Status.OPCODE;
    }
    invalidFlags = rule.invalidFlags(flags, limits, inBatch);
    if (invalidFlags != 0) {
      return Status.INVALID_FLAGS;
    }
    if (!rule.reservedZero(d, at, flags, limits)) {
      return Status.RESERVED_FIELD;
    }
    return OperandCheck.check(rule.opcode(), d, at, limits);
  }

  private static boolean allowedHere(Opcode opcode, Limits limits, boolean inBatch) {
    return switch (opcode) {
      case BATCH, DRAIN -> !inBatch;
      case TRANSLATION_FETCH -> limits.translationFetch();
      default -> true;
    };
  }
}
