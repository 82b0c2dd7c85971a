package dev.adit.devices.dsa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.dsa.DsaProfile.Option;
import dev.adit.devices.dsa.spec.Command;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.Intcause;
import dev.adit.devices.dsa.spec.Register.Permission;
import dev.adit.devices.dsa.spec.Register.Wqcfg;
import dev.adit.devices.dsa.spec.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Queues and portals with engines that run when told: occupancy, drain, abort, sharing, order. */
class QueueTest {
  private static final long RECORD = GuestMemory.BASE + 0x1000;
  private static final int PASID_CONTROL = 0x236;

  private static Driver driver() {
    return new Driver(DsaProfile.physical(), EnginePolicy.manual()).configure(0, 16).enable(0);
  }

  private static long record(int i) {
    return RECORD + 32L * i;
  }

  private static long occupancy(Driver driver) {
    return Wqcfg.OCCUPANCY.get(driver.read(Register.WQCFG_STATUS, 0));
  }

  @Test
  void occupancyIsWhatWaits() {
    try (Driver driver = driver()) {
      for (int i = 0; i < 5; i++) {
        driver.submit(Driver.noop(record(i)));
      }
      assertThat(occupancy(driver)).isEqualTo(5);
      driver.device.runEngines(2);
      assertThat(occupancy(driver)).isEqualTo(3);
    }
  }

  @Test
  void allFourPagesLeadToTheQueueAndTheLastTwoNeedAnIms() {
    for (int ims : new int[] {0, 256}) {
      DsaProfile profile = DsaProfile.physical().withIms(ims);
      try (Driver driver = new Driver(profile, EnginePolicy.caller())) {
        driver.configure(0, 16).enable(0);
        for (int page = 0; page < 4; page++) {
          driver.submit(0, page, Driver.noop(record(page)).segment());
        }
        assertThat(driver.status(record(0))).isEqualTo(Status.SUCCESS);
        assertThat(driver.status(record(1))).isEqualTo(Status.SUCCESS);
        int expected = ims > 0 ? Status.SUCCESS : 0;
        assertThat(driver.status(record(2))).isEqualTo(expected);
        assertThat(driver.status(record(3))).isEqualTo(expected);
      }
    }
  }

  @Test
  void imsPagesInterruptThroughTheStoreWithItsPasidCheck() {
    List<Long> sent = new ArrayList<>();
    GuestMemory memory = new GuestMemory(1 << 20);
    try (DsaDevice device =
            new DsaDevice(
                DsaProfile.physical(),
                EnginePolicy.caller(),
                memory,
                (address, data, id, pasid) -> sent.add(address + data),
                0x100);
        Driver driver = new Driver(device, memory)) {
      driver.configure(0, 16).enable(0);
      device.write(0, 0x8000 + 16 * 7, 8, 0xFEE0_1000L);
      device.write(0, 0x8000 + 16 * 7 + 8, 8, 0x42);
      driver.submit(0, 3, Driver.interrupting(Driver.noop(record(0)), 7).segment());
      assertThat(sent).containsExactly(0xFEE0_1042L);
      device.write(0, 0x8000 + 16 * 7 + 12, 4, 0x5008);
      driver.submit(0, 3, Driver.interrupting(Driver.noop(record(1)), 7).segment());
      assertThat(driver.status(record(1))).isEqualTo(Status.INTERRUPT_HANDLE);
      assertThat(sent).hasSize(1);
      driver.submit(0, 3, Driver.interrupting(Driver.noop(record(2)), 256).segment());
      assertThat(driver.status(record(2))).isEqualTo(Status.INTERRUPT_HANDLE);
      assertThat(device.statistics().imsInterrupts()).isEqualTo(1);
    }
  }

  @Test
  void msixPermissionsComparePasids() {
    try (Driver driver = new Driver(DsaProfile.physical(), EnginePolicy.caller())) {
      driver.device.config().write(PASID_CONTROL, 2, 1);
      driver.configure(0, 16);
      long mode = Wqcfg.PASID_ENABLE.mask() | Wqcfg.PASID.set(0, 7) | 0x11;
      driver.write(Register.WQCFG_MODE, 0, mode);
      driver.write(Register.GENCFG, 1 << 12);
      driver.enable(0);
      driver.submit(Driver.interrupting(Driver.noop(record(0)), 1));
      assertThat(driver.status(record(0))).isEqualTo(Status.INTERRUPT_HANDLE);
      long permission = Permission.PASID.set(Permission.PASID_ENABLE.mask(), 7);
      driver.write(Register.MSIXPERM_ENTRY, 1, permission);
      driver.submit(Driver.interrupting(Driver.noop(record(1)), 1));
      assertThat(driver.status(record(1))).isEqualTo(Status.SUCCESS);
      assertThat(driver.vectors.get(1)).isEqualTo(1);
      driver.write(Register.MSIXPERM_ENTRY, 1, permission | Permission.IGNORE.mask());
      driver.submit(Driver.interrupting(Driver.noop(record(2)), 1));
      assertThat(driver.status(record(2))).isEqualTo(Status.SUCCESS);
      assertThat(driver.vectors.get(1)).isEqualTo(1);
      driver.write(Register.MSIXPERM_ENTRY, 1, Permission.PASID.set(permission, 8));
      driver.submit(Driver.interrupting(Driver.noop(record(3)), 1));
      assertThat(driver.status(record(3))).isEqualTo(Status.INTERRUPT_HANDLE);
    }
  }

  @Test
  void piecesOfAnyWidthMakeADescriptorAndASecondPieceStartsAnew() {
    for (int width : new int[] {1, 2, 4, 8}) {
      try (Driver driver = driver()) {
        DescriptorBuilder d = Driver.noop(RECORD);
        driver.device.write(2, 0x1000, 8, -1);
        for (int i = 0; i < 64; i += width) {
          long word = Descriptor.longAt(d.segment(), 0, i & ~7);
          long piece = word >>> (i % 8 * 8) & RegisterFile.ones(width);
          driver.device.write(2, 0x1000 + i, width, piece);
        }
        assertThat(driver.device.runEngines(9)).isEqualTo(1);
        assertThat(driver.status(RECORD)).isEqualTo(Status.SUCCESS);
      }
    }
  }

  @Test
  void drainStaysActiveUntilWhatWasThereIsDone() {
    try (Driver driver = driver()) {
      driver.submit(Driver.noop(record(0)));
      driver.submit(Driver.noop(record(1)));
      driver.write(Register.CMD, (long) Command.DRAIN_WQ.code() << 20 | 1);
      driver.submit(Driver.noop(record(2)));
      driver.device.runEngines(1);
      assertThat(driver.read(Register.CMDSTATUS)).isEqualTo(1L << 31);
      driver.device.runEngines(1);
      assertThat(driver.commandStatus()).isZero();
      assertThat(driver.queueState(0)).isEqualTo(1);
      assertThat(occupancy(driver)).isEqualTo(1);
    }
  }

  @Test
  void disablingDrainsAndDropsWhatComesMeanwhile() {
    try (Driver driver = driver()) {
      driver.submit(Driver.noop(record(0)));
      driver.write(Register.CMD, (long) Command.DISABLE_WQ.code() << 20 | 1);
      assertThat(driver.queueState(0)).isEqualTo(2);
      driver.submit(Driver.noop(record(1)));
      driver.device.runEngines(9);
      assertThat(driver.commandStatus()).isZero();
      assertThat(driver.queueState(0)).isZero();
      assertThat(driver.status(record(0))).isEqualTo(Status.SUCCESS);
      assertThat(driver.status(record(1))).isZero();
      driver.must(Command.ENABLE_WQ, 0);
      assertThat(driver.device.runEngines(9)).isZero();
    }
  }

  @Test
  void abortDiscardsWithoutATraceAndLeavesTheQueueEnabled() {
    try (Driver driver = driver()) {
      driver.submit(Driver.interrupting(Driver.noop(record(0)), 1));
      driver.must(Command.ABORT_WQ, 1);
      assertThat(driver.device.runEngines(9)).isZero();
      assertThat(driver.status(record(0))).isZero();
      assertThat(driver.vectors.get(1)).isZero();
      assertThat(driver.queueState(0)).isEqualTo(1);
      driver.submit(Driver.noop(record(1)));
      driver.device.runEngines(1);
      assertThat(driver.status(record(1))).isEqualTo(Status.SUCCESS);
    }
  }

  @Test
  void resetDiscardsEverythingAndTheDeviceCanBeUsedAgain() {
    try (Driver driver = driver()) {
      driver.submit(Driver.noop(record(0)));
      driver.must(Command.RESET_DEVICE, 0);
      assertThat(driver.device.runEngines(9)).isZero();
      driver.configure(0, 16).enable(0);
      driver.submit(Driver.noop(record(1)));
      driver.device.runEngines(9);
      assertThat(driver.status(record(0))).isZero();
      assertThat(driver.status(record(1))).isEqualTo(Status.SUCCESS);
    }
  }

  private static Driver shared() {
    DsaProfile profile = DsaProfile.physical().with(Option.SHARED);
    Driver driver = new Driver(profile, EnginePolicy.manual());
    driver.device.config().write(PASID_CONTROL, 2, 1);
    driver.configure(0, 8);
    driver.write(Register.WQCFG_THRESHOLD, 0, 4);
    driver.write(Register.WQCFG_MODE, 0, Wqcfg.PASID_ENABLE.mask() | 0x10);
    return driver.enable(0);
  }

  @Test
  void sharedQueuesAnswerRetryAtThresholdAndSizeAndIgnorePostedWrites() {
    try (Driver driver = shared()) {
      driver.submit(Driver.noop(record(0)));
      assertThat(occupancy(driver)).isZero();
      for (int i = 0; i < 5; i++) {
        boolean taken = driver.device.enqueue(1, Driver.noop(record(i)).segment(), 0);
        assertThat(taken).isEqualTo(i < 4);
      }
      for (int i = 0; i < 5; i++) {
        boolean taken = driver.device.enqueue(0, Driver.noop(record(i)).segment(), 0);
        assertThat(taken).isEqualTo(i < 4);
      }
      assertThat(driver.device.runEngines(99)).isEqualTo(8);
      assertThat(driver.device.statistics().queues().getFirst().retried()).isEqualTo(2);
      assertThat(driver.device.enqueue(4, Driver.noop(RECORD).segment(), 0)).isFalse();
    }
  }

  @Test
  void abortingAPasidLeavesTheOthersOfASharedQueueAlone() {
    try (Driver driver = shared()) {
      for (int i = 0; i < 6; i++) {
        int pasid = 1 + i % 2;
        driver.device.enqueue(0, Driver.noop(record(i)).set32(0, pasid).segment(), 0);
      }
      driver.write(Register.CMD, (long) Command.ABORT_PASID.code() << 20 | 2);
      driver.device.runEngines(99);
      assertThat(driver.commandStatus()).isZero();
      for (int i = 0; i < 6; i++) {
        assertThat(driver.status(record(i))).isEqualTo(i % 2 == 0 ? Status.SUCCESS : 0);
      }
    }
  }

  @Test
  void privilegeInASharedQueueNeedsPrivilegedMode() {
    try (Driver driver = shared()) {
      driver.device.enqueue(0, Driver.noop(RECORD).set32(0, 1 << 31 | 1).segment(), 0);
      driver.device.runEngines(1);
      assertThat(driver.read(Register.SWERROR0) >>> 8 & 0xFF).isEqualTo(Status.PRIVILEGE);
      assertThat(driver.status(RECORD)).isZero();
    }
  }

  @Test
  void occupancyInterruptComesOnceWhenTheQueueHasRoom() {
    try (Driver driver = driver()) {
      for (int i = 0; i < 4; i++) {
        driver.submit(Driver.noop(record(i)));
      }
      driver.write(Register.INTCAUSE, -1);
      driver.write(Register.WQCFG_OCCUPANCY_LIMIT, 0, 1 << 16 | 2);
      assertThat(driver.read(Register.INTCAUSE)).isZero();
      driver.device.runEngines(1);
      assertThat(driver.read(Register.INTCAUSE)).isZero();
      driver.device.runEngines(1);
      assertThat(driver.read(Register.INTCAUSE)).isEqualTo(Intcause.OCCUPANCY);
      int interrupts = driver.vectors.get(0);
      driver.device.runEngines(1);
      assertThat(driver.vectors.get(0)).isEqualTo(interrupts);
      driver.write(Register.WQCFG_STATUS, 0, 1 << 16);
      driver.device.runEngines(1);
      assertThat(driver.vectors.get(0)).isEqualTo(interrupts + 1);
    }
  }

  @Test
  void prioritiesShareTheEngineInProportion() {
    DsaProfile profile = DsaProfile.physical().withSizes(2, 128, 1, 1);
    try (Driver driver = new Driver(profile, EnginePolicy.manual())) {
      driver.configure(0, 64).configure(1, 64);
      driver.write(Register.WQCFG_MODE, 0, 0x31);
      driver.write(Register.WQCFG_MODE, 1, 0x11);
      driver.enable(0);
      driver.must(Command.ENABLE_WQ, 1);
      for (int i = 0; i < 60; i++) {
        driver.submit(0, 1, Driver.noop(record(0)).segment());
        driver.submit(1, 1, Driver.noop(record(1)).segment());
      }
      driver.device.runEngines(40);
      assertThat(occupancy(driver)).isBetween(29L, 31L);
    }
  }

  @Test
  void operationsOutsideOpcfgAreRefused() {
    try (Driver driver = new Driver(DsaProfile.physical(), EnginePolicy.caller())) {
      driver.configure(0, 16);
      driver.write(Register.WQCFG_OPCFG0, 0, 1L << Opcode.MEMORY_MOVE.code());
      driver.enable(0);
      driver.submit(Driver.noop(RECORD));
      assertThat(driver.status(RECORD)).isEqualTo(Status.OPCODE);
    }
  }
}
