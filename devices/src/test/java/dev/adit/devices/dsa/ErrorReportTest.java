package dev.adit.devices.dsa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.dsa.spec.Command;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.EvlStatus;
import dev.adit.devices.dsa.spec.Register.Evlcfg;
import dev.adit.devices.dsa.spec.Register.Gencfg;
import dev.adit.devices.dsa.spec.Register.Intcause;
import dev.adit.devices.dsa.spec.Register.SwError;
import dev.adit.devices.dsa.spec.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the software error registers and the event log say, and when. */
class ErrorReportTest {
  private static final long RECORD = GuestMemory.BASE + 0x1000;
  private static final long LOG = GuestMemory.BASE + 0x10_000;
  private static final int LOG_SIZE = 64;
  private static final long NOWHERE = 0xdead_0000L;

  private final Driver driver = new Driver(DsaProfile.physical(), EnginePolicy.manual());

  @AfterEach
  void close() {
    driver.close();
  }

  private void run(DescriptorBuilder d) {
    driver.submit(d);
    driver.device.runEngines(1);
  }

  private int error() {
    return SwError.ERROR.getInt(driver.read(Register.SWERROR0));
  }

  @Test
  void anErrorWithoutARecordFillsTheRegistersAndInterrupts() {
    driver.configure(0, 16).enable(0);
    int before = driver.vectors.get(0);
    run(DescriptorBuilder.of(Opcode.NOOP).flags(1 << 5));
    long first = driver.read(Register.SWERROR0);
    assertThat(first & 0xFF).isEqualTo(0b1000_1101);
    assertThat(error()).isEqualTo(Status.INVALID_FLAGS);
    assertThat(SwError.WQ.get(first)).isZero();
    assertThat(driver.read(Register.SWERROR1) >>> 32).isEqualTo(1 << 5);
    assertThat(driver.read(Register.INTCAUSE) & Intcause.SOFTWARE_ERROR).isEqualTo(1);
    assertThat(driver.vectors.get(0)).isEqualTo(before + 1);
  }

  @Test
  void aSecondErrorOnlySetsOverflowUntilTheFirstIsCleared() {
    driver.configure(0, 16).enable(0);
    run(DescriptorBuilder.of(Opcode.NOOP).flags(1 << 5));
    int interrupts = driver.vectors.get(0);
    long address = driver.read(Register.SWERROR2);
    run(DescriptorBuilder.of(Opcode.FILL).flags(0).to(NOWHERE).size(64));
    assertThat(error()).isEqualTo(Status.INVALID_FLAGS);
    assertThat(SwError.OVERFLOW.isSet(driver.read(Register.SWERROR0))).isTrue();
    assertThat(driver.read(Register.SWERROR2)).isEqualTo(address);
    assertThat(driver.vectors.get(0)).isEqualTo(interrupts);
    driver.write(Register.SWERROR0, 3);
    assertThat(driver.read(Register.SWERROR0) & 3).isZero();
    run(DescriptorBuilder.of(Opcode.FILL).flags(0).to(NOWHERE).size(64));
    assertThat(error()).isEqualTo(Status.PAGE_FAULT);
    assertThat(SwError.WRITE.isSet(driver.read(Register.SWERROR0))).isTrue();
    assertThat(driver.read(Register.SWERROR2)).isEqualTo(NOWHERE);
    assertThat(driver.vectors.get(0)).isEqualTo(interrupts + 1);
  }

  @Test
  void errorsDoNotInterruptUnlessEnabled() {
    driver.configure(0, 16).enable(0);
    driver.write(Register.GENCTRL, 0);
    int before = driver.vectors.get(0);
    run(DescriptorBuilder.of(Opcode.NOOP).flags(1 << 5));
    assertThat(error()).isEqualTo(Status.INVALID_FLAGS);
    assertThat(driver.vectors.get(0)).isEqualTo(before);
  }

  @Test
  void recordsThatCannotBeWrittenAreReportedAndSendNoInterrupt() {
    driver.configure(0, 16).enable(0);
    run(Driver.interrupting(Driver.noop(NOWHERE), 1));
    assertThat(error()).isEqualTo(Status.RECORD_FAULT);
    assertThat(driver.read(Register.SWERROR2)).isEqualTo(NOWHERE);
    driver.write(Register.SWERROR0, 3);
    run(Driver.interrupting(Driver.noop(RECORD + 8), 1));
    assertThat(error()).isEqualTo(Status.RECORD_ALIGNMENT);
    assertThat(driver.vectors.get(1)).isZero();
  }

  @Test
  void anErrorWithARecordStaysOutOfTheRegisters() {
    driver.configure(0, 16).enable(0);
    run(Driver.noop(RECORD).also(1 << 5));
    assertThat(driver.status(RECORD)).isEqualTo(Status.INVALID_FLAGS);
    assertThat(driver.memory.longAt(RECORD + 16)).isEqualTo(1 << 5);
    assertThat(driver.read(Register.SWERROR0)).isZero();
  }

  @Test
  void aFullDedicatedQueueIsError53() {
    driver.configure(0, 2).enable(0);
    for (int i = 0; i < 3; i++) {
      driver.submit(Driver.noop(RECORD + 32L * i));
    }
    assertThat(error()).isEqualTo(DeviceError.QUEUE_FULL);
    assertThat(SwError.WQ_VALID.isSet(driver.read(Register.SWERROR0))).isTrue();
    assertThat(driver.device.runEngines(9)).isEqualTo(2);
    assertThat(driver.status(RECORD + 64)).isZero();
    assertThat(driver.device.statistics().queues().getFirst().rejected()).isEqualTo(1);
  }

  @Test
  void aCommandWhileOneIsActiveIsError52() {
    driver.configure(0, 16).enable(0);
    driver.submit(Driver.noop(RECORD));
    driver.write(Register.CMD, (long) Command.DRAIN_WQ.code() << 20 | 1);
    assertThat(driver.read(Register.CMDSTATUS)).isEqualTo(1L << 31);
    driver.write(Register.CMD, (long) Command.DISABLE_DEVICE.code() << 20);
    assertThat(error()).isEqualTo(DeviceError.COMMAND_ACTIVE);
    driver.device.runEngines(1);
    assertThat(driver.commandStatus()).isZero();
    assertThat(driver.state()).isEqualTo(1);
  }

  private void logOn() {
    driver.configure(0, 128);
    driver.write(Register.EVLCFG0, LOG);
    driver.write(Register.EVLCFG1, Evlcfg.SIZE.set(0, LOG_SIZE));
    driver.write(Register.GENCFG, Gencfg.EVL.mask());
    driver.enable(0);
    driver.write(Register.GENCTRL, 7);
  }

  private int tail() {
    return EvlStatus.TAIL.getInt(driver.read(Register.EVLSTATUS));
  }

  @Test
  void theLogTakesTheEntryWithItsRecord() {
    logOn();
    run(Driver.interrupting(Driver.noop(NOWHERE), 1));
    assertThat(driver.read(Register.SWERROR0)).isZero();
    assertThat(tail()).isEqualTo(1);
    assertThat(driver.read(Register.EVLSTATUS) >>> 62 & 1).isEqualTo(1);
    assertThat(driver.read(Register.INTCAUSE) & Intcause.EVENT_LOG).isNotZero();
    assertThat(driver.memory.longAt(LOG) >>> 8 & 0xFF).isEqualTo(Status.RECORD_FAULT);
    assertThat(driver.memory.longAt(LOG + 8) >>> 32).isEqualTo(1 | 1 << 16 | 1 << 18);
    assertThat(driver.memory.longAt(LOG + 16)).isEqualTo(NOWHERE);
    assertThat(driver.memory.longAt(LOG + 32)).isEqualTo(Status.SUCCESS);
  }

  @Test
  void aDrainWhoseRecordFaultsIsToldByTheLog() {
    logOn();
    run(DescriptorBuilder.of(Opcode.DRAIN).set64(8, NOWHERE));
    assertThat(driver.memory.longAt(LOG) >>> 8 & 0xFF).isEqualTo(Status.DRAIN_LOGGED);
  }

  @Test
  void theLogInterruptsOnceUntilPendingIsCleared() {
    logOn();
    int before = driver.vectors.get(0);
    run(Driver.noop(NOWHERE));
    run(Driver.noop(NOWHERE));
    assertThat(driver.vectors.get(0)).isEqualTo(before + 1);
    driver.write(Register.EVLSTATUS, 1L << 62 | 2);
    run(Driver.noop(NOWHERE));
    assertThat(driver.vectors.get(0)).isEqualTo(before + 2);
    assertThat(driver.read(Register.EVLSTATUS) & 0xFFFF).isEqualTo(2);
  }

  @Test
  void theLogWrapsAndAFullOneLeavesTheErrorToTheRegisters() {
    logOn();
    for (int i = 0; i < LOG_SIZE - 1; i++) {
      run(Driver.noop(NOWHERE));
    }
    assertThat(tail()).isEqualTo(LOG_SIZE - 1);
    assertThat(driver.read(Register.SWERROR0)).isZero();
    run(Driver.noop(NOWHERE));
    assertThat(tail()).isEqualTo(LOG_SIZE - 1);
    assertThat(error()).isEqualTo(Status.RECORD_FAULT);
    driver.write(Register.SWERROR0, 3);
    driver.write(Register.EVLSTATUS, 10);
    run(Driver.noop(NOWHERE + 32));
    assertThat(tail()).isZero();
    run(Driver.noop(NOWHERE + 64));
    assertThat(tail()).isEqualTo(1);
    assertThat(driver.memory.longAt(LOG + 16)).isEqualTo(NOWHERE + 64);
    assertThat(driver.memory.longAt(LOG + 63 * 64 + 16)).isEqualTo(NOWHERE + 32);
    assertThat(driver.read(Register.SWERROR0) & 1).isZero();
  }

  @Test
  void aLogThatIsNotMappedIsError54() {
    logOn();
    driver.must(Command.DISABLE_DEVICE, 0);
    driver.write(Register.EVLCFG0, NOWHERE & ~0xFFF);
    driver.must(Command.ENABLE_DEVICE, 0);
    driver.must(Command.ENABLE_WQ, 0);
    run(Driver.noop(NOWHERE));
    assertThat(error()).isEqualTo(DeviceError.LOG_FAILED);
    assertThat(tail()).isZero();
  }

  @Test
  void enablingTheDeviceEmptiesTheLog() {
    logOn();
    run(Driver.noop(NOWHERE));
    assertThat(driver.read(Register.EVLSTATUS)).isNotZero();
    driver.must(Command.DISABLE_DEVICE, 0);
    assertThat(driver.read(Register.EVLSTATUS)).isNotZero();
    driver.must(Command.ENABLE_DEVICE, 0);
    assertThat(driver.read(Register.EVLSTATUS)).isZero();
  }

  @Test
  void aMemberOfABatchIsNamedByItsIndex() {
    driver.configure(0, 16).enable(0);
    Batches.write(driver, 0x2000, Driver.noop(RECORD), Driver.noop(RECORD + 8));
    run(Batches.batch(0x2000, 2, RECORD + 64));
    assertThat(error()).isEqualTo(Status.RECORD_ALIGNMENT);
    assertThat(SwError.BATCH_MEMBER.isSet(driver.read(Register.SWERROR0))).isTrue();
    assertThat(driver.read(Register.SWERROR1) & 0xFFFF).isEqualTo(1);
    assertThat(driver.status(RECORD + 64)).isEqualTo(Status.BATCH_MEMBER);
    assertThat(driver.memory.longAt(RECORD) & 0xFF).isEqualTo(Status.SUCCESS);
  }
}
