package dev.adit.machine;

import dev.adit.devices.Dma;
import dev.adit.devices.PciFunction;
import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.domain.GuestDomain;
import dev.adit.interrupts.domain.HypercallDomain;
import dev.adit.interrupts.domain.HypercallHost;
import dev.adit.interrupts.domain.HypercallPort;
import dev.adit.interrupts.domain.MessageDomain;
import dev.adit.interrupts.domain.Quotas;
import dev.adit.interrupts.domain.TrappedStore;
import dev.adit.interrupts.domain.VectorDomain;
import dev.adit.interrupts.post.PostedDescriptors;
import dev.adit.interrupts.spec.CompatibilityMessage;
import dev.adit.interrupts.spec.EntryFormat;
import dev.adit.interrupts.spec.RemappableMessage;
import dev.adit.interrupts.store.MsixChip;
import dev.adit.interrupts.store.StoreChip;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A virtual machine on a {@link PhysicalMachine}, with the part of the hypervisor that is its own:
 * memory, virtual processors that take posted interrupts, functions passed through with their MSI-X
 * table trapped, optionally a virtual remapping unit and the hypercall for messages.
 */
public final class GuestMachine implements Machine {
  /**
   * What the hypervisor gives a guest.
   *
   * @param cpus virtual processors
   * @param viommu a virtual VT-d unit, switched on by the guest
   * @param hypercall the call for messages
   */
  public record Options(int cpus, boolean viommu, boolean hypercall) {}

  private static final long MEMORY = 2 << 20;

  private final PhysicalMachine host;
  private final int vm;
  private final Ram ram;
  private final Processor[] processors;
  private final VectorDomain vectors;
  private final @Nullable VirtualIommu iommu;
  private final MessageDomain controller;
  private final HypercallHost hypercalls;
  private final HypercallPort port;
  private final Map<Integer, HypercallHost.Device> devices = new HashMap<>();
  private final Map<Integer, Integer> pasids = new HashMap<>();
  private final List<PassedSlot> slots = new ArrayList<>();
  private final ImsPolicy policy;
  private @Nullable HypercallDomain hypercallDomain;

  /**
   * Starts a guest.
   *
   * @param vm its number, above 0 and unique on the host
   * @param policy whether the guest's system grants IMS to its drivers
   */
  public GuestMachine(PhysicalMachine host, int vm, Options options, ImsPolicy policy) {
    this.host = host;
    this.vm = vm;
    this.policy = policy;
    ram = new Ram(MEMORY);
    processors = new Processor[options.cpus()];
    for (int i = 0; i < processors.length; i++) {
      processors[i] = new Processor();
    }
    vectors = new VectorDomain(options.cpus(), Quotas.none("vectors"));
    iommu = options.viommu() ? new VirtualIommu(ram, vectors, this::remapped) : null;
    controller = iommu == null ? vectors : iommu.domain();
    hypercalls = new HypercallHost(new Self(), host.level() == IsolationLevel.REMAPPER_PASID);
    port = options.hypercall() ? hypercalls : HypercallPort.NONE;
  }

  /** A virtual processor: a local APIC and the descriptor that interrupts are posted to. */
  private final class Processor {
    private final LocalApic apic = new LocalApic();
    private final PostedDescriptors.Post post = host.descriptors().open(apic::deliver);
  }

  /** What the hypercall asks about this guest. */
  private final class Self implements HypercallHost.Vm {
    @Override
    public int id() {
      return vm;
    }

    @Override
    public Optional<HypercallHost.Device> device(int guestRequesterId) {
      return Optional.ofNullable(devices.get(guestRequesterId));
    }

    @Override
    public Optional<Integer> pasid(int guestPasid) {
      return Optional.ofNullable(pasids.get(guestPasid));
    }

    @Override
    public Optional<Target> target(int cpu, int vector) {
      return posted(cpu, vector);
    }
  }

  private Optional<Target> posted(int cpu, int vector) {
    boolean exists = cpu >= 0 && cpu < processors.length && vector >= 16 && vector <= 255;
    return exists ? Optional.of(processors[cpu].post.target(vector)) : Optional.empty();
  }

  /** {@return where an interrupt for one of the guest's processors goes on the host} */
  Target target(int cpu, int vector) {
    return posted(cpu, vector).orElseThrow();
  }

  /**
   * Reads a pair as the guest's own interrupt controller would: the heart of trap and translate.
   */
  private Optional<Target> read(Message message) {
    if (!CompatibilityMessage.inRange(message.address())) {
      return Optional.empty();
    }
    if (iommu != null) {
      return iommu.read(message).flatMap(at -> posted(at.cpu(), at.vector()));
    }
    if (RemappableMessage.isRemappable(message.address())) {
      return Optional.empty();
    }
    CompatibilityMessage read = new CompatibilityMessage(message.address(), message.data());
    return posted(read.destination(), read.vector());
  }

  private void remapped() {
    slots.forEach(PassedSlot::translateAgain);
  }

  /**
   * Passes a whole function to the guest, with a requester ID that nobody else uses. Its MSI-X
   * table is trapped; all else the guest reaches directly.
   *
   * @param requesterId on the host
   * @param guestRequesterId as the guest sees it
   */
  public Slot pass(PciFunction function, int requesterId, int guestRequesterId) {
    host.map(vm, requesterId, Dma.NO_PASID, ram);
    devices.put(
        guestRequesterId, new HypercallHost.Device(requesterId, host.domain(), host.level(), true));
    BusDomain real = host.store(requesterId, new MsixChip(function.msix(), function.msix().size()));
    Cookie cookie = new Cookie(vm, MessageStore.NO_PASID, 0);
    TrappedStore table =
        new TrappedStore(
            EntryFormat.MSIX, function.msix().size(), real, true, cookie, (_, pair) -> read(pair));
    return add(new PassedSlot(function, guestRequesterId, table, table));
  }

  /**
   * Passes a sub-device: a function of its own to look at, whose vectors are backed by entries of
   * the physical function's store, which the guest never sees. Vector 0 is emulated.
   */
  public Slot pass(LentDsa lent, int guestRequesterId) {
    host.map(vm, lent.requesterId(), lent.pasid(), ram);
    PciFunction view = lent.view();
    Cookie cookie = Cookie.of(vm, lent.pasid());
    TrappedStore backed =
        new TrappedStore(
            EntryFormat.MSIX,
            view.msix().size() - 1,
            lent.domain(),
            false,
            cookie,
            (_, pair) -> read(pair));
    VirtualMsix table =
        new VirtualMsix(lent, backed, message -> read(message).ifPresent(this::raise));
    return add(new PassedSlot(view, guestRequesterId, table, backed));
  }

  /**
   * Gives the guest a PASID of its own on a function passed to it, for sub-devices that it makes.
   *
   * @param guestPasid as the guest numbers it
   * @param pasid the host's
   */
  public void givePasid(int requesterId, int guestPasid, int pasid) {
    pasids.put(guestPasid, pasid);
    host.map(vm, requesterId, pasid, ram);
  }

  /** Lets the guest ask for messages of a function whose requester ID others use too. */
  public void share(int requesterId, int guestRequesterId) {
    devices.put(
        guestRequesterId,
        new HypercallHost.Device(requesterId, host.domain(), host.level(), false));
  }

  private void raise(Target target) {
    if (target instanceof Target.Posted(long descriptor, int vector, boolean _)) {
      for (Processor processor : processors) {
        if (processor.post.address() == descriptor) {
          processor.apic.deliver(vector);
        }
      }
    }
  }

  private Slot add(PassedSlot slot) {
    slots.add(slot);
    return slot;
  }

  /** Stops the guest: everything it held is given back and none of it is delivered any more. */
  public void destroy() {
    slots.forEach(PassedSlot::reset);
    hypercalls.releaseAll();
  }

  @Override
  public String name() {
    return "guest " + vm;
  }

  @Override
  public Ram ram() {
    return ram;
  }

  @Override
  public int cpus() {
    return processors.length;
  }

  @Override
  public LocalApic cpu(int number) {
    return processors[number].apic;
  }

  /** {@return the VM's number} */
  public int vm() {
    return vm;
  }

  /** {@return the hypercall, as the guest's processors offer it} */
  public HypercallPort hypercall() {
    return port;
  }

  /** {@return how many hypercalls the guest made} */
  public long hypercalls() {
    return hypercalls.calls();
  }

  /** {@return how many accesses of the guest were intercepted} */
  public long traps() {
    long sum = iommu == null ? 0 : iommu.traps();
    for (PassedSlot slot : slots) {
      sum += slot.traps();
    }
    return sum;
  }

  @Override
  public BusDomain interrupts(Slot slot, StoreChip chip) {
    MessageDomain parent = new GuestDomain(controller);
    if (chip.traits().ims()) {
      policy.check(chip.traits());
      if (hypercallDomain == null) {
        hypercallDomain = HypercallDomain.discover(port, vectors).orElse(null);
      }
      if (hypercallDomain == null) {
        throw new DomainException(
            DomainException.Reason.STORE,
            "No hypercall returns real messages for " + chip.traits().name());
      }
      parent = hypercallDomain;
    }
    return new BusDomain(parent, chip, slot.requesterId(), Quotas.none("entries"), _ -> {});
  }
}
