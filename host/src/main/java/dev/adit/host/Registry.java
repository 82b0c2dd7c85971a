package dev.adit.host;

import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.DsaStatistics;
import dev.adit.devices.dsa.LentQueue;
import dev.adit.devices.dsa.VirtualDsa;
import dev.adit.host.Refusal.Reason;
import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.platform.Verdict;
import dev.adit.vfiouser.EventLoops;
import dev.adit.vfiouser.VfioUserException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a host has: physical functions, what they can be cut into, what is left of them,
 * and the virtual devices that run. PASIDs are given here and nowhere else, one to each device.
 * Safe for several threads.
 */
public final class Registry implements AutoCloseable {
  /** PASIDs are 20 bits; this many devices is what the descriptors of the host suffice for. */
  private static final int MOST_DEVICES = 8192;

  /** Each function is alone on a bus. */
  private static final int REQUESTER_SHIFT = 8;

  private static final long DRAIN = 2_000_000_000L;
  private static final long PATIENCE = 10_000_000_000L;

  private final EventLoops loops;
  private final Posts posts = new Posts();
  private final PasidDma spaces = new PasidDma(MOST_DEVICES);
  private final BitSet pasids = new BitSet();
  private final AtomicReferenceArray<@Nullable String> names =
      new AtomicReferenceArray<>(MOST_DEVICES);
  private final Map<String, PhysicalDsa> functions = new LinkedHashMap<>();
  private final Map<String, DedicatedUse> dedicated = new LinkedHashMap<>();
  private final Map<String, SharedQueue> shared = new LinkedHashMap<>();
  private final Map<String, VirtualDevice> devices = new LinkedHashMap<>();
  private final Set<Path> sockets = new HashSet<>();

  /** Who has a dedicated queue. */
  private record DedicatedUse(String owner) {}

  /**
   * Makes an empty one.
   *
   * @param loops the threads that serve the devices' sockets
   */
  public Registry(EventLoops loops) {
    this.loops = loops;
    pasids.set(0);
  }

  /** Sets who is told of interrupt messages that were blocked; must neither block nor throw. */
  public void onBlocked(Consumer<Blocked> listener) {
    posts.blocked(listener);
  }

  /** {@return the device that has a PASID, or had it last; waits for nothing} */
  public Optional<String> owner(int pasid) {
    return pasid < 0 || pasid >= MOST_DEVICES
        ? Optional.empty()
        : Optional.ofNullable(names.get(pasid));
  }

  /** {@return the function that sends with a requester ID} */
  public synchronized Optional<String> function(int requesterId) {
    return functions.keySet().stream().skip((requesterId >>> REQUESTER_SHIFT) - 1L).findFirst();
  }

  /** {@return interrupt messages that came from functions} */
  public long messages() {
    return posts.messages();
  }

  /** {@return interrupt messages that were blocked} */
  public long blockedMessages() {
    return posts.faults();
  }

  /** Sets a physical function up. */
  public synchronized Result<Verdict> add(FunctionPlan plan) {
    if (functions.containsKey(plan.name())) {
      return Result.refused(Reason.IN_USE, "There is a function " + plan.name() + " already");
    }
    String wrong = wrong(plan);
    if (!wrong.isEmpty()) {
      return Result.refused(Reason.BAD_REQUEST, plan.name() + ": " + wrong);
    }
    try {
      int requesterId = (functions.size() + 1) << REQUESTER_SHIFT;
      PhysicalDsa made = new PhysicalDsa(plan, spaces, posts, requesterId, this::checkOwner);
      functions.put(plan.name(), made);
      for (int wq = 0; wq < plan.queues().size(); wq++) {
        if (plan.queues().get(wq).shared()) {
          shared.put(key(made, wq), new SharedQueue(made, wq, made.engines(wq)));
        }
      }
      return Result.done(made.verdict());
    } catch (IllegalArgumentException e) {
      return Result.refused(Reason.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private static String wrong(FunctionPlan plan) {
    DsaProfile profile = plan.profile();
    int sizes = 0;
    for (FunctionPlan.QueuePlan queue : plan.queues()) {
      if (queue.group() < 0 || queue.group() >= plan.groups().size()) {
        return "a queue is in group " + queue.group() + ", which the plan does not have";
      }
      if (queue.size() < 1 || queue.weight() < 1 || queue.weight() > 15) {
        return "a queue needs a size of 1 or more and a weight of 1 to 15";
      }
      sizes += queue.size();
    }
    if (plan.queues().size() > profile.wqs() || sizes > profile.entries()) {
      return "it has %d queues and %d entries, and the plan wants %d and %d"
          .formatted(profile.wqs(), profile.entries(), plan.queues().size(), sizes);
    }
    int engines = plan.groups().stream().mapToInt(Integer::intValue).sum();
    boolean empty = plan.groups().stream().anyMatch(each -> each < 1);
    if (empty || engines > profile.engines() || plan.groups().size() > profile.groups()) {
      return "it has %d groups and %d engines, and each group needs an engine"
          .formatted(profile.groups(), profile.engines());
    }
    return "";
  }

  /** Only what was given here can be the owner of a message store entry. */
  private void checkOwner(Cookie cookie) {
    boolean host = cookie.vm() == Cookie.HOST.vm() && cookie.pasid() < 0;
    synchronized (pasids) {
      if (!host && (cookie.pasid() != cookie.vm() || !pasids.get(cookie.pasid()))) {
        throw new DomainException(
            DomainException.Reason.OWNER, "PASID " + cookie.pasid() + " was not given to anybody");
      }
    }
  }

  /** {@return the names of the functions, in the order in which they came} */
  public synchronized List<String> functions() {
    return List.copyOf(functions.keySet());
  }

  /** {@return a function itself} */
  synchronized Optional<PhysicalDsa> physical(String name) {
    return Optional.ofNullable(functions.get(name));
  }

  /** {@return how a function was planned} */
  public synchronized Optional<FunctionPlan> plan(String name) {
    return Optional.ofNullable(functions.get(name)).map(PhysicalDsa::plan);
  }

  /** {@return whether a function's message store may be used, and why} */
  public synchronized Optional<Verdict> verdict(String name) {
    return Optional.ofNullable(functions.get(name)).map(PhysicalDsa::verdict);
  }

  /** {@return what a function has done} */
  public synchronized Optional<DsaStatistics> statistics(String name) {
    return Optional.ofNullable(functions.get(name)).map(PhysicalDsa::statistics);
  }

  /** {@return what a function has, and what of it is left} */
  public synchronized Optional<Capacity> capacity(String name) {
    return Optional.ofNullable(functions.get(name)).map(this::capacity);
  }

  private Capacity capacity(PhysicalDsa physical) {
    List<Capacity.Queue> queues = new ArrayList<>();
    for (int wq = 0; wq < physical.plan().queues().size(); wq++) {
      FunctionPlan.QueuePlan plan = physical.plan().queues().get(wq);
      queues.add(
          new Capacity.Queue(wq, plan.group(), plan.size(), plan.shared(), owners(physical, wq)));
    }
    CompletionEntries entries = physical.entries();
    synchronized (pasids) {
      return new Capacity(
          queues,
          entries.ims() ? entries.size() : 0,
          entries.ims() ? entries.free() : 0,
          entries.ims() ? 0 : entries.free(),
          MOST_DEVICES - pasids.cardinality());
    }
  }

  private List<String> owners(PhysicalDsa physical, int wq) {
    String name = physical.plan().name();
    return devices.values().stream()
        .filter(each -> each.physical().equals(name) && each.queues().contains(wq))
        .map(VirtualDevice::name)
        .toList();
  }

  /** {@return how many more devices of a type a function has room for; 0 if it has no such type} */
  public synchronized int room(String name, AdiType type) {
    PhysicalDsa physical = functions.get(name);
    if (physical == null) {
      return 0;
    }
    int entries = physical.entries().free() / type.queues();
    if (type.shared()) {
      return sharedQueues(physical).size() < type.queues() ? 0 : entries;
    }
    return Math.min(freeQueues(physical).size() / type.queues(), entries);
  }

  private static String key(PhysicalDsa physical, int wq) {
    return physical.plan().name() + "/" + wq;
  }

  private List<Integer> freeQueues(PhysicalDsa physical) {
    List<Integer> free = new ArrayList<>();
    for (int wq = 0; wq < physical.plan().queues().size(); wq++) {
      boolean mine = !physical.plan().queues().get(wq).shared();
      if (mine && !dedicated.containsKey(key(physical, wq))) {
        free.add(wq);
      }
    }
    return free;
  }

  /** Those with the fewest parts first. */
  private List<Integer> sharedQueues(PhysicalDsa physical) {
    List<Integer> all = new ArrayList<>();
    for (int wq = 0; wq < physical.plan().queues().size(); wq++) {
      if (shared.containsKey(key(physical, wq))) {
        all.add(wq);
      }
    }
    all.sort(Comparator.comparingInt(wq -> shared(physical, wq).parts()));
    return all;
  }

  private SharedQueue shared(PhysicalDsa physical, int wq) {
    return Objects.requireNonNull(shared.get(key(physical, wq)));
  }

  /** {@return the devices that run, in the order in which they were started} */
  public synchronized List<VirtualDevice> devices() {
    return List.copyOf(devices.values());
  }

  /** {@return a device that runs} */
  public synchronized Optional<VirtualDevice> device(String name) {
    return Optional.ofNullable(devices.get(name));
  }

  /** {@return what would become of {@link #start}, without doing it} */
  public synchronized Optional<Refusal> check(DevicePlan plan) {
    return choose(plan).whyRefused();
  }

  /** {@return what would become of {@link #resume}, without doing it} */
  public synchronized Optional<Refusal> checkResume(DevicePlan plan, SavedDevice saved) {
    return sameType(plan, saved)
        .then(this::choose)
        .then(physical -> profile(plan, physical, saved))
        .whyRefused();
  }

  private static Result<DevicePlan> sameType(DevicePlan plan, SavedDevice saved) {
    return plan.type().equals(saved.type())
        ? Result.done(plan)
        : Result.refused(
            Reason.BAD_REQUEST,
            "The suspended device is a " + saved.type() + ", not " + plan.type());
  }

  /** Starts a device as at power-on. */
  public Result<VirtualDevice> start(DevicePlan plan) {
    return start(plan, null);
  }

  /** Starts a device as one that was suspended, here or elsewhere. */
  public Result<VirtualDevice> resume(DevicePlan plan, SavedDevice saved) {
    return sameType(plan, saved).then(same -> start(same, saved));
  }

  private synchronized Result<VirtualDevice> start(DevicePlan plan, @Nullable SavedDevice saved) {
    return choose(plan)
        .then(
            physical ->
                profile(plan, physical, saved)
                    .then(profile -> compose(plan, physical, profile, saved)));
  }

  private Result<PhysicalDsa> choose(DevicePlan plan) {
    if (devices.containsKey(plan.name())) {
      return Result.refused(Reason.IN_USE, plan.name() + " runs already");
    }
    if (sockets.contains(plan.socket())) {
      return Result.refused(Reason.IN_USE, plan.socket() + " is another device's socket");
    }
    if (plan.flavour() == DevicePlan.Flavour.FIXED && plan.type().shared()) {
      return Result.refused(
          Reason.BAD_REQUEST, "A fixed configuration is for dedicated queues; take a dwq type");
    }
    List<PhysicalDsa> candidates = new ArrayList<>(functions.values());
    if (plan.function().isPresent()) {
      PhysicalDsa named = functions.get(plan.function().get());
      if (named == null) {
        return Result.refused(
            Reason.NO_SUCH_FUNCTION, "There is no function " + plan.function().get());
      }
      candidates = List.of(named);
    }
    Result<PhysicalDsa> result =
        Result.refused(Reason.NO_SUCH_FUNCTION, "There are no functions; add one first");
    for (PhysicalDsa candidate : candidates) {
      result = fits(plan, candidate);
      if (result.isDone()) {
        return result;
      }
    }
    return result;
  }

  private Result<PhysicalDsa> fits(DevicePlan plan, PhysicalDsa physical) {
    String name = physical.plan().name();
    Verdict verdict = physical.verdict();
    if (verdict.outcome() == dev.adit.platform.Outcome.DENY) {
      return Result.refused(
          Reason.NOT_PERMITTED, "%s: %s".formatted(name, verdict.reason()) + remedy(verdict));
    }
    AdiType type = plan.type();
    int of = 0;
    for (FunctionPlan.QueuePlan queue : physical.plan().queues()) {
      of += queue.shared() == type.shared() ? 1 : 0;
    }
    if (of < type.queues()) {
      return Result.refused(
          Reason.NO_SUCH_TYPE,
          "%s has %d %s queues, and %s needs %d"
              .formatted(name, of, type.shared() ? "shared" : "dedicated", type, type.queues()));
    }
    if (!type.shared() && freeQueues(physical).size() < type.queues()) {
      return Result.refused(
          Reason.NO_CAPACITY,
          "%s has %d of %d dedicated queues left; stop a device, or use a shared type"
              .formatted(name, freeQueues(physical).size(), of));
    }
    if (physical.entries().free() < type.queues()) {
      return Result.refused(
          Reason.NO_CAPACITY,
          "%s has %d interrupt entries left (%s)"
              .formatted(
                  name, physical.entries().free(), physical.entries().ims() ? "IMS" : "MSI-X"));
    }
    if (plan.imsQuota() < type.queues()) {
      return Result.refused(
          Reason.BAD_REQUEST, type + " needs a quota of " + type.queues() + " interrupt entries");
    }
    return Result.done(physical);
  }

  private static String remedy(Verdict verdict) {
    return verdict.changes().isEmpty()
        ? ""
        : " What would change that: " + String.join(", ", verdict.changes().getFirst().steps());
  }

  private Result<DsaProfile> profile(
      DevicePlan plan, PhysicalDsa physical, @Nullable SavedDevice saved) {
    DsaProfile whole = physical.plan().profile();
    AdiType type = plan.type();
    List<Integer> queues = type.shared() ? sharedQueues(physical) : freeQueues(physical);
    int entries = queues.stream().limit(type.queues()).mapToInt(wq -> physical.size(wq)).sum();
    DevicePlan.Limits limits = plan.limits();
    DsaProfile offered =
        whole
            .lent(
                type.queues(),
                entries,
                type.shared(),
                plan.flavour() == DevicePlan.Flavour.CONFIGURABLE)
            .withOperations(
                whole.version(),
                whole.opcap() & limits.operations(),
                whole.features() & limits.features())
            .withBounds(
                Math.min(whole.transferShift(), limits.transferShift()),
                Math.min(whole.batchShift(), limits.batchShift()));
    if (plan.mapped()) {
      offered = offered.with(DsaProfile.Option.MAPPABLE_PORTALS);
    }
    if (saved == null) {
      return Result.done(offered);
    }
    DsaProfile wanted = saved.profile();
    boolean same =
        (wanted.opcap() & ~offered.opcap()) == 0
            && (wanted.features() & ~offered.features()) == 0
            && wanted.entries() <= offered.entries()
            && wanted.transferShift() <= offered.transferShift()
            && wanted.batchShift() <= offered.batchShift()
            && offered.options().containsAll(wanted.options());
    return same
        ? Result.done(wanted)
        : Result.refused(
            Reason.NO_CAPACITY,
            physical.plan().name() + " cannot do everything that the suspended device was given");
  }

  private Result<VirtualDevice> compose(
      DevicePlan plan, PhysicalDsa physical, DsaProfile profile, @Nullable SavedDevice saved) {
    int pasid = takePasid();
    if (pasid < 0) {
      return Result.refused(Reason.NO_CAPACITY, "All PASIDs are in use; stop a device");
    }
    Tenant tenant = new Tenant(pasid, physical.entries());
    names.set(pasid, plan.name());
    Posts.Post post = posts.open(tenant::complete);
    Vectors vectors;
    try {
      physical.entries().limit(pasid, plan.imsQuota());
      vectors = new Vectors(physical.entries(), post, pasid, profile.vectors());
    } catch (DomainException e) {
      post.close();
      givePasid(pasid);
      return Result.refused(Reason.NO_CAPACITY, String.valueOf(e.getMessage()));
    }
    List<Integer> queues =
        (plan.type().shared() ? sharedQueues(physical) : freeQueues(physical))
            .subList(0, plan.type().queues());
    VirtualDevice device =
        new VirtualDevice(
            plan, physical, queues, lend(plan, physical, queues, tenant), tenant, vectors, post);
    devices.put(plan.name(), device);
    sockets.add(plan.socket());
    return serve(device, plan, profile, saved);
  }

  private List<LentQueue> lend(
      DevicePlan plan, PhysicalDsa physical, List<Integer> queues, Tenant tenant) {
    List<LentQueue> lent = new ArrayList<>();
    for (int wq : queues) {
      if (plan.type().shared()) {
        lent.add(shared(physical, wq).join(tenant, lent.size()));
      } else {
        dedicated.put(key(physical, wq), new DedicatedUse(plan.name()));
        lent.add(new DedicatedQueue(physical, wq, lent.size(), tenant));
      }
    }
    return lent;
  }

  private Result<VirtualDevice> serve(
      VirtualDevice device, DevicePlan plan, DsaProfile profile, @Nullable SavedDevice saved) {
    try {
      FunctionServer<VirtualDsa> server =
          FunctionServer.serve(
              loops,
              plan.socket(),
              plan.server(),
              memory -> {
                VirtualDsa made = device.make(profile, spaces, memory);
                if (saved != null && !device.restore(saved)) {
                  throw new IllegalArgumentException("The suspended device contradicts itself");
                }
                return made;
              });
      device.served(server);
      if (saved != null) {
        device.awaken(saved);
      }
      return Result.done(device);
    } catch (IllegalArgumentException e) {
      end(device);
      return Result.refused(Reason.BAD_REQUEST, String.valueOf(e.getMessage()));
    } catch (VfioUserException | UncheckedIOException e) {
      end(device);
      return Result.refused(Reason.NO_SOCKET, plan.socket() + ": " + e.getMessage());
    }
  }

  /**
   * Stops a device: its work is drained, or dropped if that takes too long, its entries lose their
   * PASID, and then all that it had can be used again.
   */
  public Result<String> stop(String name) {
    VirtualDevice device = device(name).orElse(null);
    if (device == null) {
      return Result.refused(Reason.NO_SUCH_DEVICE, "No device " + name + " runs");
    }
    return end(device)
        ? Result.done(name)
        : Result.refused(
            Reason.BUSY,
            "An engine still works for " + name + "; what it had stays taken until stop succeeds");
  }

  /** {@return whether nothing of a device is left} */
  private boolean end(VirtualDevice device) {
    if (!device.stop(DRAIN, PATIENCE)) {
      return false;
    }
    synchronized (this) {
      if (devices.remove(device.name(), device)) {
        sockets.remove(device.plan().socket());
        dedicated.values().removeIf(use -> use.owner().equals(device.name()));
        givePasid(device.pasid());
      }
    }
    return true;
  }

  private int takePasid() {
    synchronized (pasids) {
      int pasid = pasids.nextClearBit(0);
      if (pasid >= MOST_DEVICES) {
        return -1;
      }
      pasids.set(pasid);
      return pasid;
    }
  }

  private void givePasid(int pasid) {
    synchronized (pasids) {
      pasids.clear(pasid);
    }
  }

  /** Stops all devices, then all functions. */
  @Override
  public void close() {
    for (VirtualDevice device : devices()) {
      end(device);
    }
    synchronized (this) {
      functions.values().forEach(PhysicalDsa::close);
      functions.clear();
    }
  }
}
