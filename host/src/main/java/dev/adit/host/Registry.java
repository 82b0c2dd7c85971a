package dev.adit.host;

import dev.adit.devices.AdiRequest;
import dev.adit.devices.AdiType;
import dev.adit.devices.Figure;
import dev.adit.devices.Lease;
import dev.adit.devices.PhysicalFunction;
import dev.adit.devices.Refusal;
import dev.adit.devices.Refusal.Reason;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Result;
import dev.adit.interrupts.DomainException;
import dev.adit.platform.Verdict;
import dev.adit.vfiouser.EventLoops;
import dev.adit.vfiouser.VfioUserException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Everything that a host has: physical functions, what they can be cut into, what is left of them,
 * and the virtual devices that run. Safe for several threads.
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
  private final AddressSpaces spaces = new AddressSpaces(MOST_DEVICES);
  private final Owners owners = new Owners(MOST_DEVICES);
  private final Map<String, HostedFunction> functions = new LinkedHashMap<>();
  private final Map<String, VirtualDevice> devices = new LinkedHashMap<>();
  private final Set<Path> sockets = new HashSet<>();

  /**
   * Makes an empty one.
   *
   * @param loops the threads that serve the devices' sockets
   */
  public Registry(EventLoops loops) {
    this.loops = loops;
  }

  /** Sets who is told of interrupt messages that were blocked; must neither block nor throw. */
  public void onBlocked(Consumer<Blocked> listener) {
    posts.blocked(listener);
  }

  /** {@return the device that has a PASID, or had it last; waits for nothing} */
  public Optional<String> owner(int pasid) {
    return owners.name(pasid);
  }

  /** {@return the function that sends with a requester ID, or whose interface does} */
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
    try {
      int requesterId = (functions.size() + 1) << REQUESTER_SHIFT;
      HostedFunction made = new HostedFunction(plan, requesterId, spaces, posts, owners::check);
      functions.put(plan.name(), made);
      return Result.done(made.verdict());
    } catch (IllegalArgumentException e) {
      return Result.refused(Reason.BAD_REQUEST, plan.name() + ": " + e.getMessage());
    }
  }

  /** {@return the names of the functions, in the order in which they came} */
  public synchronized List<String> functions() {
    return List.copyOf(functions.keySet());
  }

  private synchronized Optional<HostedFunction> hosted(String name) {
    return Optional.ofNullable(functions.get(name));
  }

  /** {@return a function itself} */
  synchronized Optional<PhysicalFunction> physical(String name) {
    return hosted(name).map(HostedFunction::function);
  }

  /** {@return how a function was planned} */
  public Optional<FunctionPlan> plan(String name) {
    return hosted(name).map(HostedFunction::plan);
  }

  /** {@return whether a function's message store may be used, and why} */
  public Optional<Verdict> verdict(String name) {
    return hosted(name).map(HostedFunction::verdict);
  }

  /** {@return what a function has done, and how it is} */
  public List<Figure> figures(String name) {
    return hosted(name).map(each -> each.function().figures()).orElse(List.of());
  }

  /** {@return the layout of a function as the ecosystem's own tools write it, if there is such} */
  public Optional<Object> layout(String name) {
    return hosted(name).flatMap(each -> each.function().layout());
  }

  /** {@return the types that a function offers} */
  public List<AdiType> types(String name) {
    return hosted(name).map(each -> each.function().types()).orElse(List.of());
  }

  /** {@return what of a function is left} */
  public synchronized Optional<Capacity> capacity(String name) {
    return hosted(name).map(each -> each.capacity(owners.free()));
  }

  /** {@return how many more devices of a type a function has room for; 0 if it has no such type} */
  public synchronized int room(String name, String type) {
    return hosted(name).map(each -> each.room(type)).orElse(0);
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
  public Optional<Refusal> check(DevicePlan plan) {
    return check(plan, Optional.empty());
  }

  /** {@return what would become of {@link #resume}, without doing it} */
  public Optional<Refusal> checkResume(DevicePlan plan, byte[] saved) {
    return check(plan, Optional.of(saved));
  }

  private synchronized Optional<Refusal> check(DevicePlan plan, Optional<byte[]> saved) {
    return choose(plan, request(plan, saved)).whyRefused();
  }

  private static AdiRequest request(DevicePlan plan, Optional<byte[]> saved) {
    return new AdiRequest(plan.type(), plan.attributes(), saved);
  }

  /** Starts a device as at power-on. */
  public Result<VirtualDevice> start(DevicePlan plan) {
    return start(plan, Optional.empty());
  }

  /**
   * Starts a device as one that was suspended, here or elsewhere.
   *
   * @param saved what {@link VirtualDevice#suspend} gave
   */
  public Result<VirtualDevice> resume(DevicePlan plan, byte[] saved) {
    return start(plan, Optional.of(saved));
  }

  private synchronized Result<VirtualDevice> start(DevicePlan plan, Optional<byte[]> saved) {
    AdiRequest request = request(plan, saved);
    return choose(plan, request).then(hosted -> compose(plan, hosted, request));
  }

  private Result<HostedFunction> choose(DevicePlan plan, AdiRequest request) {
    if (devices.containsKey(plan.name())) {
      return Result.refused(Reason.IN_USE, plan.name() + " runs already");
    }
    if (sockets.contains(plan.socket())) {
      return Result.refused(Reason.IN_USE, plan.socket() + " is another device's socket");
    }
    List<HostedFunction> candidates = List.copyOf(functions.values());
    if (plan.function().isPresent()) {
      HostedFunction named = functions.get(plan.function().get());
      if (named == null) {
        return Result.refused(
            Reason.NO_SUCH_FUNCTION, "There is no function " + plan.function().get());
      }
      candidates = List.of(named);
    }
    Result<HostedFunction> result =
        Result.refused(Reason.NO_SUCH_FUNCTION, "There are no functions; add one first");
    for (HostedFunction candidate : candidates) {
      Optional<Refusal> refusal = candidate.judge(plan, request);
      if (refusal.isEmpty()) {
        return Result.done(candidate);
      }
      result = new Result.Refused<>(refusal.get());
    }
    return result;
  }

  private Result<VirtualDevice> compose(
      DevicePlan plan, HostedFunction hosted, AdiRequest request) {
    int number = owners.take(plan.name());
    if (number < 0) {
      return Result.refused(Reason.NO_CAPACITY, "All PASIDs are in use; stop a device");
    }
    Composition steps = new Composition();
    steps.step(number, owners::giveBack);
    try {
      Lease lease = steps.step(hosted.function().lease(request, number), Lease::giveBack);
      VirtualDevice device =
          VirtualDevice.compose(plan, hosted, number, lease, posts, spaces, loops, steps);
      devices.put(plan.name(), device);
      sockets.add(plan.socket());
      if (request.saved().isPresent()) {
        device.awaken();
      }
      return Result.done(device);
    } catch (RefusedException e) {
      steps.undo();
      return new Result.Refused<>(e.refusal());
    } catch (DomainException e) {
      steps.undo();
      return Result.refused(Reason.NO_CAPACITY, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      steps.undo();
      return Result.refused(Reason.BAD_REQUEST, String.valueOf(e.getMessage()));
    } catch (VfioUserException | UncheckedIOException e) {
      steps.undo();
      return Result.refused(Reason.FAILED, plan.socket() + ": " + e.getMessage());
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
        device.release();
      }
    }
    return true;
  }

  /** Stops all devices, then all functions. */
  @Override
  public void close() {
    for (VirtualDevice device : devices()) {
      end(device);
    }
    synchronized (this) {
      functions.values().forEach(HostedFunction::close);
      functions.clear();
    }
  }
}
