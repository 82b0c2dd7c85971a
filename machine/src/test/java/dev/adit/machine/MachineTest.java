package dev.adit.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.dsa.DsaDevice;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.EnginePolicy;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.ImsChip;
import dev.adit.machine.QueueFunction.Store;
import dev.adit.machine.QueueFunction.Variant;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One driver, unmodified, in every machine. */
class MachineTest {
  private static final int RID = 0x6A01;
  private static final int GUEST_RID = 0x0010;
  private static final int PIECES = 50;

  private final PhysicalMachine host = machine(IsolationLevel.REQUESTER_ID);

  private static PhysicalMachine machine(IsolationLevel level) {
    return new PhysicalMachine(4, level, 64, ImsPolicy.GRANT);
  }

  private static GuestMachine guest(PhysicalMachine host, boolean viommu, boolean hypercall) {
    return new GuestMachine(
        host, 1, new GuestMachine.Options(2, viommu, hypercall), ImsPolicy.GRANT);
  }

  private static QueueFunction function(PhysicalMachine machine, Store store, Ram ram) {
    return new QueueFunction(
        new Variant(store, true, false),
        machine.dma(RID),
        machine.bus(),
        RID,
        ram.atomic(),
        ram.allocate(QueueFunction.QUEUES * 16L, 4096));
  }

  /** A function with its driver. */
  private record Probed(MachinePciDevice device, QueueDriver driver) {
    String store() {
      return device.store();
    }

    String refusal() {
      return device.refusal();
    }

    boolean move(int cpu) {
      return device.move(cpu);
    }

    int work(int pieces) {
      return driver.work(pieces);
    }

    void close() {
      driver.close();
    }
  }

  private static Probed probe(Machine machine, Slot slot, Store store, int queue) {
    MachinePciDevice device = new MachinePciDevice(machine, slot);
    return new Probed(device, new QueueDriver(device, store, queue, MessageStore.NO_PASID));
  }

  /** Has a DSA copy; says how many copies were right and signalled. */
  private static int copies(PciDevice device, DsaDriver dsa) {
    DsaQueue queue = dsa.enable(16).getFirst();
    DsaWork work = new DsaWork(device, new Random(1));
    for (int i = 0; i < PIECES; i++) {
      work.begin(Opcode.MEMORY_MOVE, 4096);
      work.operands();
      MemorySegment record = queue.run(work.descriptor);
      if (DsaQueue.status(record) != Status.SUCCESS
          || !Arrays.equals(work.sourceBytes(), work.destinationBytes())) {
        return i;
      }
    }
    return PIECES;
  }

  @ParameterizedTest
  @EnumSource(IsolationLevel.class)
  void bareMetalUsesImsInDeviceMemory(IsolationLevel level) {
    PhysicalMachine machine = machine(level);
    QueueFunction function = function(machine, Store.DEVICE_MEMORY, machine.ram());
    Probed driver = probe(machine, machine.attach(function, RID), Store.DEVICE_MEMORY, 0);

    assertThat(driver.store()).isEqualTo("IMS in device memory");
    assertThat(driver.work(PIECES)).isEqualTo(PIECES);
    assertThat(machine.cpu(3).delivered()).isEqualTo(PIECES);

    assertThat(driver.move(1)).isEqualTo(level == IsolationLevel.NONE);
    assertThat(driver.work(PIECES)).isEqualTo(PIECES);
    assertThat(machine.cpu(1).delivered()).isEqualTo(PIECES);
  }

  @Test
  void bareMetalUsesImsInQueueMemory() {
    QueueFunction function = function(host, Store.QUEUE_MEMORY, host.ram());
    Probed driver = probe(host, host.attach(function, RID), Store.QUEUE_MEMORY, 3);
    assertThat(driver.store()).isEqualTo("IMS in queue memory");
    assertThat(driver.work(PIECES)).isEqualTo(PIECES);
  }

  @ParameterizedTest
  @EnumSource(IsolationLevel.class)
  void aGuestWithoutHypercallFallsBackToMsix(IsolationLevel level) {
    PhysicalMachine machine = machine(level);
    GuestMachine guest = guest(machine, false, false);
    QueueFunction function = function(machine, Store.DEVICE_MEMORY, guest.ram());
    Probed driver = probe(guest, guest.pass(function, RID, GUEST_RID), Store.DEVICE_MEMORY, 0);
    assertThat(driver.store()).isEqualTo("MSI-X");
    assertThat(driver.refusal()).contains("hypercall");
    assertThat(driver.work(PIECES)).isEqualTo(PIECES);
    assertThat(guest.cpu(1).delivered()).isEqualTo(PIECES);
    driver.move(0);
    assertThat(driver.work(PIECES)).isEqualTo(PIECES);
    assertThat(guest.cpu(0).delivered()).isEqualTo(PIECES);
    long traps = guest.traps();
    assertThat(driver.work(PIECES)).isEqualTo(PIECES);
    assertThat(guest.traps()).as("work is not trapped").isEqualTo(traps);
  }

  @ParameterizedTest
  @EnumSource(Store.class)
  void aGuestWithHypercallHoldsRealMessages(Store store) {
    GuestMachine guest = guest(host, false, true);
    QueueFunction function = function(host, store, guest.ram());
    Probed driver = probe(guest, guest.pass(function, RID, GUEST_RID), store, 2);
    assertThat(driver.refusal()).isEmpty();
    assertThat(driver.store()).startsWith("IMS");
    assertThat(driver.work(PIECES)).isEqualTo(PIECES);
    assertThat(guest.cpu(1).delivered()).isEqualTo(PIECES);
    long calls = guest.hypercalls();
    driver.move(0);
    assertThat(guest.hypercalls()).isEqualTo(calls + 1);
    assertThat(driver.work(PIECES)).isEqualTo(PIECES);
    assertThat(guest.cpu(0).delivered()).isEqualTo(PIECES);
    driver.close();
    assertThat(host.tally().stopped()).isEmpty();
  }

  @Test
  void aGuestWithVirtualIommuMovesItsInterruptsInItsOwnTable() {
    GuestMachine guest = guest(host, true, false);
    QueueFunction function = function(host, Store.DEVICE_MEMORY, guest.ram());
    Probed driver = probe(guest, guest.pass(function, RID, GUEST_RID), Store.DEVICE_MEMORY, 0);
    assertThat(driver.work(PIECES)).isEqualTo(PIECES);
    assertThat(driver.move(0)).as("the store is written").isFalse();
    assertThat(driver.work(PIECES)).isEqualTo(PIECES);
    assertThat(guest.cpu(0).delivered()).isEqualTo(PIECES);
  }

  @ParameterizedTest
  @EnumSource(IsolationLevel.class)
  void aPassedSubDeviceShowsMsixBackedByTheStoreOfThePhysicalFunction(IsolationLevel level) {
    PhysicalMachine machine =
        new PhysicalMachine(
            4,
            level,
            64,
            store -> {
              throw new DomainException(DomainException.Reason.STORE, "the store is for guests");
            });
    GuestMachine guest = guest(machine, false, false);
    try (LentDsa lent = new LentDsa(machine, RID, 77)) {
      Slot slot = guest.pass(lent, GUEST_RID);
      assertThat(copies(guest, slot, MessageStore.NO_PASID)).isEqualTo(new Copies(PIECES, "MSI-X"));
      assertThat(guest.cpu(1).delivered()).isEqualTo(PIECES);
      assertThat(lent.physical().statistics().imsInterrupts()).isEqualTo(PIECES);
      int entry = lent.handle(1);
      assertThat(entry).isNotNegative();
      guest.destroy();
      // Address and data are reset, mask and ignore set, and no PASID is left.
      long at = DsaProfile.IMS_OFFSET + entry * 16L;
      assertThat(lent.physical().read(0, at, 8)).isEqualTo(0xFEE0_0000L);
      assertThat(lent.physical().read(0, at + 8, 8)).isEqualTo(5L << 32);
    }
  }

  @Test
  void whatThePolicyForbidsIsNotGranted() {
    ImsPolicy never =
        store -> {
          throw new DomainException(DomainException.Reason.STORE, "ims=off");
        };
    PhysicalMachine machine = new PhysicalMachine(2, IsolationLevel.REQUESTER_ID, 64, never);
    QueueFunction function = function(machine, Store.DEVICE_MEMORY, machine.ram());
    Probed driver = probe(machine, machine.attach(function, RID), Store.DEVICE_MEMORY, 0);
    assertThat(driver.store()).isEqualTo("MSI-X");
    assertThat(driver.refusal()).isEqualTo("ims=off");
    assertThat(driver.work(PIECES)).isEqualTo(PIECES);
  }

  private static DsaDevice dsa(PhysicalMachine machine) {
    return new DsaDevice(
        DsaProfile.physical(), EnginePolicy.threads(), machine.dma(RID), machine.bus(), RID);
  }

  /** Copies made, and where their completions were signalled. */
  private record Copies(int right, String store) {}

  private static Copies copies(Machine machine, Slot slot, int pasid) {
    MachinePciDevice device = new MachinePciDevice(machine, slot);
    try (DsaDriver dsa = DsaDriver.probe(device)) {
      if (pasid != MessageStore.NO_PASID) {
        dsa.usePasid(pasid);
      }
      return new Copies(copies(device, dsa), device.store());
    }
  }

  @ParameterizedTest
  @EnumSource(IsolationLevel.class)
  void theDsaDriverSignalsCompletionsThroughImsOnBareMetal(IsolationLevel level) {
    PhysicalMachine machine = machine(level);
    try (DsaDevice dsa = dsa(machine)) {
      assertThat(copies(machine, machine.attach(dsa, RID), MessageStore.NO_PASID))
          .isEqualTo(new Copies(PIECES, "IMS in device memory"));
      assertThat(dsa.statistics().imsInterrupts()).isEqualTo(PIECES);
    }
  }

  @Test
  void theSameDriverWorksWithAPasidOnBareMetal() {
    host.own(RID, 42);
    try (DsaDevice dsa = dsa(host)) {
      assertThat(copies(host, host.attach(dsa, RID), 42))
          .isEqualTo(new Copies(PIECES, "IMS in device memory"));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theSameDriverFallsBackToMsixInAGuestWithoutHypercall(boolean viommu) {
    GuestMachine guest = guest(host, viommu, false);
    try (DsaDevice dsa = dsa(host)) {
      assertThat(copies(guest, guest.pass(dsa, RID, GUEST_RID), MessageStore.NO_PASID))
          .isEqualTo(new Copies(PIECES, "MSI-X"));
      assertThat(guest.cpu(1).delivered()).isEqualTo(PIECES);
    }
  }

  @Test
  void theSameDriverHoldsMessagesOfItsOwnSubDevicesWhereTheRemapperTellsPasidsApart() {
    PhysicalMachine machine = machine(IsolationLevel.REMAPPER_PASID);
    GuestMachine guest = guest(machine, true, true);
    DsaProfile tagged = DsaProfile.physical().with(DsaProfile.Option.TAGGED_MESSAGES);
    try (DsaDevice dsa =
        new DsaDevice(tagged, EnginePolicy.threads(), machine.dma(RID), machine.bus(), RID)) {
      guest.givePasid(RID, 42, 42);
      assertThat(copies(guest, guest.pass(dsa, RID, GUEST_RID), 42))
          .isEqualTo(new Copies(PIECES, "IMS in device memory"));
      assertThat(guest.cpu(1).delivered()).isEqualTo(PIECES);
    }
  }

  @Test
  void untaggedMessagesDoNotGetPastARemapperThatWantsThePasid() {
    PhysicalMachine machine = machine(IsolationLevel.REMAPPER_PASID);
    machine.own(RID, 42);
    ImsArray untagged = new ImsArray(QueueFunction.STORE_FORMAT, 256, machine.bus(), RID);
    BusDomain store = machine.store(RID, new ImsChip(QueueFunction.STORE_FORMAT, untagged, 256));
    BusDomain.Interrupt interrupt = store.allocate(Cookie.of(0, 42), Target.ANY_CPU);
    interrupt.mask(false);
    assertThat(untagged.complete(interrupt.index(), 42)).isTrue();
    assertThat(machine.tally().arrived()).isZero();
    ImsArray tagged = new ImsArray(QueueFunction.STORE_FORMAT, 256, machine.bus(), RID, true);
    BusDomain other = machine.store(RID, new ImsChip(QueueFunction.STORE_FORMAT, tagged, 256));
    BusDomain.Interrupt bound = other.allocate(Cookie.of(0, 42), Target.ANY_CPU);
    bound.mask(false);
    assertThat(tagged.complete(bound.index(), 42)).isTrue();
    assertThat(machine.tally().arrived()).isEqualTo(1);
  }

  @Test
  void theSameDriverUsesImsInAGuestWithHypercall() {
    GuestMachine guest = guest(host, false, true);
    try (DsaDevice dsa = dsa(host)) {
      assertThat(copies(guest, guest.pass(dsa, RID, GUEST_RID), MessageStore.NO_PASID))
          .isEqualTo(new Copies(PIECES, "IMS in device memory"));
      assertThat(guest.cpu(1).delivered()).isEqualTo(PIECES);
      assertThat(dsa.statistics().imsInterrupts()).isEqualTo(PIECES);
    }
  }
}
