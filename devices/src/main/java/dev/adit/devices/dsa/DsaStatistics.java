package dev.adit.devices.dsa;

import java.util.List;
import java.util.Map;

/**
 * What a device has done since it was made, for reports; resets do not clear it.
 *
 * @param queues one for each work queue
 * @param operations completed descriptors by operation, members of batches and errors included,
 *     without operations that never occurred; undefined codes are named by number
 * @param statuses completed descriptors by status code, without codes that never occurred
 * @param interrupts interrupts asked for by MSI-X vector, masked ones included
 * @param imsInterrupts interrupts asked for in the interrupt message store
 * @param failures descriptors lost to a mistake of this program; each one is logged
 */
public record DsaStatistics(
    List<Queue> queues,
    Map<String, Long> operations,
    Map<Integer, Long> statuses,
    List<Long> interrupts,
    long imsInterrupts,
    long failures) {

  public DsaStatistics {
    queues = List.copyOf(queues);
    interrupts = List.copyOf(interrupts);
  }

  /**
   * One work queue.
   *
   * @param index its number
   * @param accepted descriptors accepted at its portals
   * @param rejected posted writes dropped because the queue was full, disabled or shared
   * @param retried deferrable writes answered with Retry
   * @param occupancy descriptors waiting now
   */
  public record Queue(int index, long accepted, long rejected, long retried, int occupancy) {}

  /** {@return completed descriptors of all kinds} */
  public long completed() {
    return statuses.values().stream().mapToLong(Long::longValue).sum();
  }
}
