package dev.adit.host;

import dev.adit.devices.Figure;
import dev.adit.devices.GuestSpace;
import dev.adit.devices.Happening;
import dev.adit.devices.Lease;
import dev.adit.devices.Refusal;
import dev.adit.devices.Result;
import dev.adit.devices.VirtualFunction;
import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.post.PostedDescriptors;
import dev.adit.platform.Verdict;
import dev.adit.vfiouser.EventLoops;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A virtual device that runs: a function on a socket, with what it was lent, the PASID and the
 * message store entries behind it. Started and stopped by the {@link Registry}. Safe for several
 * threads; what waits for engines does so for some seconds at most.
 */
public final class VirtualDevice {
  private static final long PAUSE = 20_000;

  /** What a device is doing. */
  public enum State {
    /** It is served and works. */
    RUNNING,
    /** It is served; what its guest submits waits. */
    SUSPENDED,
    /** It is not served any more, and engines have not let go of it yet. */
    STOPPING
  }

  private final DevicePlan plan;
  private final HostedFunction hosted;
  private final int number;
  private final Lease lease;
  private final CompletionEntries store;
  private final Vectors vectors;
  private final FunctionServer<VirtualFunction> server;
  private final Composition steps;
  private volatile State state = State.RUNNING;
  private boolean served = true;

  private VirtualDevice(
      DevicePlan plan,
      HostedFunction hosted,
      int number,
      Lease lease,
      Vectors vectors,
      FunctionServer<VirtualFunction> server,
      Composition steps) {
    this.plan = plan;
    this.hosted = hosted;
    this.number = number;
    this.lease = lease;
    this.store = hosted.entries(lease.store());
    this.vectors = vectors;
    this.server = server;
    this.steps = steps;
  }

  /**
   * Composes a device of what was lent, and serves it.
   *
   * @param number its own, which is its PASID
   * @param steps what has been done so far; to be undone if this throws
   */
  static VirtualDevice compose(
      DevicePlan plan,
      HostedFunction hosted,
      int number,
      Lease lease,
      Posts posts,
      AddressSpaces spaces,
      EventLoops loops,
      Composition steps) {
    CompletionEntries entries = hosted.entries(lease.store());
    steps.step(lease.store(), hosted::forget);
    entries.limit(number, hosted.quota(plan));
    PostedDescriptors.Post post = steps.step(posts.open(), PostedDescriptors.Post::close);
    AtomicReference<@Nullable Vectors> made = new AtomicReference<>();
    FunctionServer<VirtualFunction> server =
        FunctionServer.serve(
            loops,
            plan.socket(),
            plan.server(),
            memory -> {
              GuestSpace space =
                  steps.step(
                      spaces.attach(lease.requesterId(), lease.pasid(), memory),
                      RequesterSpaces.Space::detach);
              Vectors vectors =
                  new Vectors(
                      entries, post, Cookie.of(number, lease.pasid()), lease.type().vectors() + 1);
              made.set(steps.step(vectors, Vectors::release));
              VirtualFunction function = lease.compose(space, vectors);
              post.lead(function::complete);
              return function;
            });
    return new VirtualDevice(
        plan, hosted, number, lease, Objects.requireNonNull(made.get()), server, steps);
  }

  private VirtualFunction made() {
    return server.function();
  }

  /** {@return the function as its guest sees it} */
  public VirtualFunction function() {
    return made();
  }

  /** {@return what it was lent} */
  public Lease lease() {
    return lease;
  }

  /** {@return how it was started} */
  public DevicePlan plan() {
    return plan;
  }

  /** {@return its name} */
  public String name() {
    return plan.name();
  }

  /** {@return the name of the function that it is cut from} */
  public String physical() {
    return hosted.name();
  }

  /** {@return the PASID that stands for its guest's memory} */
  public int pasid() {
    return number;
  }

  /** {@return whether its completions may go through the message store, and why} */
  public Verdict verdict() {
    return hosted.verdict();
  }

  /** {@return whether its completions go through the message store; otherwise MSI-X entries} */
  public boolean ims() {
    return store.ims();
  }

  /** {@return how well its interrupts are kept from others} */
  public IsolationLevel isolation() {
    return verdict().isolation();
  }

  /** {@return the entry behind each vector by vector; -1 for vector 0, which is emulated} */
  public List<Integer> entries() {
    return vectors.indices();
  }

  /** {@return what it is doing} */
  public State state() {
    return state;
  }

  /** {@return what it has done since it was started, and how it is} */
  public List<Figure> figures() {
    return made().figures();
  }

  /** {@return what has happened to it that its owner should be told} */
  public List<Happening> happenings() {
    return made().happenings();
  }

  /** {@return message store entries that it holds, revoked ones that are still in use included} */
  public int entriesHeld() {
    return store.used(number);
  }

  /**
   * Takes a deferrable memory write, for a client in this process; one behind the socket writes to
   * the doorbell and reads the answer there.
   *
   * @return false for the answer Retry
   */
  public boolean enqueue(int page, MemorySegment from, long at) {
    return made().enqueue(page, from, at);
  }

  /** Resets it as the VMM does. Its work is dropped; nobody else notices. */
  public synchronized Result<VirtualDevice> reset() {
    made().reset();
    return Result.done(this);
  }

  /**
   * Takes its interrupt handles back, as a migration does: every vector gets another entry, and the
   * guest is told to ask. Completions of descriptors with old handles fail with status 0x19.
   */
  public synchronized Result<VirtualDevice> revoke() {
    try {
      vectors.renew(lease::settled);
    } catch (DomainException e) {
      return new Result.Refused<>(noEntries(e));
    }
    made().revoked();
    return Result.done(this);
  }

  /** {@return why {@link #revoke} would be refused now, if it would} */
  public synchronized Optional<Refusal> checkRevoke() {
    try {
      vectors.checkRenew();
      return Optional.empty();
    } catch (DomainException e) {
      return Optional.of(noEntries(e));
    }
  }

  private static Refusal noEntries(DomainException e) {
    return new Refusal(
        Refusal.Reason.NO_CAPACITY, "Revocation needs other entries: " + e.getMessage());
  }

  /**
   * Drains it and says what it consists of. It stays, and what its guest submits from now on waits,
   * so its VM should be paused if it is to go on elsewhere; {@link #resume} lets it go on here.
   *
   * @param nanos how long to wait for its work
   */
  public synchronized Result<byte[]> suspend(long nanos) {
    Optional<Refusal> refusal = checkSuspend();
    if (refusal.isPresent()) {
      return new Result.Refused<>(refusal.get());
    }
    if (!await(made().suspend(), nanos)) {
      made().resume();
      return Result.refused(
          Refusal.Reason.BUSY, name() + " has work that does not end; it goes on");
    }
    state = State.SUSPENDED;
    return Result.done(saved());
  }

  /**
   * {@return why {@link #suspend} would be refused now, if it would; its work can still not end}
   */
  public Optional<Refusal> checkSuspend() {
    return state == State.RUNNING
        ? Optional.empty()
        : Optional.of(new Refusal(Refusal.Reason.BUSY, name() + " is " + state));
  }

  /** {@return why {@link #resume} would be refused now, if it would} */
  public Optional<Refusal> checkResume() {
    return state == State.SUSPENDED
        ? Optional.empty()
        : Optional.of(new Refusal(Refusal.Reason.BAD_REQUEST, name() + " is not suspended"));
  }

  /**
   * {@return what it consists of now, for one that is suspended: with what its guest has submitted
   * since}
   */
  public byte[] saved() {
    return made().save();
  }

  /** Lets it go on after {@link #suspend}. */
  public synchronized Result<VirtualDevice> resume() {
    Optional<Refusal> refusal = checkResume();
    if (refusal.isPresent()) {
      return new Result.Refused<>(refusal.get());
    }
    made().resume();
    state = State.RUNNING;
    return Result.done(this);
  }

  /** Tells its guest that it has moved. */
  void awaken() {
    made().awaken();
  }

  private static boolean await(BooleanSupplier over, long nanos) {
    long until = System.nanoTime() + nanos;
    while (!over.getAsBoolean()) {
      if (System.nanoTime() - until > 0) {
        return false;
      }
      LockSupport.parkNanos(PAUSE);
    }
    return true;
  }

  /**
   * Ends it: first its work, then its socket. {@link #release} gives back what it had.
   *
   * @param drain how long its work may take before it is dropped, in nanoseconds
   * @param patience how long engines may take to let go after that, in nanoseconds
   * @return whether nothing of it is in the function any more
   */
  synchronized boolean stop(long drain, long patience) {
    if (state == State.RUNNING) {
      await(lease.drained(), drain);
    }
    state = State.STOPPING;
    if (served) {
      served = false;
      server.close();
    }
    return await(lease::idle, patience);
  }

  /** Gives everything back; nothing of it is in a queue or an engine. Called once. */
  void release() {
    steps.undo();
  }
}
