package dev.adit.devices.dsa;

import java.util.List;

/**
 * What a virtual function has done since it was made; resets do not clear it.
 *
 * @param queues one for each work queue, as its guest sees them
 * @param interrupts interrupts by vector: those of the device itself, then completions
 * @param errors errors reported to the guest beside completion records
 * @param revocations how often interrupt handles were taken back
 */
public record VirtualStatistics(
    List<DsaStatistics.Queue> queues, List<Long> interrupts, long errors, long revocations) {
  public VirtualStatistics {
    queues = List.copyOf(queues);
    interrupts = List.copyOf(interrupts);
  }
}
