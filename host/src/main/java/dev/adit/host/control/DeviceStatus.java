package dev.adit.host.control;

import dev.adit.devices.Figure;
import java.util.List;

/**
 * An active device: what it got, and what it has done.
 *
 * @param state what it is doing
 * @param attached whether a client is connected
 * @param pasid the PASID of its descriptors
 * @param entries the entries of its function's message store that are its own
 * @param ims the verdict about IMS
 * @param figures what it reports of itself
 */
public record DeviceStatus(
    State state,
    boolean attached,
    int pasid,
    List<Integer> entries,
    ImsUse ims,
    List<Figure> figures) {
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
    figures = List.copyOf(figures);
  }
}
