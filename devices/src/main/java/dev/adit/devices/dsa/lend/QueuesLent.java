package dev.adit.devices.dsa.lend;

import dev.adit.devices.AdiRequest;
import dev.adit.devices.Refusal.Reason;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Result;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.DsaType;
import dev.adit.devices.dsa.SavedDsa;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** Which work queues of a function are lent to whom, and what could be lent. */
final class QueuesLent {
  private final PhysicalDsa physical;
  private final BitSet taken = new BitSet();
  private final Map<Integer, SharedQueue> shared = new TreeMap<>();

  QueuesLent(PhysicalDsa physical) {
    this.physical = physical;
    for (int wq = 0; wq < plans().size(); wq++) {
      if (plans().get(wq).shared()) {
        shared.put(wq, new SharedQueue(physical, wq, physical.engines(wq)));
      }
    }
  }

  private List<DsaModel.QueuePlan> plans() {
    return physical.plan().queues();
  }

  /** {@return the types that the function offers} */
  List<DsaType> types() {
    List<DsaType> types = new ArrayList<>();
    for (int queues = 1; queues <= plans().size() - shared.size(); queues++) {
      types.add(new DsaType(queues, false));
    }
    for (int queues = 1; queues <= shared.size(); queues++) {
      types.add(new DsaType(queues, true));
    }
    return types;
  }

  /** {@return how many more of a type there are; of shared queues, parts do not run out} */
  synchronized int room(DsaType type) {
    if (type.shared()) {
      return shared.size() < type.queues() ? 0 : Integer.MAX_VALUE;
    }
    return free().size() / type.queues();
  }

  private List<Integer> free() {
    List<Integer> free = new ArrayList<>();
    for (int wq = 0; wq < plans().size(); wq++) {
      if (!shared.containsKey(wq) && !taken.get(wq)) {
        free.add(wq);
      }
    }
    return free;
  }

  /** {@return the queues that the next one of a type gets: shared ones with the fewest parts} */
  private List<Integer> next(DsaType type) {
    if (!type.shared()) {
      return free();
    }
    List<Integer> all = new ArrayList<>(shared.keySet());
    all.sort(Comparator.comparingInt(wq -> shared(wq).parts()));
    return all;
  }

  private SharedQueue shared(int wq) {
    return Objects.requireNonNull(shared.get(wq));
  }

  /** {@return what would be lent, and what the device would be told that it can do} */
  synchronized Result<DsaLease.Terms> plan(AdiRequest request) {
    Optional<DsaType> type = DsaType.parse(request.type());
    if (type.isEmpty()) {
      return Result.refused(
          Reason.NO_SUCH_TYPE,
          "'" + request.type() + "' is no type; types are called 1dwq or 1swq");
    }
    DsaAttributes attributes;
    try {
      attributes = DsaAttributes.of(request.attributes());
    } catch (RefusedException e) {
      return new Result.Refused<>(e.refusal());
    }
    if (attributes.flavour() == DsaAttributes.Flavour.FIXED && type.get().shared()) {
      return Result.refused(
          Reason.BAD_REQUEST, "A fixed configuration is for dedicated queues; take a dwq type");
    }
    return room(type.get(), attributes).then(terms -> resumed(terms, request));
  }

  private Result<DsaLease.Terms> room(DsaType type, DsaAttributes attributes) {
    int of = type.shared() ? shared.size() : plans().size() - shared.size();
    if (of < type.queues()) {
      return Result.refused(
          Reason.NO_SUCH_TYPE,
          "%s has %d %s queues, and %s needs %d"
              .formatted(
                  physical.name(),
                  of,
                  type.shared() ? "shared" : "dedicated",
                  type,
                  type.queues()));
    }
    List<Integer> queues = next(type);
    if (queues.size() < type.queues()) {
      return Result.refused(
          Reason.NO_CAPACITY,
          "%s has %d of %d dedicated queues left; stop a device, or use a shared type"
              .formatted(physical.name(), queues.size(), of));
    }
    List<Integer> chosen = List.copyOf(queues.subList(0, type.queues()));
    int entries = chosen.stream().mapToInt(physical::size).sum();
    DsaProfile offered = attributes.offered(physical.plan().profile(), type, entries);
    return Result.done(new DsaLease.Terms(type, chosen, offered, Optional.empty()));
  }

  /** A device that goes on is told what it was told before, if that can be kept. */
  private Result<DsaLease.Terms> resumed(DsaLease.Terms terms, AdiRequest request) {
    if (request.saved().isEmpty()) {
      return Result.done(terms);
    }
    return SavedDsa.parse(request.saved().get(), physical.plan().profile().architecture())
        .then(
            saved -> {
              if (!saved.type().equals(terms.type())) {
                return Result.refused(
                    Reason.BAD_REQUEST,
                    "The suspended device is a " + saved.type() + ", not " + terms.type());
              }
              return terms.profile().covers(saved.profile())
                  ? Result.done(terms.with(saved))
                  : Result.refused(
                      Reason.NO_CAPACITY,
                      physical.name()
                          + " cannot do everything that the suspended device was given");
            });
  }

  /** Lends what was planned. */
  synchronized DsaLease lend(DsaLease.Terms terms, int pasid) {
    Tenant tenant = new Tenant(pasid);
    List<Share> lent = new ArrayList<>();
    for (int wq : terms.queues()) {
      if (terms.type().shared()) {
        lent.add(shared(wq).join(tenant, lent.size()));
      } else if (taken.get(wq)) {
        lent.forEach(Share::giveBack);
        throw new RefusedException(Reason.NO_CAPACITY, "Queue " + wq + " is lent meanwhile");
      } else {
        taken.set(wq);
        lent.add(new DedicatedQueue(physical, wq, lent.size(), tenant));
      }
    }
    return new DsaLease(physical, this, terms, tenant, lent);
  }

  /** Takes the queues of a lease back. */
  synchronized void takeBack(DsaLease.Terms terms, List<Share> lent) {
    lent.forEach(Share::giveBack);
    if (!terms.type().shared()) {
      terms.queues().forEach(taken::clear);
    }
  }
}
