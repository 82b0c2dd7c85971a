package dev.adit.devices.dsa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.dsa.DsaProfile.Option;
import dev.adit.devices.dsa.spec.Command;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.Intcause;
import dev.adit.devices.dsa.spec.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The life of a kernel work queue as Linux's idxd drives it, in process. */
class LinuxFlowTest {
  private static final long RECORD = GuestMemory.BASE + 0x1000;
  private static final long SOURCE = GuestMemory.BASE + 0x10_000;
  private static final long TARGET = GuestMemory.BASE + 0x20_000;

  @Test
  void probeSeesTheProfileOfTheSecondVersion() {
    try (Driver driver = new Driver(DsaProfile.physical(), EnginePolicy.caller())) {
      assertThat(driver.read(Register.VERSION)).isEqualTo(0x200);
      assertThat(driver.read(Register.GENSTS)).isZero();
      driver.must(Command.RESET_DEVICE, 0);
      assertThat(driver.read(Register.GENCAP)).isEqualTo(0x835f2117L);
      assertThat(driver.read(Register.WQCAP)).isEqualTo(0x7a000001080080L);
      assertThat(driver.read(Register.GRPCAP)).isEqualTo(0x36004);
      assertThat(driver.read(Register.ENGCAP)).isEqualTo(4);
      assertThat(driver.read(Register.OPCAP0)).isEqualTo(0x1_00bf_03ffL);
      assertThat(driver.read(Register.CMDCAP)).isEqualTo(0x1ffe);
      assertThat(driver.read(Register.GENCFG)).isEqualTo(0x60);
      assertThat(driver.read(Register.OFFSETS0)).isEqualTo(0x0080_0002_0004_0003L);
      assertThat(driver.read(Register.OFFSETS1)).isEqualTo(0x10);
      assertThat(driver.device.bars().get(1).size()).isEqualTo(128 << 10);
      assertThat(driver.device.msix().size()).isEqualTo(9);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"THREADS", "CALLER"})
  void copiesWithAnInterruptPerDescriptor(EnginePolicy.Mode mode) {
    EnginePolicy policy =
        mode == EnginePolicy.Mode.THREADS ? EnginePolicy.threads() : EnginePolicy.caller();
    try (Driver driver = new Driver(DsaProfile.physical(), policy)) {
      driver.configure(0, 16).enable(0);
      driver.memory.fill(SOURCE, 4096, 0x5A);
      for (int i = 1; i <= 200; i++) {
        driver.memory.longAt(RECORD, 0);
        driver.memory.fill(TARGET, 4096, 0);
        DescriptorBuilder copy =
            DescriptorBuilder.of(Opcode.MEMORY_MOVE)
                .set64(8, RECORD)
                .from(SOURCE)
                .to(TARGET)
                .size(4096);
        driver.submit(Driver.interrupting(copy, 1));
        assertThat(driver.await(RECORD)).isEqualTo(Status.SUCCESS);
        assertThat(driver.memory.byteAt(TARGET + 4095)).isEqualTo((byte) 0x5A);
        while (driver.vectors.get(1) < i) {
          Thread.onSpinWait();
        }
        assertThat(driver.vectors.get(1)).isEqualTo(i);
      }
      assertThat(driver.read(Register.SWERROR0)).isZero();
      DsaStatistics statistics = driver.device.statistics();
      assertThat(statistics.queues().getFirst().accepted()).isEqualTo(200);
      assertThat(statistics.operations()).containsEntry(Opcode.MEMORY_MOVE.text(), 200L);
      assertThat(statistics.interrupts().get(1)).isEqualTo(200);
    }
  }

  @Test
  void everyCommandIsSignalledEvenTheResetThatClearsTheCause() {
    try (Driver driver = new Driver(DsaProfile.physical(), EnginePolicy.threads())) {
      driver.configure(0, 16).enable(0);
      assertThat(driver.vectors.get(0)).isEqualTo(2);
      driver.must(Command.DRAIN_WQ, 1);
      driver.must(Command.RESET_WQ, 1);
      assertThat(driver.queueState(0)).isZero();
      driver.must(Command.DISABLE_DEVICE, 0);
      assertThat(driver.state()).isZero();
      driver.must(Command.RESET_DEVICE, 0);
      assertThat(driver.vectors.get(0)).isEqualTo(6);
      assertThat(driver.read(Register.INTCAUSE)).isEqualTo(Intcause.COMMAND);
      driver.write(Register.INTCAUSE, Intcause.COMMAND);
      assertThat(driver.read(Register.INTCAUSE)).isZero();
    }
  }

  @Test
  void configurationIsWrittenAgainWhileEnabledAndIgnored() {
    try (Driver driver = new Driver(DsaProfile.physical(), EnginePolicy.caller())) {
      driver.configure(0, 16).configure(1, 16).enable(0);
      driver.configure(0, 64).configure(1, 64);
      assertThat(driver.read(Register.WQCFG_SIZE, 0)).isEqualTo(16);
      assertThat(driver.read(Register.WQCFG_SIZE, 1)).isEqualTo(16);
      assertThat(driver.read(Register.WQCFG_THRESHOLD, 1)).isEqualTo(64);
      driver.must(Command.ENABLE_WQ, 1);
      assertThat(driver.read(Register.WQCFG_STATUS, 1)).isEqualTo(1L << 30);
    }
  }

  @Test
  void enablesAndDisablesAThousandTimes() {
    try (Driver driver = new Driver(DsaProfile.physical(), EnginePolicy.threads())) {
      for (int i = 0; i < 1000; i++) {
        driver.configure(0, 16).enable(0);
        driver.memory.longAt(RECORD, 0);
        driver.submit(Driver.noop(RECORD));
        driver.must(Command.DRAIN_WQ, 1);
        assertThat(driver.status(RECORD)).isEqualTo(Status.SUCCESS);
        driver.must(Command.RESET_WQ, 1);
        driver.must(Command.DISABLE_DEVICE, 0);
        driver.must(Command.RESET_DEVICE, 0);
      }
    }
  }

  @Test
  void worksAgainAfterAGuestRebooted() {
    try (Driver driver = new Driver(DsaProfile.physical(), EnginePolicy.threads())) {
      driver.configure(0, 16).enable(0);
      driver.busMaster(false);
      assertThat(driver.state()).isEqualTo(3);
      assertThat(driver.read(Register.SWERROR0) >>> 8 & 0xFF).isEqualTo(0x51);
      assertThat(driver.read(Register.INTCAUSE) & Intcause.HALT).isNotZero();
      driver.device.reset();
      assertThat(driver.state()).isZero();
      assertThat(driver.read(Register.SWERROR0)).isZero();
      driver.busMaster(true);
      driver.configure(0, 16).enable(0);
      driver.submit(Driver.noop(RECORD));
      assertThat(driver.await(RECORD)).isEqualTo(Status.SUCCESS);
    }
  }

  @Test
  void aFunctionLevelResetFromConfigurationSpaceIsQuietAndComplete() {
    try (Driver driver = new Driver(DsaProfile.physical(), EnginePolicy.threads())) {
      driver.configure(0, 16).enable(0);
      int interrupts = driver.vectors.get(0);
      driver.device.config().write(0x48, 2, 0x8000);
      assertThat(driver.state()).isZero();
      assertThat(driver.vectors.get(0)).isEqualTo(interrupts);
      assertThat(driver.read(Register.SWERROR0)).isZero();
      assertThat(driver.read(Register.GENCTRL)).isZero();
      driver.busMaster(true);
      driver.configure(0, 16).enable(0);
      driver.submit(Driver.noop(RECORD));
      assertThat(driver.await(RECORD)).isEqualTo(Status.SUCCESS);
    }
  }

  @Test
  void revokedHandlesEndIn19AndTheDrainWithANewOneTellsOfIt() {
    DsaProfile profile = DsaProfile.physical().with(Option.HANDLES);
    try (Driver driver = new Driver(profile, EnginePolicy.caller())) {
      driver.configure(0, 16).enable(0);
      int old = driver.command(Command.REQUEST_INT_HANDLE, 1) >>> 8;
      driver.submit(Driver.interrupting(Driver.noop(RECORD), old));
      assertThat(driver.status(RECORD)).isEqualTo(Status.SUCCESS);
      assertThat(driver.vectors.get(1)).isEqualTo(1);

      driver.write(Register.INTCAUSE, -1);
      driver.device.revokeHandles();
      assertThat(driver.read(Register.INTCAUSE)).isEqualTo(0x8000_0000L);
      driver.memory.longAt(RECORD, 0);
      driver.submit(Driver.interrupting(Driver.noop(RECORD), old));
      assertThat(driver.status(RECORD)).isEqualTo(Status.INTERRUPT_HANDLE);
      assertThat(driver.vectors.get(1)).isEqualTo(1);
      assertThat(driver.read(Register.SWERROR0)).isZero();

      int fresh = driver.command(Command.REQUEST_INT_HANDLE, 1) >>> 8;
      assertThat(fresh).isNotEqualTo(old);
      DescriptorBuilder drain =
          DescriptorBuilder.of(Opcode.DRAIN).flags(Flags.REQUEST_INTERRUPT).set32(0, 1 << 31);
      driver.submit(drain.set16(36, fresh));
      assertThat(driver.vectors.get(1)).isEqualTo(2);
      driver.must(Command.RELEASE_INT_HANDLE, fresh);
    }
  }
}
