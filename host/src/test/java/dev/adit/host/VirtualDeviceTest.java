package dev.adit.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.Refusal.Reason;
import dev.adit.devices.Result;
import dev.adit.devices.dsa.DsaType;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import dev.adit.platform.Ims;
import dev.adit.platform.Outcome;
import org.junit.jupiter.api.Test;

/** Virtual devices of every type work, and what they were lent comes back. */
final class VirtualDeviceTest {
  @Test
  void everyOperationWorksOnADedicatedQueueWithCompletionsThroughTheStore() {
    try (Rig rig = new Rig(Rig.plan(0))) {
      VirtualDevice device = rig.start("a", DsaType.DEDICATED);
      try (Guest guest = Guest.of(device, 16)) {
        assertThat(guest.exercise(0, 1)).isEmpty();
        assertThat(guest.handle(1)).isEqualTo(device.entries().get(1));
        assertThat(device.ims()).isTrue();
        assertThat(Dsa.descriptors(device)).isPositive();
        // A descriptor is counted when its engine is through with it, after its interrupt.
        long interrupts = Dsa.statistics(device).interrupts().get(1);
        Rig.eventually(() -> Dsa.descriptors(device) >= interrupts);
        assertThat(Dsa.descriptors(device)).isEqualTo(interrupts);
        assertThat(Dsa.statistics(rig.registry, "dsa0").imsInterrupts())
            .isEqualTo(Dsa.descriptors(device));
        assertThat(rig.registry.blockedMessages()).isZero();
      }
    }
  }

  @Test
  void everyOperationWorksOnPartsOfOneSharedQueue() {
    try (Rig rig = new Rig(Rig.plan(1))) {
      VirtualDevice a = rig.start("a", DsaType.SHARED);
      VirtualDevice b = rig.start("b", DsaType.SHARED);
      assertThat(Dsa.queues(a)).isEqualTo(Dsa.queues(b));
      try (Guest posting = Guest.of(a, 16);
          Guest enqueuing = Guest.shared(b, 16)) {
        assertThat(posting.exercise(0, 2)).isEmpty();
        assertThat(enqueuing.exercise(0, 3)).isEmpty();
      }
    }
  }

  @Test
  void aDeviceOfSeveralQueuesHasAVectorForEach() {
    try (Rig rig = new Rig(Rig.plan(0))) {
      VirtualDevice device = rig.start("a", new DsaType(3, false));
      try (Guest guest = Guest.of(device, 8, 16, 4)) {
        for (int queue = 0; queue < 3; queue++) {
          assertThat(guest.exercise(queue, 4 + queue)).isEmpty();
        }
        assertThat(device.entries()).hasSize(4).doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void withoutTheStoreCompletionsGoThroughMsixEntriesOfTheFunction() {
    try (Rig rig = new Rig(Rig.plan(0).withIms(Ims.OFF))) {
      VirtualDevice device = rig.start("a", DsaType.DEDICATED);
      try (Guest guest = Guest.of(device, 16)) {
        assertThat(guest.exercise(0, 7)).isEmpty();
        assertThat(device.ims()).isFalse();
        assertThat(device.verdict().outcome()).isEqualTo(Outcome.MSI_X);
        assertThat(guest.handle(1)).isEqualTo(device.entries().get(1)).isPositive();
        long interrupts = Dsa.statistics(device).interrupts().get(1);
        Rig.eventually(() -> Dsa.descriptors(device) >= interrupts);
        var statistics = Dsa.statistics(rig.registry, "dsa0");
        assertThat(statistics.imsInterrupts()).isZero();
        assertThat(statistics.interrupts().get(device.entries().get(1)))
            .isEqualTo(Dsa.descriptors(device));
      }
    }
  }

  @Test
  void aFixedConfigurationIsUsableAsItIs() {
    try (Rig rig = new Rig(Rig.plan(0))) {
      DevicePlan plan = rig.device("a", DsaType.DEDICATED).with("flavour", "fixed");
      VirtualDevice device = rig.registry.start(plan).orThrow();
      try (Guest guest = Guest.of(device, 3)) {
        assertThat(guest.exercise(0, 8)).isEmpty();
      }
    }
  }

  @Test
  void limitsOfTheDeviceHoldWhateverTheFunctionCanDo() {
    try (Rig rig = new Rig(Rig.plan(0))) {
      long noCrc = ~(1L << Opcode.CRC.code());
      DevicePlan plan =
          rig.device("a", DsaType.DEDICATED)
              .with("operations", "0x" + Long.toHexString(noCrc))
              .with("transfer-shift", "16")
              .with("batch-shift", "4");
      VirtualDevice device = rig.registry.start(plan).orThrow();
      try (Guest guest = Guest.of(device, 16)) {
        assertThat(guest.driver.operations() >>> Opcode.CRC.code() & 1).isZero();
        guest.begin(Opcode.CRC, 0).submit(0);
        assertThat(guest.await(0)).isEqualTo(Status.OPCODE);
        guest.move(1, (1 << 16) + 1).submit(0);
        assertThat(guest.await(1)).isEqualTo(Status.TRANSFER_SIZE);
        guest.move(2, 1 << 16).submit(0);
        assertThat(guest.await(2)).isEqualTo(Status.SUCCESS);
      }
    }
  }

  @Test
  void refusalsNameTheirReason() {
    try (Rig rig = new Rig(Rig.plan(1))) {
      assertThat(reason(rig.registry.add(Rig.plan(0)))).isEqualTo(Reason.IN_USE);
      rig.start("a", new DsaType(6, false));
      assertThat(reason(rig.registry.start(rig.device("a", DsaType.DEDICATED))))
          .isEqualTo(Reason.IN_USE);
      assertThat(reason(rig.registry.start(rig.device("b", new DsaType(2, false)))))
          .isEqualTo(Reason.NO_CAPACITY);
      assertThat(reason(rig.registry.start(rig.device("b", new DsaType(2, true)))))
          .isEqualTo(Reason.NO_SUCH_TYPE);
      assertThat(reason(rig.registry.start(rig.device("b", DsaType.SHARED).on("dsa1"))))
          .isEqualTo(Reason.NO_SUCH_FUNCTION);
      assertThat(reason(rig.registry.start(rig.device("b", DsaType.SHARED).withImsQuota(0))))
          .isEqualTo(Reason.BAD_REQUEST);
      assertThat(reason(rig.registry.stop("b"))).isEqualTo(Reason.NO_SUCH_DEVICE);
      assertThat(rig.registry.room("dsa0", DsaType.DEDICATED.toString())).isEqualTo(1);
    }
  }

  private static Reason reason(Result<?> result) {
    return ((Result.Refused<?>) result).refusal().reason();
  }

  @Test
  void whatAStoppedDeviceHadIsUsedAgain() {
    try (Rig rig = new Rig(Rig.plan(1))) {
      Capacity before = rig.registry.capacity("dsa0").orElseThrow();
      for (int round = 0; round < 20; round++) {
        VirtualDevice all = rig.start("all", new DsaType(7, false));
        VirtualDevice part = rig.start("part", DsaType.SHARED);
        try (Guest guest = Guest.of(all, 4, 4, 4, 4, 4, 4, 4);
            Guest other = Guest.of(part, 8)) {
          guest.move(0, 1 << 20).submit(round % 7);
          other.move(0, 1 << 20).submit(0);
          if (round % 2 == 0) {
            assertThat(guest.await(0)).isEqualTo(Status.SUCCESS);
          }
        }
        rig.registry.stop("all").orThrow();
        rig.registry.stop("part").orThrow();
        assertThat(rig.registry.capacity("dsa0").orElseThrow()).isEqualTo(before);
      }
    }
  }
}
