package dev.adit.cli.matrix;

import dev.adit.devices.Attachment;
import dev.adit.devices.Dma;
import dev.adit.devices.PciFunction;
import dev.adit.devices.dsa.DsaDevice;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.DsaProfile.Option;
import dev.adit.devices.dsa.DsaStatistics;
import dev.adit.devices.dsa.EnginePolicy;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import dev.adit.devices.sdi.PassedSdi;
import dev.adit.devices.sdi.SdiFunction;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.domain.HypercallDomain;
import dev.adit.interrupts.domain.Quotas;
import dev.adit.interrupts.domain.VectorDomain;
import dev.adit.interrupts.store.StoreTraits;
import dev.adit.machine.Attack;
import dev.adit.machine.DmaBuffer;
import dev.adit.machine.DriverException;
import dev.adit.machine.DsaDriver;
import dev.adit.machine.DsaQueue;
import dev.adit.machine.GuestMachine;
import dev.adit.machine.ImsPolicy;
import dev.adit.machine.LentDsa;
import dev.adit.machine.Machine;
import dev.adit.machine.MachinePciDevice;
import dev.adit.machine.PciDevice;
import dev.adit.machine.PhysicalMachine;
import dev.adit.machine.QueueDriver;
import dev.adit.machine.QueueFunction;
import dev.adit.machine.QueueFunction.Store;
import dev.adit.machine.SdiDriver;
import dev.adit.machine.Slot;
import dev.adit.pci.spec.Pasid;
import dev.adit.pci.spec.SiovDvsec;
import dev.adit.platform.Decision;
import dev.adit.platform.Evidence;
import dev.adit.platform.Fact;
import dev.adit.platform.Ims;
import dev.adit.platform.Sign;
import dev.adit.platform.Truth;
import dev.adit.platform.Verdict;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A row of the matrix, run: builds the machine, asks for the verdict with the evidence that this
 * machine shows, has the driver probe and work under that verdict, and notes what happened.
 */
final class MatrixScenario implements AutoCloseable {
  private static final int RID = 0x6A01;
  private static final int GUEST_RID = 0x0010;
  private static final int PASID = 9;
  private static final int QUOTA = 64;
  private static final int SDIS = 4;
  private static final int PIECES = 64;
  private static final int QUEUE_ENTRIES = 16;
  private static final int COPY = 256;

  /** A host whose functions are in guests' hands grants its own drivers nothing. */
  private static final ImsPolicy HOST_ONLY =
      store -> {
        throw new DomainException(DomainException.Reason.STORE, "the store is for guests");
      };

  private final MatrixRow row;
  private final MatrixRow.Setup setup;
  private final Ims ims;
  private final PhysicalMachine host;
  private final @Nullable GuestMachine guest;
  private final Machine machine;
  private final @Nullable LentDsa lent;
  private final PciFunction function;
  private final Slot slot;
  private final Verdict verdict;

  private MatrixScenario(MatrixRow row, Ims ims) {
    this.row = row;
    this.ims = ims;
    setup = row.setup();
    host = new PhysicalMachine(4, setup.level(), QUOTA, setup.guest() ? HOST_ONLY : this::check);
    GuestMachine.Options options = new GuestMachine.Options(2, setup.viommu(), setup.hypercall());
    guest = setup.guest() ? new GuestMachine(host, 1, options, this::check) : null;
    machine = guest == null ? host : guest;
    lent = setup.device() == MatrixRow.Device.DSA_VIEW ? new LentDsa(host, RID, PASID) : null;
    function = lent == null ? function() : lent.view();
    slot = attach();
    verdict = Decision.decide(evidence(), row.use(), ims);
  }

  /** Runs a row; {@code attacks} are what was tried on its isolation level. */
  static MatrixResult run(MatrixRow row, Ims ims, List<Attack> attacks) {
    try (MatrixScenario scenario = new MatrixScenario(row, ims)) {
      return scenario.run(attacks);
    }
  }

  /** The platform's answer when a driver asks for a store. */
  private void check(StoreTraits store) {
    if (!verdict.allowed()) {
      throw new DomainException(DomainException.Reason.STORE, verdict.reason());
    }
  }

  private PciFunction function() {
    Dma dma = host.dma(RID);
    return switch (setup.device()) {
      case DSA, DSA_WITH_PASID, DSA_VIEW ->
          new DsaDevice(profile(), EnginePolicy.caller(), dma, host.bus(), RID);
      case QUEUES, QUEUES_WITH_PASID, QUEUES_OWN_IOMMU -> queues(dma);
      case SDI ->
          new PassedSdi(
              new SdiFunction(SDIS, 1, new Attachment(RID - 1, host::dma, host.bus())), 0);
    };
  }

  private DsaProfile profile() {
    boolean tagged = setup.level() == IsolationLevel.REMAPPER_PASID;
    return tagged ? DsaProfile.physical().with(Option.TAGGED_MESSAGES) : DsaProfile.physical();
  }

  private QueueFunction queues(Dma dma) {
    long contexts = machine.ram().allocate(QueueFunction.QUEUES * 16L, 4096);
    return new QueueFunction(
        new QueueFunction.Variant(Store.QUEUE_MEMORY, true, false),
        dma,
        host.bus(),
        RID,
        machine.ram().atomic(),
        contexts);
  }

  private Slot attach() {
    if (guest == null) {
      if (pasid() != MessageStore.NO_PASID) {
        host.own(RID, PASID);
      }
      return host.attach(function, RID);
    }
    if (lent != null) {
      return guest.pass(lent, GUEST_RID);
    }
    if (pasid() != MessageStore.NO_PASID) {
      guest.givePasid(RID, PASID, PASID);
    }
    return guest.pass(function, RID, GUEST_RID);
  }

  /** The PASID that the driver gives its queue. */
  private int pasid() {
    return switch (setup.device()) {
      case DSA_WITH_PASID, QUEUES_WITH_PASID -> PASID;
      case DSA, DSA_VIEW, QUEUES, QUEUES_OWN_IOMMU, SDI -> MessageStore.NO_PASID;
    };
  }

  /** What can be seen in the driver's machine and of its function. */
  private Evidence evidence() {
    boolean virtual = guest != null;
    boolean iommu = guest == null || setup.viommu();
    Evidence evidence =
        see(Evidence.NONE, Sign.ARCHITECTURE_TEST, true)
            .with(fact(Sign.CPUID_HYPERVISOR, virtual))
            .with(fact(Sign.IOMMU_PRESENT, iommu))
            .with(fact(Sign.IOMMU_PASID, iommu))
            .with(fact(Sign.IOMMU_CACHING_MODE, setup.viommu()))
            .with(fact(Sign.INTERRUPT_REMAPPING, iommu))
            .with(fact(Sign.HYPERCALL, guest != null && offersCall(guest)));
    return see(evidence, Sign.FUNCTION_IMS, function.config().get(SiovDvsec.IMS) != 0)
        .with(fact(Sign.FUNCTION_PASID, function.config().get(Pasid.MAX_WIDTH) != 0))
        .with(fact(Sign.FUNCTION_PASID_CHECK, setup.level().number() >= 2))
        .with(fact(Sign.FUNCTION_OWN_IOMMU, setup.device() == MatrixRow.Device.QUEUES_OWN_IOMMU))
        .with(fact(Sign.PASID_ISOLATION, host.level() == IsolationLevel.REMAPPER_PASID));
  }

  private static boolean offersCall(GuestMachine guest) {
    VectorDomain probe = new VectorDomain(1, Quotas.none("vectors"));
    return HypercallDomain.discover(guest.hypercall(), probe).isPresent();
  }

  private static Evidence see(Evidence evidence, Sign sign, boolean holds) {
    return evidence.with(fact(sign, holds));
  }

  private static Fact fact(Sign sign, boolean holds) {
    return new Fact(sign, Truth.of(holds), holds ? "yes" : "no", "machine in memory");
  }

  private MatrixResult run(List<Attack> attacks) {
    long traps = guest == null ? 0 : guest.traps();
    MachinePciDevice device = new MachinePciDevice(machine, slot);
    long sent =
        switch (setup.device()) {
          case DSA, DSA_WITH_PASID, DSA_VIEW -> copies(device);
          case QUEUES, QUEUES_WITH_PASID, QUEUES_OWN_IOMMU -> work(device);
          case SDI -> new SdiDriver(device).work(PIECES);
        };
    List<MatrixResult.Hop> hops = MatrixPath.of(setup, device, host, machine);
    return new MatrixResult(
        row,
        ims,
        verdict,
        device.store(),
        device.refusal(),
        hops,
        sent,
        device.arrived(),
        guest == null ? 0 : guest.traps() - traps,
        guest == null ? 0 : guest.hypercalls(),
        attacks);
  }

  private long work(PciDevice device) {
    return new QueueDriver(device, Store.QUEUE_MEMORY, 0, pasid()).work(PIECES);
  }

  /** Has the DSA copy; {@return how many interrupts it says it has sent} */
  private long copies(MachinePciDevice device) {
    DsaDriver driver = DsaDriver.probe(device);
    if (pasid() != MessageStore.NO_PASID) {
      driver.usePasid(pasid());
    }
    DsaQueue queue = driver.enable(QUEUE_ENTRIES).getFirst();
    DmaBuffer source = device.allocate(COPY);
    DmaBuffer destination = device.allocate(COPY);
    MemorySegment move = MemorySegment.ofArray(new long[Descriptor.BYTES / 8]);
    move.set(ValueLayout.JAVA_BYTE, Descriptor.OPCODE, (byte) Opcode.MEMORY_MOVE.code());
    move.set(Descriptor.LONG, Descriptor.SOURCE, source.address());
    move.set(Descriptor.LONG, Descriptor.DESTINATION, destination.address());
    move.set(Descriptor.INT, Descriptor.SIZE, COPY);
    for (int i = 0; i < PIECES; i++) {
      source.memory().fill((byte) (i + 1));
      int status = DsaQueue.status(queue.run(move));
      if (status != Status.SUCCESS || destination.memory().mismatch(source.memory()) >= 0) {
        throw new DriverException("copy " + i + " ended with status " + status);
      }
    }
    return sent();
  }

  private long sent() {
    DsaStatistics statistics = (lent == null ? (DsaDevice) function : lent.physical()).statistics();
    // The host's driver of a function that is lent has interrupts of its own.
    long byTable = statistics.interrupts().stream().mapToLong(Long::longValue).sum();
    return statistics.imsInterrupts()
        + (lent == null ? byTable : lent.view().statistics().interrupts().getFirst());
  }

  @Override
  public void close() {
    function.close();
    if (lent != null) {
      lent.physical().close();
    }
  }

  /** {@return a name as users read it} */
  static String words(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
