package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Opcode;
import java.lang.foreign.MemorySegment;

/** Batches in guest memory, for tests. */
final class Batches {
  private Batches() {}

  /** Writes members to memory, from an offset on. */
  static void write(Driver driver, long offset, DescriptorBuilder... members) {
    for (int i = 0; i < members.length; i++) {
      MemorySegment.copy(
          members[i].segment(), 0, driver.memory.memory, offset + 64L * i, Descriptor.BYTES);
    }
  }

  /** {@return a batch with its list at an offset of memory} */
  static DescriptorBuilder batch(long offset, long count, long record) {
    return DescriptorBuilder.of(Opcode.BATCH)
        .set64(Descriptor.RECORD_ADDRESS, record)
        .from(GuestMemory.BASE + offset)
        .size(count);
  }
}
