package dev.adit.machine;

import dev.adit.devices.Dma;
import dev.adit.devices.PciFunction;
import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.domain.MessageDomain;
import dev.adit.interrupts.domain.Quotas;
import dev.adit.interrupts.domain.VectorDomain;
import dev.adit.interrupts.post.PostedDescriptors;
import dev.adit.interrupts.post.PostingHost;
import dev.adit.interrupts.remap.Remapper;
import dev.adit.interrupts.store.StoreChip;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A physical machine: memory, processors, a bus with functions, and, from isolation level 1 on, a
 * VT-d unit between the two that is switched on, in x2APIC mode, with source validation. Level 3
 * adds the PASID extension. It can run a driver itself and it can host {@link GuestMachine}s.
 */
public final class PhysicalMachine implements Machine {
  private static final long MEMORY = 4 << 20;
  private static final int TABLE_BITS = 11;
  private static final int DESCRIPTORS = 256;

  private final IsolationLevel level;
  private final Ram ram = new Ram(MEMORY);
  private final LocalApic[] apics;
  private final BusTally tally = new BusTally();
  private final PostingHost host;
  private final DmaRemapping dma;
  private final Quotas entries;
  private final Map<Integer, Integer> pasids = new ConcurrentHashMap<>();
  private final ImsPolicy policy;

  /**
   * Makes a machine.
   *
   * @param cpus processors
   * @param level what the remapper checks; {@link IsolationLevel#DEVICE_PASID} is a matter of the
   *     functions, for the remapper it is the same as {@link IsolationLevel#REQUESTER_ID}
   * @param quota entries, of stores and of the remapper, and vectors that each tenant may hold
   * @param policy whether drivers on this machine are granted IMS
   */
  public PhysicalMachine(int cpus, IsolationLevel level, int quota, ImsPolicy policy) {
    this.level = level;
    this.policy = policy;
    apics = new LocalApic[cpus];
    for (int i = 0; i < cpus; i++) {
      apics[i] = new LocalApic();
    }
    VectorDomain vectors = new VectorDomain(cpus, quotas("vectors", quota));
    entries = quotas("store entries", quota);
    PostingHost.Plan plan = new PostingHost.Plan(level, TABLE_BITS, DESCRIPTORS, cpus);
    host =
        new PostingHost(
            plan,
            ram.atomic(),
            ram.allocate(plan.bytes(), 4096),
            new Processors(),
            vectors,
            quotas("remapping entries", quota));
    dma = new DmaRemapping(host.remapper(), tally, level == IsolationLevel.REMAPPER_PASID);
  }

  private static Quotas quotas(String what, int quota) {
    Quotas quotas = new Quotas(what, quota);
    quotas.limit(Cookie.HOST.vm(), Integer.MAX_VALUE);
    return quotas;
  }

  /** Where interrupts come out of the remapper. */
  private final class Processors implements InterruptBus {
    @Override
    public void deliver(int destination, int vector, int attributes) {
      if (destination >= 0 && destination < apics.length) {
        apics[destination].deliver(vector);
      }
    }
  }

  @Override
  public String name() {
    return "bare metal";
  }

  @Override
  public Ram ram() {
    return ram;
  }

  @Override
  public int cpus() {
    return apics.length;
  }

  @Override
  public LocalApic cpu(int number) {
    return apics[number];
  }

  @Override
  public BusDomain interrupts(Slot slot, StoreChip chip) {
    if (chip.traits().ims()) {
      policy.check(chip.traits());
    }
    return store(slot.requesterId(), chip);
  }

  /** {@return the interrupts of a store that the machine itself programs, whoever asks for it} */
  public BusDomain store(int requesterId, StoreChip chip) {
    return new BusDomain(host.domain(), chip, requesterId, entries, this::checkOwner);
  }

  private void checkOwner(Cookie cookie) {
    if (cookie.pasid() != MessageStore.NO_PASID
        && pasids.getOrDefault(cookie.pasid(), -1) != cookie.vm()) {
      throw new DomainException(
          DomainException.Reason.COOKIE,
          "PASID " + cookie.pasid() + " does not belong to VM " + cookie.vm());
    }
  }

  /** {@return a function on the bus; its DMA without PASID reaches the machine's own memory} */
  public Slot attach(PciFunction function, int requesterId) {
    dma.map(requesterId, Dma.NO_PASID, ram);
    return new FunctionSlot(function, requesterId);
  }

  /** Gives a function a PASID that reaches the machine's own memory. */
  public void own(int requesterId, int pasid) {
    map(Cookie.HOST.vm(), requesterId, pasid, ram);
  }

  /** {@return what a function's DMA goes through; it can be made before the function} */
  public Dma dma(int requesterId) {
    return dma.of(requesterId);
  }

  /** {@return where a function's messages go} */
  public MessageSink bus() {
    return host.remapper().observed((outcome, _) -> tally.count(outcome));
  }

  /** Lets a function's requests with a PASID, or without, reach a tenant's memory. */
  void map(int vm, int requesterId, int pasid, Ram memory) {
    if (pasid != Dma.NO_PASID) {
      pasids.put(pasid, vm);
      host.admit(pasid);
    }
    dma.map(requesterId, pasid, memory);
  }

  /** Takes a PASID away from its tenant. */
  void unmap(int requesterId, int pasid) {
    dma.unmap(requesterId, pasid);
    pasids.remove(pasid);
  }

  /** {@return where interrupts for guests come out} */
  PostedDescriptors descriptors() {
    return host.descriptors();
  }

  /** {@return who composes messages here} */
  public MessageDomain domain() {
    return host.domain();
  }

  /** {@return what checks messages here} */
  public Remapper remapper() {
    return host.remapper();
  }

  /** {@return what the remapper checks} */
  public IsolationLevel level() {
    return level;
  }

  /** {@return what became of the messages on the bus} */
  public BusTally tally() {
    return tally;
  }

  /** {@return DMA requests that led nowhere} */
  public long dmaFaults() {
    return dma.faults();
  }
}
