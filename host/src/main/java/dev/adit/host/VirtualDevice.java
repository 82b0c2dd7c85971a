package dev.adit.host;

import dev.adit.devices.Dma;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.Lender;
import dev.adit.devices.dsa.LentQueue;
import dev.adit.devices.dsa.VirtualDsa;
import dev.adit.devices.dsa.VirtualStatistics;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.platform.Verdict;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A virtual device that runs: a function on a socket, with the queues, the PASID and the message
 * store entries behind it. Started and stopped by the {@link Registry}. Safe for several threads;
 * what waits for engines does so for some seconds at most.
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
  private final PhysicalDsa physical;
  private final List<Integer> queues;
  private final List<LentQueue> lent;
  private final Tenant tenant;
  private final Vectors vectors;
  private final Posts.Post post;
  private PasidDma.@Nullable Space space;
  private @Nullable FunctionServer<VirtualDsa> server;
  private volatile @Nullable VirtualDsa function;
  private volatile State state = State.RUNNING;

  VirtualDevice(
      DevicePlan plan,
      PhysicalDsa physical,
      List<Integer> queues,
      List<LentQueue> lent,
      Tenant tenant,
      Vectors vectors,
      Posts.Post post) {
    this.plan = plan;
    this.physical = physical;
    this.queues = List.copyOf(queues);
    this.lent = List.copyOf(lent);
    this.tenant = tenant;
    this.vectors = vectors;
    this.post = post;
  }

  /** Makes the function in the memory of whatever client comes. */
  VirtualDsa make(DsaProfile profile, PasidDma spaces, Dma memory) {
    PasidDma.Space attached = spaces.attach(tenant.pasid(), memory);
    space = attached;
    VirtualDsa made = new VirtualDsa(profile, attached, (to, with, id, pasid) -> {}, 0, new Back());
    function = made;
    tenant.serve(made);
    return made;
  }

  void served(FunctionServer<VirtualDsa> newServer) {
    server = newServer;
  }

  private VirtualDsa function() {
    VirtualDsa made = function;
    if (made == null) {
      throw new IllegalStateException("not made yet");
    }
    return made;
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
    return physical.plan().name();
  }

  /** {@return the work queues of that function behind its own, by index} */
  public List<Integer> queues() {
    return queues;
  }

  /** {@return the PASID that stands for its guest's memory} */
  public int pasid() {
    return tenant.pasid();
  }

  /** {@return what its guest is told that it can do} */
  public DsaProfile profile() {
    return function().profile();
  }

  /** {@return whether its completions may go through the message store, and why} */
  public Verdict verdict() {
    return physical.verdict();
  }

  /** {@return whether its completions go through the message store; otherwise MSI-X entries} */
  public boolean ims() {
    return physical.entries().ims();
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

  /** {@return what it has done since it was started} */
  public VirtualStatistics statistics() {
    return function().statistics();
  }

  /** {@return errors reported to its guest beside completion records} */
  public long errors() {
    return function().errors();
  }

  /** {@return descriptors that engines have worked on for it} */
  public long descriptors() {
    return tenant.descriptors();
  }

  /** {@return completion interrupts that were not sent, by reason} */
  public Map<Dropped, Long> dropped() {
    return tenant.dropped();
  }

  /** {@return how long engines have worked for it, in nanoseconds} */
  public long engineNanos() {
    return tenant.engineNanos();
  }

  /** {@return message store entries that it holds, revoked ones that are still in use included} */
  public int entriesHeld() {
    return physical.entries().used(tenant.pasid());
  }

  /**
   * Takes a deferrable memory write, for a client in this process; one behind the socket writes to
   * the portal and reads the answer there.
   *
   * @param portalPage work queue times four plus page
   * @return false for the answer Retry
   */
  public boolean enqueue(int portalPage, MemorySegment from, long at) {
    return function().enqueue(portalPage, from, at);
  }

  /** Resets it as the VMM does. Its work is dropped; nobody else notices. */
  public synchronized Result<VirtualDevice> reset() {
    function().reset();
    return Result.done(this);
  }

  /**
   * Takes its interrupt handles back, as a migration does: every vector gets another entry, and the
   * guest is told to ask. Completions of descriptors with old handles fail with status 0x19.
   */
  public synchronized Result<VirtualDevice> revoke() {
    try {
      vectors.renew(this::underWay);
    } catch (DomainException e) {
      return new Result.Refused<>(noEntries(e));
    }
    function().revokeHandles();
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

  /** {@return what tells that engines are through with what was submitted to them by now} */
  private BooleanSupplier underWay() {
    List<BooleanSupplier> waits = new ArrayList<>();
    queues.forEach(wq -> waits.add(physical.device().drain(wq, false, false)));
    return all(waits);
  }

  private static BooleanSupplier all(List<BooleanSupplier> waits) {
    return () -> waits.stream().allMatch(BooleanSupplier::getAsBoolean);
  }

  /**
   * Drains it and says what it consists of. It stays, and what its guest submits from now on waits,
   * so its VM should be paused if it is to go on elsewhere; {@link #resume} lets it go on here.
   *
   * @param nanos how long to wait for its work
   */
  public synchronized Result<SavedDevice> suspend(long nanos) {
    Optional<Refusal> refusal = checkSuspend();
    if (refusal.isPresent()) {
      return new Result.Refused<>(refusal.get());
    }
    VirtualDsa made = function();
    BooleanSupplier drained = made.suspend();
    if (!await(() -> drained.getAsBoolean() && made.settled(), nanos)) {
      made.resume();
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
  public SavedDevice saved() {
    VirtualDsa made = function();
    return new SavedDevice(plan.type(), made.profile(), made.save());
  }

  /** Lets it go on after {@link #suspend}. */
  public synchronized Result<VirtualDevice> resume() {
    Optional<Refusal> refusal = checkResume();
    if (refusal.isPresent()) {
      return new Result.Refused<>(refusal.get());
    }
    function().resume();
    state = State.RUNNING;
    return Result.done(this);
  }

  /** Becomes what was saved. {@return whether that is possible} */
  boolean restore(SavedDevice saved) {
    return function().restore(saved.state());
  }

  /** Tells its guest that it has moved. */
  void awaken(SavedDevice saved) {
    function().awaken(saved.state());
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
   * Ends it: first its work, then its entries, then its memory.
   *
   * @param drain how long its work may take before it is dropped, in nanoseconds
   * @param patience how long engines may take to let go after that, in nanoseconds
   * @return whether nothing of it is left, so that what it had can be used again
   */
  synchronized boolean stop(long drain, long patience) {
    FunctionServer<VirtualDsa> serving = server;
    VirtualDsa made = function;
    if (made != null && state != State.STOPPING) {
      if (state == State.RUNNING) {
        List<BooleanSupplier> drained = new ArrayList<>();
        lent.forEach(queue -> drained.add(queue.drain(false, false)));
        await(all(drained), drain);
      }
    }
    state = State.STOPPING;
    if (serving != null) {
      serving.close();
      server = null;
    }
    return await(this::idle, patience) && release();
  }

  private boolean idle() {
    boolean idle = true;
    for (LentQueue queue : lent) {
      idle &=
          switch (queue) {
            case DedicatedQueue dedicated -> dedicated.free();
            case SharedQueue.Part part -> part.free();
            default -> true;
          };
    }
    return idle;
  }

  /** Gives everything back; nothing of it is in a queue or an engine. */
  private boolean release() {
    vectors.release();
    PasidDma.Space attached = space;
    if (attached != null) {
      attached.detach();
      space = null;
    }
    for (LentQueue queue : lent) {
      switch (queue) {
        case DedicatedQueue dedicated -> dedicated.giveBack();
        case SharedQueue.Part part -> part.giveBack();
        default -> {}
      }
    }
    post.close();
    return true;
  }

  /** What the emulated function stands on. */
  private final class Back implements Lender {
    @Override
    public List<? extends LentQueue> queues() {
      return lent;
    }

    @Override
    public int handle(int vector) {
      vectors.reap();
      return vectors.index(vector);
    }

    @Override
    public void mask(int vector, boolean masked) {
      vectors.mask(vector, masked);
    }

    @Override
    public boolean pending(int vector) {
      return vectors.pending(vector);
    }

    @Override
    public void reach(boolean on) {
      PasidDma.Space attached = space;
      if (attached != null) {
        attached.reach(on);
      }
    }
  }
}
