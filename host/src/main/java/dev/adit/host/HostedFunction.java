package dev.adit.host;

import dev.adit.devices.AdiRequest;
import dev.adit.devices.AdiType;
import dev.adit.devices.Attachment;
import dev.adit.devices.EntryStore;
import dev.adit.devices.Family;
import dev.adit.devices.PhysicalFunction;
import dev.adit.devices.Refusal;
import dev.adit.devices.Setting;
import dev.adit.devices.Traits;
import dev.adit.interrupts.Cookie;
import dev.adit.platform.Decision;
import dev.adit.platform.Evidence;
import dev.adit.platform.Verdict;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A physical function on its host: what it is, the verdict about its message store, and the entries
 * that interrupts of virtual devices go through.
 */
final class HostedFunction implements AutoCloseable {
  private final FunctionPlan plan;
  private final Verdict verdict;
  private final PhysicalFunction function;
  private final Posts posts;
  private final Consumer<Cookie> owners;

  /**
   * The attributes that devices of its family can have; nothing if the family is not registered.
   */
  private final Optional<Set<String>> attributes;

  private final IdentityHashMap<EntryStore, CompletionEntries> entries = new IdentityHashMap<>();

  /**
   * Makes a function and sets it up.
   *
   * @param requesterId bus, device and function, 16 bits
   * @param owners checks whom an entry is to belong to
   * @throws IllegalArgumentException if the plan does not fit the function
   */
  HostedFunction(
      FunctionPlan plan,
      int requesterId,
      AddressSpaces spaces,
      Posts posts,
      Consumer<Cookie> owners) {
    this.plan = plan;
    this.posts = posts;
    this.owners = owners;
    attributes =
        Family.all().stream()
            .filter(family -> family.name().equals(plan.model().kind()))
            .map(HostedFunction::names)
            .findFirst();
    Traits traits = plan.model().traits();
    Evidence evidence = plan.evidence().orElseGet(() -> OwnEvidence.of(traits));
    verdict = Decision.decide(evidence, OwnEvidence.use(traits), plan.ims());
    Attachment attachment = new Attachment(requesterId, spaces::of, posts.sink());
    function = plan.model().make(plan.name(), attachment, verdict.allowed());
    function.store().ifPresent(this::entries);
  }

  private static Set<String> names(Family family) {
    return family.attributes().stream().map(Setting::name).collect(Collectors.toSet());
  }

  FunctionPlan plan() {
    return plan;
  }

  String name() {
    return plan.name();
  }

  /** {@return whether its message store may be used, and why} */
  Verdict verdict() {
    return verdict;
  }

  PhysicalFunction function() {
    return function;
  }

  /** {@return the entries of a store; made when it is first asked for} */
  synchronized CompletionEntries entries(EntryStore store) {
    return entries.computeIfAbsent(
        store, each -> new CompletionEntries(posts.domain(), each, owners));
  }

  /** Forgets a store that only one interface had. */
  synchronized void forget(EntryStore store) {
    if (!function.store().equals(Optional.of(store))) {
      entries.remove(store);
    }
  }

  /** {@return the entries that all its interfaces share, if they do} */
  private Optional<CompletionEntries> shared() {
    return function.store().map(this::entries);
  }

  /** {@return what is left of it} */
  Capacity capacity(int pasidsFree) {
    Map<String, Integer> room = new LinkedHashMap<>();
    function.types().forEach(type -> room.put(type.name(), room(type.name())));
    boolean ims = shared().map(CompletionEntries::ims).orElse(false);
    int free = shared().map(CompletionEntries::free).orElse(0);
    int size = shared().map(CompletionEntries::size).orElse(0);
    return new Capacity(room, ims ? size : 0, ims ? free : 0, ims ? 0 : free, pasidsFree);
  }

  /** {@return how many more devices of a type could be made; 0 if it has no such type} */
  int room(String type) {
    int entries = shared().map(CompletionEntries::free).orElse(Integer.MAX_VALUE);
    int vectors = Math.max(1, vectors(type));
    return Math.min(function.room(type), entries / vectors);
  }

  private int vectors(String type) {
    return function.types().stream()
        .filter(each -> each.name().equals(type))
        .mapToInt(AdiType::vectors)
        .findFirst()
        .orElse(0);
  }

  /**
   * {@return how many entries a device may hold: twice what it needs where nothing else is said}
   */
  int quota(DevicePlan plan) {
    return plan.imsQuota().orElse(2 * vectors(plan.type()));
  }

  /** {@return why a device cannot be made from it now, if it cannot} */
  Optional<Refusal> judge(DevicePlan plan, AdiRequest request) {
    Admission admission =
        new Admission(
            name(),
            verdict,
            shared().map(CompletionEntries::free).orElse(Integer.MAX_VALUE),
            shared().map(CompletionEntries::ims).orElse(verdict.allowed()));
    return admission.judge(
        foreign(request).or(() -> function.check(request)),
        plan.type(),
        vectors(plan.type()),
        quota(plan));
  }

  /** {@return a refusal of an attribute that only devices of other families have} */
  private Optional<Refusal> foreign(AdiRequest request) {
    return attributes.flatMap(
        known ->
            request.attributes().keySet().stream()
                .filter(name -> !known.contains(name))
                .sorted()
                .findFirst()
                .map(name -> foreign(name, known)));
  }

  private Refusal foreign(String attribute, Set<String> known) {
    return new Refusal(
        Refusal.Reason.BAD_REQUEST,
        "devices of %s (%s) have no attribute '%s'; they have: %s"
            .formatted(
                name(),
                plan.model().kind(),
                attribute,
                known.isEmpty() ? "none of their own" : String.join(", ", new TreeSet<>(known))));
  }

  @Override
  public void close() {
    function.close();
  }
}
