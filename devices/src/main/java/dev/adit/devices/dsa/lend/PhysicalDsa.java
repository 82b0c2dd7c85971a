package dev.adit.devices.dsa.lend;

import dev.adit.devices.AdiRequest;
import dev.adit.devices.AdiType;
import dev.adit.devices.Attachment;
import dev.adit.devices.DriverSwitches;
import dev.adit.devices.EntryStore;
import dev.adit.devices.Figure;
import dev.adit.devices.Lease;
import dev.adit.devices.PhysicalFunction;
import dev.adit.devices.Refusal;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Result;
import dev.adit.devices.Traits;
import dev.adit.devices.dsa.Architecture;
import dev.adit.devices.dsa.DsaDevice;
import dev.adit.devices.dsa.DsaFigures;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.DsaStatistics;
import dev.adit.devices.dsa.DsaType;
import dev.adit.devices.dsa.EnginePolicy;
import dev.adit.devices.dsa.QueueTerms;
import dev.adit.devices.dsa.spec.Command;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.Cmd;
import dev.adit.devices.dsa.spec.Register.CmdStatus;
import dev.adit.devices.dsa.spec.Register.GroupFlags;
import dev.adit.devices.dsa.spec.Register.Wqcfg;
import dev.adit.pci.spec.Header;
import dev.adit.pci.spec.Msix;
import dev.adit.pci.spec.Pasid;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A physical DSA in the hands of its driver, the host: set up through its registers as a kernel
 * would do it, and its queues enabled one by one for those they are lent to.
 */
final class PhysicalDsa implements PhysicalFunction {
  private static final int PAGES = 4;
  private static final int LIMITED = 1;
  private static final int FIRST_IMS_PAGE = 2;
  private static final long PAUSE = 10_000;
  private static final long PATIENCE = 5_000_000_000L;

  private final String name;
  private final DsaModel plan;
  private final DsaDevice device;
  private final boolean ims;
  private final long offsets;
  private final int requesterId;
  private final DsaEntries entries;
  private final QueuesLent queues;

  /**
   * Makes a function and sets it up.
   *
   * @param ims whether its message store is used
   * @throws IllegalArgumentException if the plan does not fit the function
   */
  PhysicalDsa(String name, DsaModel plan, Attachment attachment, boolean ims) {
    this.name = name;
    this.plan = plan;
    this.ims = ims;
    requesterId = attachment.requesterId();
    device =
        new DsaDevice(
            shown(plan, ims),
            plan.engines().withShare(EnginePolicy.Share.TIME),
            attachment.dma().apply(requesterId),
            attachment.sink(),
            requesterId);
    offsets = get(Register.OFFSETS0, 0);
    try {
      setUp();
    } catch (RuntimeException e) {
      device.close();
      throw e;
    }
    entries = new DsaEntries(device, ims ? plan.profile().imsEntries() : 0, requesterId, offsets);
    queues = new QueuesLent(this);
  }

  /** Without the store in use, neither it nor the DVSEC that tells of it is shown. */
  private static DsaProfile shown(DsaModel plan, boolean ims) {
    DsaProfile profile =
        plan.profile().with(DsaProfile.Option.PASID).with(DsaProfile.Option.SHARED);
    return ims
        ? profile.with(DsaProfile.Option.SIOV)
        : profile.withIms(0).without(DsaProfile.Option.SIOV);
  }

  private void setUp() {
    DriverSwitches.turnOn(device.config(), Header.MEMORY_SPACE, Header.BUS_MASTER);
    DriverSwitches.turnOn(device.config(), Pasid.ENABLE, Pasid.PRIVILEGED_ENABLE);
    DriverSwitches.turnOn(device.config(), Msix.ENABLE);
    for (int group = 0; group < plan.groups().size(); group++) {
      group(group);
    }
    for (int wq = 0; wq < plan.queues().size(); wq++) {
      set(Register.WQCFG_SIZE, wq, plan.queues().get(wq).size());
    }
    must(Command.ENABLE_DEVICE, 0);
    for (int wq = 0; wq < plan.queues().size(); wq++) {
      if (plan.queues().get(wq).shared()) {
        share(wq);
      }
    }
  }

  private void group(int group) {
    int before = plan.groups().stream().limit(group).mapToInt(Integer::intValue).sum();
    long wqs = 0;
    for (int wq = 0; wq < plan.queues().size(); wq++) {
      wqs |= plan.queues().get(wq).group() == group ? 1L << wq : 0;
    }
    if (wqs == 0) {
      return;
    }
    set(Register.GRPCFG_WQS0, group, wqs);
    set(Register.GRPCFG_ENGINES, group, ((1L << plan.groups().get(group)) - 1) << before);
    set(Register.GRPCFG_FLAGS, group, GroupFlags.ALLOWED.set(0, plan.profile().readBuffers()));
  }

  private void share(int wq) {
    DsaProfile profile = plan.profile();
    set(Register.WQCFG_THRESHOLD, wq, threshold(wq));
    long mode = Wqcfg.PRIORITY.set(Wqcfg.PASID_ENABLE.mask(), plan.queues().get(wq).weight());
    set(Register.WQCFG_MODE, wq, mode);
    long limits = Wqcfg.TRANSFER_SHIFT.set(0, profile.transferShift());
    set(Register.WQCFG_LIMITS, wq, Wqcfg.BATCH_SHIFT.set(limits, profile.batchShift()));
    must(Command.ENABLE_WQ, wq);
  }

  /** {@return how it was planned} */
  DsaModel plan() {
    return plan;
  }

  /** {@return what it is called} */
  String name() {
    return name;
  }

  int requesterId() {
    return requesterId;
  }

  @Override
  public DsaDevice function() {
    return device;
  }

  @Override
  public Traits traits() {
    return ims ? plan.traits() : plan.traits().withoutStore();
  }

  @Override
  public List<AdiType> types() {
    return queues.types().stream().map(DsaType::plain).toList();
  }

  @Override
  public int room(String type) {
    return DsaType.parse(type).map(queues::room).orElse(0);
  }

  @Override
  public Optional<Refusal> check(AdiRequest request) {
    return queues.plan(request).whyRefused();
  }

  @Override
  public Lease lease(AdiRequest request, int pasid) {
    return switch (queues.plan(request)) {
      case Result.Refused<DsaLease.Terms>(Refusal refusal) -> throw new RefusedException(refusal);
      case Result.Done<DsaLease.Terms>(DsaLease.Terms terms) -> queues.lend(terms, pasid);
    };
  }

  @Override
  public Optional<EntryStore> store() {
    return Optional.of(entries);
  }

  @Override
  public Optional<Object> layout() {
    return Optional.of(QueueLayout.of(name, plan).plain());
  }

  @Override
  public List<Figure> figures() {
    int engines = plan.groups().stream().mapToInt(Integer::intValue).sum();
    DsaStatistics statistics = device.statistics();
    // Queues beyond the plan are of no use to anybody.
    List<DsaStatistics.Queue> planned = statistics.queues().subList(0, plan.queues().size());
    return DsaFigures.of(statistics, planned, engines, wq -> kind(plan.queues().get(wq)));
  }

  private static DsaFigures.QueueKind kind(DsaModel.QueuePlan queue) {
    return new DsaFigures.QueueKind(queue.shared() ? "shared" : "dedicated", queue.size());
  }

  /** {@return the entries of a queue} */
  int size(int wq) {
    return plan.queues().get(wq).size();
  }

  /** {@return how many engines serve a queue} */
  int engines(int wq) {
    return plan.groups().get(plan.queues().get(wq).group());
  }

  /** {@return how many submitted descriptors a shared queue takes at its limited portal} */
  int threshold(int wq) {
    return SharedQueue.threshold(engines(wq), size(wq));
  }

  /**
   * Enables a dedicated queue for a tenant.
   *
   * @return whether the function did it
   */
  synchronized boolean enable(int wq, QueueTerms terms, int pasid) {
    long mode = Wqcfg.DEDICATED.mask() | Wqcfg.PASID_ENABLE.mask() | Wqcfg.PRIV.mask();
    mode = Wqcfg.PRIORITY.set(mode, plan.queues().get(wq).weight());
    mode = Wqcfg.BLOCK_ON_FAULT.set(mode, terms.blockOnFault() ? 1 : 0);
    set(Register.WQCFG_MODE, wq, Wqcfg.PASID.set(mode, pasid));
    long limits = Wqcfg.TRANSFER_SHIFT.set(0, terms.transferShift());
    set(Register.WQCFG_LIMITS, wq, Wqcfg.BATCH_SHIFT.set(limits, terms.batchShift()));
    Architecture of = plan.profile().architecture();
    set(Register.WQCFG_OPCFG0, wq, of.opcap(0, terms.operations()));
    set(Register.WQCFG_OPCFG1, wq, of.opcap(1, terms.operations()));
    return command(Command.ENABLE_WQ, wq) == 0;
  }

  /** Resets a dedicated queue that is closed and drained. */
  synchronized void reset(int wq) {
    must(Command.RESET_WQ, 1 << (wq & 15) | (wq >>> 4) << 16);
  }

  /**
   * Submits a descriptor.
   *
   * @return whether the queue had less than {@code limit} entries and took it
   */
  boolean offer(int wq, MemorySegment from, long at, int limit) {
    int page = LIMITED + (ims ? FIRST_IMS_PAGE : 0);
    return device.offer(wq * PAGES + page, from, at, limit);
  }

  private void must(Command command, int operand) {
    int error = command(command, operand);
    if (error != 0) {
      throw new IllegalArgumentException(
          "%s: the function answers %s with error 0x%02x".formatted(name, command, error));
    }
  }

  /** Nothing that the host commands has to wait for engines, so this is over at once. */
  private synchronized int command(Command command, int operand) {
    set(Register.CMD, 0, Cmd.CODE.set(operand, command.code()));
    long until = System.nanoTime() + PATIENCE;
    long status = get(Register.CMDSTATUS, 0);
    while (CmdStatus.ACTIVE.isSet(status) && System.nanoTime() - until < 0) {
      LockSupport.parkNanos(PAUSE);
      status = get(Register.CMDSTATUS, 0);
    }
    return CmdStatus.ACTIVE.isSet(status) ? -1 : CmdStatus.ERROR.getInt(status);
  }

  private long get(Register register, int index) {
    return device.read(0, register.address(index, offsets), register.width());
  }

  private void set(Register register, int index, long value) {
    device.write(0, register.address(index, offsets), register.width(), value);
  }

  @Override
  public void close() {
    device.close();
  }
}
