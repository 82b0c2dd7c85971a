package dev.adit.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.devices.dsa.DsaType;
import dev.adit.devices.dsa.SavedDsa;
import dev.adit.devices.dsa.spec.Command;
import dev.adit.devices.dsa.spec.Status;
import dev.adit.machine.DriverException;
import dev.adit.machine.SocketPciDevice;
import dev.adit.vfiouser.ClientRegion;
import dev.adit.vfiouser.EventLoops;
import dev.adit.vfiouser.ServerEvents.Kind;
import dev.adit.vfiouser.ServerOptions;
import dev.adit.vfiouser.VfioUserClient;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Virtual devices whose guests map their portals, as guests under KVM have to. */
final class MappedDeviceTest {
  private static VirtualDevice start(Rig rig, String name, DsaType type) {
    return rig.registry.start(rig.device(name, type).with("portals", "mmap")).orThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1dwq", "2dwq", "1swq"})
  void everyOperationWorksWithoutAMessageForEachDescriptor(String type) {
    DsaType of = DsaType.parse(type).orElseThrow();
    try (Rig rig = new Rig(Rig.plan(1))) {
      VirtualDevice device = start(rig, "a", of);
      int[] sizes = of.queues() == 1 ? new int[] {16} : new int[] {16, 8};
      try (Guest guest = Guest.mapping(device, sizes)) {
        for (int queue = 0; queue < of.queues(); queue++) {
          assertThat(guest.exercise(queue, 31 + queue)).isEmpty();
        }
      }
    }
  }

  @Test
  void aDeviceWhosePortalsAreTrappedCannotBeMapped() {
    try (Rig rig = new Rig(Rig.plan(0));
        SocketPciDevice pci =
            SocketPciDevice.connect(rig.start("a", DsaType.DEDICATED).plan().socket(), 1 << 20)) {
      assertThatThrownBy(() -> pci.map(Guest.PORTALS)).isInstanceOf(DriverException.class);
    }
  }

  @Test
  void whatLiesInThePortalsWhileItIsSuspendedIsSavedAndGoesOnLater() {
    try (Rig rig = new Rig(Rig.plan(0))) {
      VirtualDevice device = start(rig, "a", DsaType.DEDICATED);
      try (Guest guest = Guest.mapping(device, 16)) {
        device.suspend(10_000_000_000L).orThrow();
        guest.move(0, 4096).submit(0);
        guest.move(1, 4096).submit(0);
        assertThat(
                SavedDsa.parse(device.saved())
                    .orThrow()
                    .state()
                    .queues()
                    .getFirst()
                    .kept()
                    .byteSize())
            .isEqualTo(128);
        assertThat(guest.status(0)).isZero();
        device.resume().orThrow();
        assertThat(guest.await(0)).isEqualTo(Status.SUCCESS);
        assertThat(guest.await(1)).isEqualTo(Status.SUCCESS);
      }
    }
  }

  /** A hostile client keeps what it has mapped when it leaves. */
  @Test
  void mappedPortalsBelongToOneClientOfOneDevice() {
    try (Rig rig = new Rig(Rig.plan(0));
        EventLoops loops = EventLoops.start(1, EventLoops.Idle.BLOCK)) {
      AtomicInteger gone = new AtomicInteger();
      ServerOptions options =
          ServerOptions.defaults()
              .withEvents((kind, _, _) -> gone.addAndGet(kind == Kind.DETACHED ? 1 : 0));
      DevicePlan plan =
          rig.device("a", DsaType.DEDICATED).with("portals", "mmap").withServer(options);
      VirtualDevice device = rig.registry.start(plan).orThrow();
      VirtualDevice neighbour = start(rig, "b", DsaType.DEDICATED);
      try (ClientRegion kept = map(loops, device);
          ClientRegion next = map(loops, neighbour)) {
        Rig.eventually(() -> gone.get() == 1);
        MemorySegment old = kept.map(kept.areas().getFirst());
        try (Guest guest = Guest.mapping(device, 16)) {
          MemorySegment descriptor = Arena.ofAuto().allocate(64, 8);
          descriptor.fill((byte) 0x22);
          for (long at = 0; at < old.byteSize(); at += 64) {
            MemorySegment.copy(descriptor, 0, old, at, 64);
          }
          guest.move(0, 4096).submit(0);
          assertThat(guest.await(0)).isEqualTo(Status.SUCCESS);
          guest.driver.command(Command.DRAIN_ALL, 0);
          assertThat(Dsa.statistics(device).queues().getFirst().accepted()).isEqualTo(1);
          assertThat(Dsa.statistics(device).queues().getFirst().rejected()).isZero();
        }
        // Nobody has looked at what was written there, and nobody else sees it.
        assertThat(old.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(0x2222_2222_2222_2222L);
        assertThat(next.map(next.areas().getFirst()).get(ValueLayout.JAVA_LONG, 0)).isZero();
      }
    }
  }

  /** {@return the portals of a device as a client got them that has gone since} */
  private static ClientRegion map(EventLoops loops, VirtualDevice device) {
    Duration patience = Duration.ofSeconds(60);
    try (VfioUserClient client = VfioUserClient.connect(loops, device.plan().socket(), patience)) {
      return client.region(Guest.PORTALS);
    }
  }
}
