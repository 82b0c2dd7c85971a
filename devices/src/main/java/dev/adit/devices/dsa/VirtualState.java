package dev.adit.devices.dsa;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What a suspended virtual function consists of: everything that its guest can see and nothing of
 * the physical side. Its work has been drained; what the guest submitted since is kept as it came.
 *
 * @param config the configuration space, 4096 bytes
 * @param registers BAR0 up to the MSI-X table
 * @param msix the MSI-X table, 16 bytes for each entry
 * @param pending bit n set for a vector n that waits to be unmasked
 * @param enabled whether the device is Enabled
 * @param queues by index
 */
public record VirtualState(
    MemorySegment config,
    MemorySegment registers,
    MemorySegment msix,
    long pending,
    boolean enabled,
    List<Queue> queues) {
  /**
   * A work queue.
   *
   * @param enabled whether it is Enabled
   * @param kept descriptors submitted while the function was suspended, 64 bytes each
   */
  public record Queue(boolean enabled, MemorySegment kept) {}

  public VirtualState {
    config = config.asReadOnly();
    registers = registers.asReadOnly();
    msix = msix.asReadOnly();
    queues = List.copyOf(queues);
  }
}
