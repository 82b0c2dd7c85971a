package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Puts a descriptor together, field by field, for tests. */
final class DescriptorBuilder {
  /** What an operation that must have a record needs. */
  static final int RECORD = Flags.RECORD_ADDRESS_VALID | Flags.REQUEST_RECORD;

  private final MemorySegment segment =
      MemorySegment.ofArray(new long[Descriptor.BYTES / Long.BYTES]);

  static DescriptorBuilder of(Opcode opcode) {
    return new DescriptorBuilder().set8(Descriptor.OPCODE, opcode.code()).flags(RECORD);
  }

  DescriptorBuilder flags(int flags) {
    int opcode = Descriptor.opcode(segment, 0);
    return set32(Descriptor.FLAGS, flags | opcode << 24);
  }

  DescriptorBuilder also(int flags) {
    return flags(Descriptor.flags(segment, 0) | flags);
  }

  DescriptorBuilder from(long address) {
    return set64(Descriptor.SOURCE, address);
  }

  DescriptorBuilder to(long address) {
    return set64(Descriptor.DESTINATION, address);
  }

  DescriptorBuilder size(long size) {
    return set32(Descriptor.SIZE, (int) size);
  }

  DescriptorBuilder set8(int offset, int value) {
    segment.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
    return this;
  }

  DescriptorBuilder set16(int offset, int value) {
    segment.set(Descriptor.SHORT, offset, (short) value);
    return this;
  }

  DescriptorBuilder set32(int offset, int value) {
    segment.set(Descriptor.INT, offset, value);
    return this;
  }

  DescriptorBuilder set64(int offset, long value) {
    segment.set(Descriptor.LONG, offset, value);
    return this;
  }

  MemorySegment segment() {
    return segment;
  }
}
