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
import dev.adit.interrupts.domain.RemapDomain;
import dev.adit.interrupts.domain.VectorDomain;
import dev.adit.interrupts.remap.NoRemapper;
import dev.adit.interrupts.remap.Remapper;
import dev.adit.interrupts.remap.VtdConfig;
import dev.adit.interrupts.remap.VtdEntries;
import dev.adit.interrupts.remap.VtdUnit;
import dev.adit.interrupts.spec.PostedDescriptor;
import dev.adit.interrupts.spec.VtdFields;
import dev.adit.interrupts.spec.VtdRegister;
import dev.adit.interrupts.store.StoreChip;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A physical machine: memory, processors, a bus with functions, and, from isolation level 1 on, a
 * VT-d unit between the two that is switched on, in x2APIC mode, with source validation. Level 3
 * adds the PASID extension. It can run a driver itself and it can host {@link GuestMachine}s.
 */
public final class PhysicalMachine implements Machine {
  private static final long MEMORY = 4 << 20;
  private static final int TABLE_BITS = 11;
  private static final int TABLE_SIZE = 2 << TABLE_BITS;
  private static final int DESCRIPTORS = 256;
  private static final int NOTIFICATION = 0xF2;
  private static final int PASID_TABLE_BYTES = 1 << 17;

  private final IsolationLevel level;
  private final Ram ram = new Ram(MEMORY);
  private final LocalApic[] apics;
  private final BusTally tally = new BusTally();
  private final Remapper remapper;
  private final VectorDomain vectors;
  private final MessageDomain domain;
  private final DmaRemapping dma;
  private final Quotas entries;
  private final Map<Integer, Integer> pasids = new ConcurrentHashMap<>();
  private final AtomicReferenceArray<@Nullable Runnable> posted =
      new AtomicReferenceArray<>(DESCRIPTORS);
  private final long descriptors = ram.allocate(DESCRIPTORS * 64L, 4096);
  private final long livePasids = ram.allocate(PASID_TABLE_BYTES, 4096);
  private int nextDescriptor;
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
    vectors = new VectorDomain(cpus, quotas("vectors", quota));
    entries = quotas("store entries", quota);
    if (level == IsolationLevel.NONE) {
      remapper = new NoRemapper(new Processors(), true);
      domain = new InjectingDomain(vectors, this::apic);
    } else {
      VtdUnit unit = unit();
      remapper = unit;
      long table = ram.allocate(TABLE_SIZE * 16L, 4096);
      enable(unit, table);
      domain =
          new RemapDomain(
              new VtdEntries(unit::invalidate, ram.atomic(), table, TABLE_SIZE, true, false, level),
              vectors,
              quotas("remapping entries", quota));
    }
    dma = new DmaRemapping(remapper, tally, level == IsolationLevel.REMAPPER_PASID);
  }

  private static Quotas quotas(String what, int quota) {
    Quotas quotas = new Quotas(what, quota);
    quotas.limit(Cookie.HOST.vm(), Integer.MAX_VALUE);
    return quotas;
  }

  private VtdUnit unit() {
    VtdConfig config = VtdConfig.hardware();
    boolean extended = level == IsolationLevel.REMAPPER_PASID;
    return new VtdUnit(
        extended ? config.withPasidIsolation() : config, ram.atomic(), new Processors());
  }

  private void enable(VtdUnit unit, long table) {
    write(unit, VtdRegister.IRTA, table | TABLE_BITS | VtdFields.EIME.mask());
    write(unit, VtdRegister.GCMD, VtdFields.SIRTP.mask());
    if (level == IsolationLevel.REMAPPER_PASID) {
      write(unit, VtdRegister.PILA, livePasids | VtdFields.PIE.mask());
    }
    write(unit, VtdRegister.GCMD, VtdFields.IRE.mask());
  }

  private static void write(VtdUnit unit, VtdRegister register, long value) {
    unit.write(register.offset(), register.bytes(), value);
  }

  /** Where interrupts come out of the remapper. */
  private final class Processors implements InterruptBus {
    @Override
    public void deliver(int destination, int vector, int attributes) {
      if (destination >= 0 && destination < apics.length) {
        apics[destination].deliver(vector);
      }
    }

    @Override
    public void notify(int destination, int vector, long descriptor) {
      long index = (descriptor - descriptors) / PostedDescriptor.BYTES;
      Runnable guest = index >= 0 && index < DESCRIPTORS ? posted.get((int) index) : null;
      if (guest == null) {
        deliver(destination, vector, 0);
      } else {
        guest.run();
      }
    }
  }

  private LocalApic apic(int number) {
    return apics[number];
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
    return new BusDomain(domain, chip, requesterId, entries, this::checkOwner);
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
    return remapper.observed(tally::count);
  }

  /** Lets a function's requests with a PASID, or without, reach a tenant's memory. */
  void map(int vm, int requesterId, int pasid, Ram memory) {
    if (pasid != Dma.NO_PASID) {
      pasids.put(pasid, vm);
      long word = livePasids + (pasid >>> 6) * 8L;
      ram.setLong(word, ram.getLong(word) | 1L << (pasid & 63));
    }
    dma.map(requesterId, pasid, memory);
  }

  /** Takes a PASID away from its tenant. */
  void unmap(int requesterId, int pasid) {
    dma.unmap(requesterId, pasid);
    pasids.remove(pasid);
  }

  /** {@return the address of a new posted-interrupt descriptor, with what its notification does} */
  synchronized long descriptor(Runnable notified) {
    if (nextDescriptor == DESCRIPTORS) {
      throw new IllegalStateException("The machine has no more posted-interrupt descriptors");
    }
    long at = descriptors + (long) nextDescriptor * PostedDescriptor.BYTES;
    ram.setLong(at + PostedDescriptor.CONTROL, PostedDescriptor.control(0, NOTIFICATION));
    posted.set(nextDescriptor++, notified);
    return at;
  }

  /** {@return who composes messages here} */
  public MessageDomain domain() {
    return domain;
  }

  /** {@return what checks messages here} */
  public Remapper remapper() {
    return remapper;
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
