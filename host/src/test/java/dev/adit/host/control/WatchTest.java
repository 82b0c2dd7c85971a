package dev.adit.host.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.DsaType;
import dev.adit.devices.dsa.lend.DsaModel;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.host.Blocked;
import dev.adit.host.DevicePlan;
import dev.adit.host.FunctionPlan;
import dev.adit.host.Registry;
import dev.adit.host.VirtualDevice;
import dev.adit.host.control.Event.Kind;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.machine.DmaBuffer;
import dev.adit.machine.DsaDriver;
import dev.adit.machine.DsaQueue;
import dev.adit.machine.SocketPciDevice;
import dev.adit.vfiouser.EventLoops;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The log names the owner of each interrupt that did not come, and why it did not. */
final class WatchTest {
  private static final int PORTALS = 2;
  private static final int LIMITED = 4096;
  private static final long PATIENCE = 120_000_000_000L;

  @TempDir private Path folder;

  private final EventLog events = new EventLog(Clock.systemUTC());

  private VirtualDevice start(Registry registry, String name, String type) {
    DsaType adi = DsaType.parse(type).orElseThrow();
    return registry.start(DevicePlan.of(name, adi.toString(), folder.resolve(name))).orThrow();
  }

  private List<String> told(String subject) {
    return events.since(0, Optional.of(subject)).stream()
        .map(event -> event.count() + " " + event.kind() + " " + event.text())
        .toList();
  }

  /** Asks for an interrupt with a handle, and waits for the record. */
  private static void interrupt(SocketPciDevice pci, int handle) {
    DmaBuffer record = pci.allocate(32);
    submit(pci, handle, record.address());
    eventually(() -> DsaQueue.status(record.memory()) != 0);
  }

  private static void submit(SocketPciDevice pci, int handle, long recordAddress) {
    MemorySegment descriptor = MemorySegment.ofArray(new long[8]);
    long flags = Flags.RECORD_ADDRESS_VALID | Flags.REQUEST_RECORD | Flags.REQUEST_INTERRUPT;
    descriptor.set(ValueLayout.JAVA_LONG, 0, (long) Opcode.NOOP.code() << 56 | flags << 32);
    descriptor.set(ValueLayout.JAVA_LONG, Descriptor.RECORD_ADDRESS, recordAddress);
    descriptor.set(ValueLayout.JAVA_SHORT, Descriptor.INTERRUPT_HANDLE, (short) handle);
    pci.store64(PORTALS, LIMITED, descriptor, 0);
  }

  private static void eventually(BooleanSupplier holds) {
    long deadline = System.nanoTime() + PATIENCE;
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(100_000);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1dwq", "1swq"})
  void anInterruptThatIsNotSentIsItsOwnersWithTheReason(String type) {
    try (EventLoops loops = EventLoops.start(1, EventLoops.Idle.BLOCK);
        Registry registry = new Registry(loops)) {
      DsaProfile profile = DsaProfile.physical().withSizes(8, 128, 4, 1);
      registry.add(new FunctionPlan("dsa0", DsaModel.even(profile, 1))).orThrow();
      Watch watch = new Watch(registry, events);
      VirtualDevice bad = start(registry, "bad", type);
      VirtualDevice good = start(registry, "good", type);
      try (SocketPciDevice pci = SocketPciDevice.connect(bad.plan().socket(), 1 << 20)) {
        DsaDriver.probe(pci).enable(8);
        interrupt(pci, good.entries().get(1));
        interrupt(pci, good.entries().get(1));
        interrupt(pci, 200);
        watch.look();
        assertThat(told("bad"))
            .containsExactlyInAnyOrder(
                "2 INTERRUPT_DROPPED a completion interrupt was not sent: "
                    + "the handle is another device's",
                "1 INTERRUPT_DROPPED a completion interrupt was not sent: "
                    + "nobody has such a handle");
        int old = bad.entries().get(1);
        bad.revoke().orThrow();
        interrupt(pci, old);
        registry.stop("bad").orThrow();
        watch.ended(bad);
      }
      watch.look();
      assertThat(told("bad"))
          .hasSize(3)
          .last()
          .asString()
          .startsWith("1 INTERRUPT_DROPPED")
          .endsWith("the handle was revoked");
      assertThat(told("good")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1dwq", "1swq"})
  void anInterruptWhoseRecordCannotBeWrittenIsTold(String type) {
    try (EventLoops loops = EventLoops.start(1, EventLoops.Idle.BLOCK);
        Registry registry = new Registry(loops)) {
      registry.add(new FunctionPlan("dsa0", DsaModel.even(DsaProfile.physical(), 1))).orThrow();
      Watch watch = new Watch(registry, events);
      VirtualDevice device = start(registry, "a", type);
      try (SocketPciDevice pci = SocketPciDevice.connect(device.plan().socket(), 1 << 20)) {
        DsaDriver.probe(pci).enable(8);
        submit(pci, device.entries().get(1), 1L << 40);
        String expected =
            "1 INTERRUPT_DROPPED a completion interrupt was not sent: "
                + "the completion record could not be written";
        eventually(
            () -> {
              watch.look();
              return told("a").contains(expected);
            });
      }
    }
  }

  @Test
  void aMessageThatTheRemappingUnitStopsIsItsOwnersToo() {
    try (EventLoops loops = EventLoops.start(1, EventLoops.Idle.BLOCK);
        Registry registry = new Registry(loops)) {
      registry.add(new FunctionPlan("dsa0", DsaModel.even(DsaProfile.physical(), 1))).orThrow();
      Watch watch = new Watch(registry, events);
      VirtualDevice device = start(registry, "a", "1dwq");
      // Kind 5 is a fault, code 0x22 an entry that is not present; index 3.
      Outcome outcome = new Outcome(5 | 0x22L << 8 | 3L << 16);
      watch.blocked(new Blocked(outcome, 0x100, device.pasid()));
      watch.blocked(new Blocked(outcome, 0x100, 0));
      watch.look();

      assertThat(told("a")).hasSize(1).first().asString().startsWith("1 " + Kind.INTERRUPT_FAULTED);
      assertThat(told("a").getFirst())
          .contains("message of dsa0 was stopped by the remapping unit: ")
          .contains("present");
      assertThat(told("dsa0")).hasSize(1);
      assertThat(watch.faults().values()).containsExactly(2L);
    }
  }
}
