package dev.adit.devices.dsa.lend;

import dev.adit.devices.Refusal.Reason;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Section;
import dev.adit.devices.Tree;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The groups, work queues and engines of a DSA, in the JSON that accel-config saves and loads: a
 * list of devices, each with {@code groups}, these with {@code grouped_workqueues} and {@code
 * grouped_engines}. What accel-config knows beyond this record (names, drivers, read buffers) may
 * be there and is passed over.
 *
 * @param device its name, such as {@code dsa0}
 * @param groups by index
 */
public record QueueLayout(String device, List<Group> groups) {
  private static final Pattern DEVICE = Pattern.compile("[a-z]+([0-9]{1,6})");
  private static final Pattern PART = Pattern.compile("[a-z]+([0-9]{1,6})\\.([0-9]{1,3})");
  private static final int MOST = 255;

  /**
   * A group.
   *
   * @param index its number
   * @param queues the work queues that its engines serve
   * @param engines its engines by number
   */
  public record Group(int index, List<Queue> queues, List<Integer> engines) {
    public Group {
      queues = List.copyOf(queues);
      engines = List.copyOf(engines);
    }
  }

  /**
   * A work queue.
   *
   * @param index its number
   * @param shared {@code mode}: whether it is {@code shared}, else {@code dedicated}
   * @param size its entries
   * @param priority its share of the group's engines beside others, 1 to 15
   */
  public record Queue(int index, boolean shared, int size, int priority) {}

  public QueueLayout {
    groups = List.copyOf(groups);
  }

  /**
   * Reads the layout of one device.
   *
   * @param device the device to look for; a file with only one device is taken for any
   * @throws RefusedException if it is not there, or contradicts itself
   */
  public static QueueLayout read(Tree tree, String device) {
    List<Tree> devices = tree instanceof Tree.Items list ? list.items() : List.of(tree);
    List<String> names = new ArrayList<>();
    for (Tree each : devices) {
      Section section = Section.of(each, "a device");
      String name = section.requiredText("dev", "dsa0");
      names.add(name);
      if (name.equals(device) || devices.size() == 1) {
        return new QueueLayout(device, new Reader().groups(section));
      }
    }
    throw RefusedException.at(
        tree.place(), "no device '" + device + "' here; there are: " + String.join(", ", names));
  }

  /** Sees to it that nothing is used twice. */
  private static final class Reader {
    private final Set<Integer> queues = new HashSet<>();
    private final Set<Integer> engines = new HashSet<>();

    List<Group> groups(Section device) {
      List<Group> groups = new ArrayList<>();
      Set<Integer> seen = new HashSet<>();
      for (Tree tree : device.items("groups")) {
        Section section = Section.of(tree, "a group");
        int index = index(section, "group0.0");
        if (!seen.add(index)) {
          throw section.wrong("dev", "this group is there twice");
        }
        List<Queue> ofGroup = new ArrayList<>();
        for (Tree queue : section.items("grouped_workqueues")) {
          ofGroup.add(queue(Section.of(queue, "a work queue"), index));
        }
        List<Integer> its = new ArrayList<>();
        for (Tree engine : section.items("grouped_engines")) {
          its.add(engine(Section.of(engine, "an engine"), index));
        }
        if (!ofGroup.isEmpty() && its.isEmpty()) {
          throw section.wrong("grouped_workqueues", "a group with work queues needs an engine");
        }
        groups.add(new Group(index, ofGroup, its));
      }
      return groups;
    }

    private Queue queue(Section section, int group) {
      int index = index(section, "wq0.0");
      if (!queues.add(index)) {
        throw section.wrong("dev", "this work queue is there twice");
      }
      inGroup(section, group);
      String mode = section.text("mode").orElse("dedicated");
      if (!mode.equals("dedicated") && !mode.equals("shared")) {
        throw section.wrong("mode", "must be dedicated or shared");
      }
      int size = section.number("size", 1, 32768, 0);
      if (size == 0) {
        throw section.wrong("size", "is missing, for example: 16");
      }
      return new Queue(index, mode.equals("shared"), size, section.number("priority", 1, 15, 10));
    }

    private int engine(Section section, int group) {
      int index = index(section, "engine0.0");
      if (!engines.add(index)) {
        throw section.wrong("dev", "this engine is there twice");
      }
      inGroup(section, group);
      return index;
    }

    private static void inGroup(Section section, int group) {
      if (section.number("group_id", -1, MOST, group) != group) {
        throw section.wrong("group_id", "is not the group it stands in");
      }
    }

    private static int index(Section section, String example) {
      String name = section.requiredText("dev", example);
      Matcher matcher = PART.matcher(name);
      if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > MOST) {
        throw section.wrong("dev", "must look like " + example);
      }
      return Integer.parseInt(matcher.group(2));
    }
  }

  /** {@return the layout of a function as it is planned} */
  public static QueueLayout of(String name, DsaModel plan) {
    List<Group> groups = new ArrayList<>();
    int engine = 0;
    for (int group = 0; group < plan.groups().size(); group++) {
      List<Queue> queues = new ArrayList<>();
      for (int wq = 0; wq < plan.queues().size(); wq++) {
        DsaModel.QueuePlan queue = plan.queues().get(wq);
        if (queue.group() == group) {
          queues.add(new Queue(wq, queue.shared(), queue.size(), queue.weight()));
        }
      }
      List<Integer> engines = new ArrayList<>();
      for (int i = 0; i < plan.groups().get(group); i++) {
        engines.add(engine++);
      }
      groups.add(new Group(group, queues, engines));
    }
    return new QueueLayout(name, groups);
  }

  /** {@return how many engines each group has, by index} */
  public List<Integer> engines() {
    List<Integer> engines = new ArrayList<>();
    for (Group group : used()) {
      if (group.index() != engines.size()) {
        throw refused("the groups that are used must be numbered from 0 on, without gaps");
      }
      engines.add(group.engines().size());
    }
    return engines;
  }

  /** {@return the work queues by index, as a plan has them} */
  public List<DsaModel.QueuePlan> queuePlans() {
    TreeMap<Integer, DsaModel.QueuePlan> plans = new TreeMap<>();
    for (Group group : used()) {
      for (Queue queue : group.queues()) {
        plans.put(
            queue.index(),
            new DsaModel.QueuePlan(group.index(), queue.size(), queue.shared(), queue.priority()));
      }
    }
    if (!plans.isEmpty() && plans.lastKey() != plans.size() - 1) {
      throw refused("work queues must be numbered from 0 on, without gaps");
    }
    return List.copyOf(plans.values());
  }

  private List<Group> used() {
    return groups.stream()
        .filter(group -> !group.engines().isEmpty())
        .sorted(Comparator.comparingInt(Group::index))
        .toList();
  }

  private RefusedException refused(String sentence) {
    return new RefusedException(Reason.BAD_REQUEST, device + ": " + sentence);
  }

  /** {@return the layout as accel-config writes it} */
  public List<Object> plain() {
    Matcher matcher = DEVICE.matcher(device);
    String number = matcher.matches() ? matcher.group(1) : "0";
    List<Object> groupList = new ArrayList<>();
    for (Group group : groups) {
      Map<String, Object> plain = new LinkedHashMap<>();
      plain.put("dev", "group" + number + "." + group.index());
      if (!group.queues().isEmpty()) {
        plain.put(
            "grouped_workqueues",
            group.queues().stream().map(queue -> plain(queue, number, group.index())).toList());
      }
      if (!group.engines().isEmpty()) {
        plain.put(
            "grouped_engines",
            group.engines().stream()
                .map(engine -> part("engine" + number + "." + engine, group.index()))
                .toList());
      }
      groupList.add(plain);
    }
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("dev", device);
    plain.put("groups", groupList);
    return List.of(plain);
  }

  private static Map<String, Object> plain(Queue queue, String number, int group) {
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("dev", "wq" + number + "." + queue.index());
    plain.put("mode", queue.shared() ? "shared" : "dedicated");
    plain.put("size", queue.size());
    plain.put("group_id", group);
    plain.put("priority", queue.priority());
    plain.put("block_on_fault", 0);
    if (queue.shared()) {
      plain.put("threshold", queue.size());
    }
    return plain;
  }

  private static Map<String, Object> part(String name, int group) {
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("dev", name);
    plain.put("group_id", group);
    return plain;
  }

  /**
   * Checks the layout against what a function has.
   *
   * @throws RefusedException if it asks for more
   */
  public void check(int wqs, int entries, int groupCount, int engineCount) {
    int sum = 0;
    for (Group group : groups) {
      sum += group.queues().stream().mapToInt(Queue::size).sum();
      within("group", Optional.of(group.index()), groupCount);
      within("work queue", highest(group.queues().stream().map(Queue::index).toList()), wqs);
      within("engine", highest(group.engines()), engineCount);
    }
    engines();
    queuePlans();
    if (sum > entries) {
      throw new RefusedException(
          Reason.BAD_REQUEST,
          "the queues of " + device + " have " + sum + " entries, and there are " + entries);
    }
  }

  private static Optional<Integer> highest(List<Integer> numbers) {
    return numbers.stream().max(Integer::compare);
  }

  private void within(String what, Optional<Integer> index, int count) {
    if (index.isPresent() && index.get() >= count) {
      throw new RefusedException(
          Reason.BAD_REQUEST,
          device + " has no " + what + " " + index.get() + ": there are " + count);
    }
  }
}
