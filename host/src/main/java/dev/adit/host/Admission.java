package dev.adit.host;

import dev.adit.devices.Refusal;
import dev.adit.devices.Refusal.Reason;
import dev.adit.platform.Outcome;
import dev.adit.platform.Verdict;
import java.util.Optional;

/**
 * What decides whether a device may be made from a function now.
 *
 * @param function the function's name
 * @param verdict whether its message store may be used, and why
 * @param entriesFree entries that are left of the store behind its interrupts
 * @param ims whether that is the message store; otherwise the MSI-X table
 */
record Admission(String function, Verdict verdict, int entriesFree, boolean ims) {
  /**
   * {@return why it is refused, if it is}
   *
   * @param resources what the function itself says of the request
   * @param vectors entries that the type needs
   * @param quota entries that the device may hold
   */
  Optional<Refusal> judge(Optional<Refusal> resources, String type, int vectors, int quota) {
    if (verdict.outcome() == Outcome.DENY) {
      return refused(Reason.NOT_ALLOWED, "%s: %s".formatted(function, verdict.reason()) + remedy());
    }
    if (resources.isPresent()) {
      return resources;
    }
    if (entriesFree < vectors) {
      return refused(
          Reason.NO_CAPACITY,
          "%s has %d interrupt entries left (%s)"
              .formatted(function, entriesFree, ims ? "IMS" : "MSI-X"));
    }
    if (quota < vectors) {
      return refused(
          Reason.BAD_REQUEST, type + " needs a quota of " + vectors + " interrupt entries");
    }
    return Optional.empty();
  }

  private static Optional<Refusal> refused(Reason reason, String sentence) {
    return Optional.of(new Refusal(reason, sentence));
  }

  private String remedy() {
    return verdict.changes().isEmpty()
        ? ""
        : " What would change that: " + String.join(", ", verdict.changes().getFirst().steps());
  }
}
