package dev.adit.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.Figure;
import dev.adit.devices.Refusal.Reason;
import dev.adit.devices.Result;
import dev.adit.devices.sdi.SdiModel;
import dev.adit.devices.sdi.spec.SdiLayout;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.machine.DmaBuffer;
import dev.adit.machine.Interrupt;
import dev.adit.machine.SocketPciDevice;
import dev.adit.platform.Ims;
import dev.adit.platform.Outcome;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** SDIs of a PCIe 7.0 function become virtual devices by the same host as everything else. */
final class SdiDeviceTest {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);
  private static final int COMMAND = 4;
  private static final int BUS_MASTER = 6;

  private static Rig rig(int sdis) {
    return new Rig(new FunctionPlan("sdi0", new SdiModel(sdis, 2)));
  }

  private static DevicePlan plan(Rig rig, String name) {
    return DevicePlan.of(name, "sdi", rig.folder.resolve(name));
  }

  private static VirtualDevice start(Rig rig, String name) {
    return rig.registry.start(plan(rig, name)).orThrow();
  }

  /** A driver of a virtual SDI behind its socket. */
  private record Client(SocketPciDevice pci, DmaBuffer from, DmaBuffer to)
      implements AutoCloseable {
    static Client of(VirtualDevice device) {
      SocketPciDevice pci = SocketPciDevice.connect(device.plan().socket(), 1 << 20);
      pci.writeConfig(COMMAND, 2, BUS_MASTER);
      return new Client(pci, pci.allocate(4096), pci.allocate(4096));
    }

    int copy(int length, int vector) {
      pci.write(0, SdiLayout.SOURCE, 8, from.address());
      pci.write(0, SdiLayout.DESTINATION, 8, to.address());
      pci.write(0, SdiLayout.LENGTH, 4, length);
      pci.write(0, SdiLayout.HANDLE, 4, vector);
      pci.write(0, SdiLayout.DOORBELL, 4, 1);
      return (int) pci.read(0, SdiLayout.STATUS, 4);
    }

    @Override
    public void close() {
      pci.close();
    }
  }

  @Test
  void aCopyEndsWithAnInterruptThroughTheSdisOwnEntry() {
    try (Rig rig = rig(4)) {
      VirtualDevice device = start(rig, "a");
      assertThat(device.ims()).isTrue();
      assertThat(device.verdict().outcome()).isEqualTo(Outcome.ALLOW);
      assertThat(device.isolation()).isEqualTo(IsolationLevel.REQUESTER_ID);
      try (Client client = Client.of(device)) {
        Interrupt first = client.pci().msix(1);
        Interrupt second = client.pci().msix(2);
        for (int i = 1; i <= 100; i++) {
          client.from().memory().fill((byte) i);
          Interrupt told = i % 2 == 0 ? second : first;
          long seen = told.count();
          assertThat(client.copy(4096, i % 2 == 0 ? 2 : 1)).isEqualTo(SdiLayout.DONE);
          assertThat(told.await(seen, PATIENCE)).isEqualTo(seen + 1);
          assertThat(client.to().memory().mismatch(client.from().memory())).isEqualTo(-1);
        }
        assertThat(rig.registry.blockedMessages()).isZero();
        assertThat(rig.registry.messages()).isEqualTo(100);
        assertThat(device.figures())
            .anySatisfy(
                figure -> {
                  assertThat(figure.key()).isEqualTo("copies");
                  assertThat(((Figure.One) figure).value()).isEqualTo(100);
                });
      }
    }
  }

  @Test
  void withoutTheStoreInterruptsGoThroughTheSdisMsixTable() {
    try (Rig rig = new Rig(new FunctionPlan("sdi0", new SdiModel(2, 1)).withIms(Ims.OFF))) {
      VirtualDevice device = start(rig, "a");
      try (Client client = Client.of(device)) {
        Interrupt told = client.pci().msix(1);
        assertThat(client.copy(1, 1)).isEqualTo(SdiLayout.DONE);
        assertThat(told.await(0, PATIENCE)).isOne();
        assertThat(device.ims()).isFalse();
      }
    }
  }

  @Test
  void whatIsWrongIsRefusedAndNothingIsDone() {
    try (Rig rig = rig(2)) {
      VirtualDevice device = start(rig, "a");
      try (Client client = Client.of(device)) {
        client.from().memory().fill((byte) 7);
        assertThat(client.copy(16, 0)).isEqualTo(SdiLayout.BAD_HANDLE);
        assertThat(client.copy(16, 3)).isEqualTo(SdiLayout.BAD_HANDLE);
        assertThat(client.copy(16, SdiLayout.IN_STORE | 1)).isEqualTo(SdiLayout.BAD_HANDLE);
        assertThat(client.copy(0, 1)).isEqualTo(SdiLayout.BAD_LENGTH);
        assertThat(client.copy(SdiLayout.MOST_BYTES + 1, 1)).isEqualTo(SdiLayout.BAD_LENGTH);
        assertThat(client.to().memory().get(ValueLayout.JAVA_BYTE, 0)).isZero();
        client.pci().writeConfig(COMMAND, 2, 0);
        assertThat(client.copy(16, 1)).isEqualTo(SdiLayout.DISABLED);
        assertThat(rig.registry.messages()).isZero();
      }
    }
  }

  @Test
  void interfacesAreLentUntilThereAreNoneAndComeBack() {
    try (Rig rig = rig(2)) {
      Capacity before = rig.registry.capacity("sdi0").orElseThrow();
      assertThat(before.room()).containsEntry("sdi", 2);
      start(rig, "a");
      start(rig, "b");
      assertThat(reason(rig.registry.start(plan(rig, "c")))).isEqualTo(Reason.NO_CAPACITY);
      assertThat(reason(rig.registry.start(DevicePlan.of("c", "1dwq", rig.folder.resolve("c")))))
          .isEqualTo(Reason.NO_SUCH_TYPE);
      assertThat(rig.registry.check(plan(rig, "c").with("portals", "mmap")))
          .hasValueSatisfying(
              refusal -> assertThat(refusal.message()).contains("have no attribute 'portals'"));
      rig.registry.stop("a").orThrow();
      rig.registry.stop("b").orThrow();
      assertThat(rig.registry.capacity("sdi0").orElseThrow()).isEqualTo(before);
    }
  }

  private static Reason reason(Result<?> result) {
    return result.whyRefused().orElseThrow().reason();
  }

  @Test
  void revocationGivesOtherEntriesAndTheGuestNeedNotKnow() {
    try (Rig rig = rig(1)) {
      VirtualDevice device = start(rig, "a");
      try (Client client = Client.of(device)) {
        Interrupt told = client.pci().msix(1);
        for (int round = 1; round <= 20; round++) {
          device.revoke().orThrow();
          assertThat(client.copy(64, 1)).isEqualTo(SdiLayout.DONE);
          assertThat(told.await(round - 1, PATIENCE)).isEqualTo(round);
        }
      }
    }
  }

  @Test
  void aSuspendedDeviceGoesOnElsewhereWithTheDoorbellThatWasRung() {
    try (Rig from = rig(1);
        Rig to = rig(1)) {
      VirtualDevice device = start(from, "a");
      byte[] saved;
      try (Client client = Client.of(device)) {
        assertThat(client.copy(32, 2)).isEqualTo(SdiLayout.DONE);
        device.suspend(PATIENCE).orThrow();
        client.pci().write(0, SdiLayout.DOORBELL, 4, 1);
        assertThat(client.pci().read(0, SdiLayout.STATUS, 4)).isEqualTo(SdiLayout.DONE);
        saved = device.saved();
      }
      from.registry.stop("a").orThrow();
      VirtualDevice moved = to.registry.resume(plan(to, "a"), saved).orThrow();
      try (Client client = Client.of(moved)) {
        assertThat(client.pci().read(0, SdiLayout.LENGTH, 4)).isEqualTo(32);
        client.from().memory().fill((byte) 5);
        Interrupt told = client.pci().msix(2);
        client.pci().write(0, SdiLayout.HANDLE, 4, 1);
        // One interrupt waited for its eventfd when the state was saved, the other is the
        // doorbell's.
        Rig.eventually(() -> told.count() == 2);
        assertThat(client.to().memory().get(ValueLayout.JAVA_BYTE, 31)).isEqualTo((byte) 5);
        assertThat(client.to().memory().get(ValueLayout.JAVA_BYTE, 32)).isZero();
        assertThat(client.copy(32, 1)).isEqualTo(SdiLayout.DONE);
      }
      saved[100] ^= 1;
      to.registry.stop("a").orThrow();
      assertThat(reason(to.registry.resume(plan(to, "a"), saved))).isEqualTo(Reason.BAD_REQUEST);
    }
  }
}
