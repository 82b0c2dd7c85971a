package dev.adit.host;

import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.EnginePolicy;
import dev.adit.platform.Evidence;
import dev.adit.platform.Ims;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A physical DSA as the host is to set it up.
 *
 * @param name what it is called, such as {@code dsa0}
 * @param profile what it can do
 * @param engines how its engines run
 * @param groups engines of each group: one number for each, by index
 * @param queues its work queues by index; fewer than the profile has leave the rest unused
 * @param ims the switch for its message store
 * @param evidence what the decision about the store rests on; without, what Adit knows of its own
 *     remapping unit, to which an emulated function's messages go
 */
public record FunctionPlan(
    String name,
    DsaProfile profile,
    EnginePolicy engines,
    List<Integer> groups,
    List<QueuePlan> queues,
    Ims ims,
    Optional<Evidence> evidence) {

  /**
   * A work queue.
   *
   * @param group the group whose engines serve it
   * @param size its entries
   * @param shared whether it is cut into parts for several devices
   * @param weight its share of the group's engines beside others, 1 to 15
   */
  public record QueuePlan(int group, int size, boolean shared, int weight) {}

  /** Makes the lists unmodifiable. */
  public FunctionPlan {
    groups = List.copyOf(groups);
    queues = List.copyOf(queues);
  }

  /**
   * {@return a function whose queues have the same size and share all engines}
   *
   * @param shared how many of its queues are shared, the last ones
   */
  public static FunctionPlan even(String name, DsaProfile profile, int shared) {
    List<QueuePlan> queues = new ArrayList<>();
    for (int wq = 0; wq < profile.wqs(); wq++) {
      int size = profile.entries() / profile.wqs();
      queues.add(new QueuePlan(0, size, wq >= profile.wqs() - shared, 8));
    }
    return new FunctionPlan(
        name,
        profile,
        EnginePolicy.threads(),
        List.of(profile.engines()),
        queues,
        Ims.AUTO,
        Optional.empty());
  }

  /** {@return this plan with another position of the switch} */
  public FunctionPlan withIms(Ims other) {
    return new FunctionPlan(name, profile, engines, groups, queues, other, evidence);
  }

  /** {@return this plan with other evidence} */
  public FunctionPlan withEvidence(Evidence other) {
    return new FunctionPlan(name, profile, engines, groups, queues, ims, Optional.of(other));
  }

  /** {@return this plan with other engines} */
  public FunctionPlan withEngines(EnginePolicy other) {
    return new FunctionPlan(name, profile, other, groups, queues, ims, evidence);
  }
}
