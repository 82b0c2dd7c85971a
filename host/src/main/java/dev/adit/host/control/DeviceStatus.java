package dev.adit.host.control;

import java.util.List;

/**
 * An active device: what it got, and what it has done.
 *
 * @param state what it is doing
 * @param attached whether a client is connected
 * @param pasid the PASID of its descriptors
 * @param entries the entries of its function's message store that are its own
 * @param ims the verdict about IMS
 * @param queues its work queues, as its guest sees them
 * @param completed descriptors done
 * @param interrupts interrupts by vector of the guest
 * @param errors errors reported to the guest beside completion records
 * @param revocations how often its handles were taken back
 */
public record DeviceStatus(
    State state,
    boolean attached,
    int pasid,
    List<Integer> entries,
    ImsUse ims,
    List<QueueStatus> queues,
    long completed,
    List<Long> interrupts,
    long errors,
    long revocations) {
  /** What a device is doing. */
  public enum State {
    /** It serves its guest. */
    RUNNING,
    /** It holds what its guest submits. */
    SUSPENDED
  }

  /**
   * The verdict about IMS for a device.
   *
   * @param requested the switch: {@code auto}, {@code on}, {@code off}
   * @param used whether completions go over IMS
   * @param rule the rule that decided
   * @param reason its sentence
   * @param isolation the level of isolation, 0 to 3
   */
  public record ImsUse(String requested, boolean used, String rule, String reason, int isolation) {}

  public DeviceStatus {
    entries = List.copyOf(entries);
    queues = List.copyOf(queues);
    interrupts = List.copyOf(interrupts);
  }
}
