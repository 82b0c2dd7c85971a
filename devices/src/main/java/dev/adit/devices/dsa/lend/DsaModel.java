package dev.adit.devices.dsa.lend;

import dev.adit.devices.Attachment;
import dev.adit.devices.Model;
import dev.adit.devices.PhysicalFunction;
import dev.adit.devices.Traits;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.EnginePolicy;
import java.util.ArrayList;
import java.util.List;

/**
 * A physical DSA as its driver is to set it up.
 *
 * @param profile what it can do
 * @param engines how its engines run
 * @param groups engines of each group: one number for each, by index
 * @param queues its work queues by index; fewer than the profile has leave the rest unused
 */
public record DsaModel(
    DsaProfile profile, EnginePolicy engines, List<Integer> groups, List<QueuePlan> queues)
    implements Model {
  private static final int MOST_WEIGHT = 15;

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
  public DsaModel {
    groups = List.copyOf(groups);
    queues = List.copyOf(queues);
  }

  /**
   * {@return a function whose queues have the same size and share all engines}
   *
   * @param shared how many of its queues are shared, the last ones
   */
  public static DsaModel even(DsaProfile profile, int shared) {
    List<QueuePlan> queues = new ArrayList<>();
    for (int wq = 0; wq < profile.wqs(); wq++) {
      int size = profile.entries() / profile.wqs();
      queues.add(new QueuePlan(0, size, wq >= profile.wqs() - shared, 8));
    }
    return new DsaModel(profile, EnginePolicy.threads(), List.of(profile.engines()), queues);
  }

  /** {@return this plan with other engines} */
  public DsaModel withEngines(EnginePolicy other) {
    return new DsaModel(profile, other, groups, queues);
  }

  @Override
  public String kind() {
    return profile.architecture().family();
  }

  @Override
  public Traits traits() {
    return new Traits(
        Traits.RequesterId.FUNCTION,
        Traits.Memory.PASID,
        profile.imsEntries() > 0 ? Traits.Store.DEVICE_MEMORY : Traits.Store.NONE,
        Traits.Writer.HOST,
        true,
        true);
  }

  @Override
  public PhysicalFunction make(String name, Attachment attachment, boolean store) {
    check();
    return new PhysicalDsa(name, this, attachment, store && profile.imsEntries() > 0);
  }

  private void check() {
    int sizes = 0;
    for (QueuePlan queue : queues) {
      must(
          queue.group() >= 0 && queue.group() < groups.size(),
          "a queue is in group " + queue.group() + ", which the plan does not have");
      must(
          queue.size() >= 1 && queue.weight() >= 1 && queue.weight() <= MOST_WEIGHT,
          "a queue needs a size of 1 or more and a weight of 1 to 15");
      sizes += queue.size();
    }
    must(
        queues.size() <= profile.wqs() && sizes <= profile.entries(),
        "it has %d queues and %d entries, and the plan wants %d and %d"
            .formatted(profile.wqs(), profile.entries(), queues.size(), sizes));
    int sum = groups.stream().mapToInt(Integer::intValue).sum();
    must(
        groups.stream().noneMatch(each -> each < 1)
            && sum <= profile.engines()
            && groups.size() <= profile.groups(),
        "it has %d groups and %d engines, and each group needs an engine"
            .formatted(profile.groups(), profile.engines()));
  }

  private static void must(boolean holds, String sentence) {
    if (!holds) {
      throw new IllegalArgumentException(sentence);
    }
  }
}
