package dev.adit.host;

import dev.adit.devices.Dma;
import dev.adit.devices.dsa.DsaDevice;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.DsaStatistics;
import dev.adit.devices.dsa.EnginePolicy;
import dev.adit.devices.dsa.QueueTerms;
import dev.adit.devices.dsa.spec.Block;
import dev.adit.devices.dsa.spec.Command;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.Cmd;
import dev.adit.devices.dsa.spec.Register.CmdStatus;
import dev.adit.devices.dsa.spec.Register.GroupFlags;
import dev.adit.devices.dsa.spec.Register.Wqcfg;
import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.ImsChip;
import dev.adit.interrupts.Target;
import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Header;
import dev.adit.pci.spec.Msix;
import dev.adit.pci.spec.Pasid;
import dev.adit.platform.Decision;
import dev.adit.platform.Evidence;
import dev.adit.platform.Use;
import dev.adit.platform.Verdict;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A physical DSA in the hands of its driver, the host: set up through its registers as a kernel
 * would do it, and its queues enabled one by one for those they are lent to.
 */
final class PhysicalDsa implements AutoCloseable {
  private static final int PAGES = 4;
  private static final int LIMITED = 1;
  private static final int FIRST_IMS_PAGE = 2;
  private static final int ENTRY = 16;
  private static final long PAUSE = 10_000;
  private static final long PATIENCE = 5_000_000_000L;

  private final FunctionPlan plan;
  private final DsaDevice device;
  private final Verdict verdict;
  private final CompletionEntries entries;
  private final boolean ims;
  private final long offsets;

  /**
   * Makes a function and sets it up.
   *
   * @param dma the address spaces by PASID
   * @param posts where its messages go
   * @param requesterId bus, device and function, 16 bits
   * @param owners checks whom a message store entry is to belong to
   * @throws IllegalArgumentException if the plan does not fit the function
   */
  PhysicalDsa(FunctionPlan plan, Dma dma, Posts posts, int requesterId, Consumer<Cookie> owners) {
    this.plan = plan;
    Evidence evidence = plan.evidence().orElseGet(() -> OwnEvidence.of(plan.profile()));
    verdict = Decision.decide(evidence, Use.SUB_DEVICE_HOST_STORE, plan.ims());
    ims = verdict.allowed() && plan.profile().imsEntries() > 0;
    device = new DsaDevice(shown(plan, ims), engines(plan), dma, posts, requesterId);
    offsets = get(Register.OFFSETS0, 0);
    try {
      setUp();
    } catch (RuntimeException e) {
      device.close();
      throw e;
    }
    entries = ims ? store(posts, requesterId, owners) : vectors(posts, requesterId, owners);
  }

  /** Without the store in use, neither it nor the DVSEC that tells of it is shown. */
  private static DsaProfile shown(FunctionPlan plan, boolean ims) {
    DsaProfile profile =
        plan.profile().with(DsaProfile.Option.PASID).with(DsaProfile.Option.SHARED);
    return ims
        ? profile.with(DsaProfile.Option.SIOV)
        : profile.withIms(0).without(DsaProfile.Option.SIOV);
  }

  private static EnginePolicy engines(FunctionPlan plan) {
    return plan.engines().withShare(EnginePolicy.Share.TIME);
  }

  private CompletionEntries store(Posts posts, int requesterId, Consumer<Cookie> owners) {
    long base = (offsets >>> 48) << 8;
    ImsChip chip = new ImsChip(CompletionEntries.window(device, base), plan.profile().imsEntries());
    return new CompletionEntries(
        posts.domain(),
        chip,
        requesterId,
        true,
        owners,
        index -> (device.read(0, base + (long) index * ENTRY + 12, 4) & 2) != 0);
  }

  private CompletionEntries vectors(Posts posts, int requesterId, Consumer<Cookie> owners) {
    long table = device.config().get(Msix.TABLE_OFFSET) << 3;
    long pending = device.config().get(Msix.PBA_OFFSET) << 3;
    PermittedMsix chip =
        new PermittedMsix(
            CompletionEntries.window(device, table),
            CompletionEntries.window(device, Block.MSIXPERM.table(offsets)),
            device.msix().size());
    CompletionEntries made =
        new CompletionEntries(
            posts.domain(),
            chip,
            requesterId,
            false,
            owners,
            index -> (device.read(0, pending, 8) >>> index & 1) != 0);
    made.reserve(0, Target.ANY_CPU);
    return made;
  }

  private void setUp() {
    turnOn(Header.MEMORY_SPACE, Header.BUS_MASTER);
    turnOn(Pasid.ENABLE, Pasid.PRIVILEGED_ENABLE);
    turnOn(Msix.ENABLE);
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

  /** Sets switches of one register of configuration space. */
  private void turnOn(Field... switches) {
    dev.adit.pci.spec.Register register = switches[0].register();
    int at = device.config().find(register.of()).orElseThrow() + register.offset();
    long value = device.config().read(at, register.bytes());
    for (Field field : switches) {
      value |= field.mask();
    }
    device.config().write(at, register.bytes(), value);
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
  FunctionPlan plan() {
    return plan;
  }

  /** {@return the function itself} */
  DsaDevice device() {
    return device;
  }

  /** {@return whether its message store may be used, and why} */
  Verdict verdict() {
    return verdict;
  }

  /** {@return the entries that completions go through} */
  CompletionEntries entries() {
    return entries;
  }

  /** {@return what it has done so far} */
  DsaStatistics statistics() {
    return device.statistics();
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
    set(Register.WQCFG_OPCFG0, wq, terms.operations());
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
          "%s: the function answers %s with error 0x%02x".formatted(plan.name(), command, error));
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
