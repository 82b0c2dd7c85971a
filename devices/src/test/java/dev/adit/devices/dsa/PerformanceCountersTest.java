package dev.adit.devices.dsa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.dsa.spec.Capabilities.Perfcap;
import dev.adit.devices.dsa.spec.Command;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.Intcause;
import dev.adit.devices.dsa.spec.Register.Perfmon;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Counters against what a driver knows it has done. */
class PerformanceCountersTest {
  private static final long RECORD = GuestMemory.BASE + 0x1000;
  private static final long DATA = GuestMemory.BASE + 0x8000;

  private final Driver driver = new Driver(DsaProfile.physical(), EnginePolicy.caller());

  @BeforeEach
  void enable() {
    driver.configure(0, 4).configure(1, 4).enable(0);
    driver.must(Command.ENABLE_WQ, 1);
  }

  @AfterEach
  void close() {
    driver.close();
  }

  private void counter(int counter, int category, long events, long more) {
    long config = Perfmon.CATEGORY.set(Perfmon.ENABLE.mask(), category);
    driver.write(Register.CNTRCFG_COUNTER, counter, Perfmon.EVENTS.set(config, events) | more);
  }

  private long value(int counter) {
    return driver.read(Register.CNTRDATA_COUNTER, counter);
  }

  private DescriptorBuilder move(int size) {
    return DescriptorBuilder.of(Opcode.MEMORY_MOVE)
        .set64(8, RECORD)
        .from(DATA)
        .to(DATA + 0x8000)
        .size(size);
  }

  @Test
  void linuxFindsWhatItAsksFor() {
    long cap = driver.read(Register.PERFCAP);
    assertThat(Perfcap.COUNTERS.get(cap)).isEqualTo(8);
    assertThat(Perfcap.WIDTH.get(cap)).isEqualTo(48);
    assertThat(Perfcap.FREEZE.isSet(cap)).isTrue();
    assertThat(Perfcap.OVERFLOW_INTERRUPT.isSet(cap)).isTrue();
    assertThat(driver.read(Register.EVNTCAP_EVENTS, 3)).isEqualTo(0x5FFFFL);
  }

  @Test
  void countersAddUpWhatWasDone() {
    counter(0, PerformanceCounters.QUEUE, PerformanceCounters.DWQ_OK, 0);
    counter(1, PerformanceCounters.OPERATION, 8, 0);
    counter(2, PerformanceCounters.ENGINE, PerformanceCounters.DATA_READ, 0);
    counter(3, PerformanceCounters.COMPLETION, PerformanceCounters.MSIX, 0);
    counter(4, PerformanceCounters.COMPLETION, PerformanceCounters.ERROR, 0);
    counter(5, PerformanceCounters.OPERATION, 9, 0);
    counter(6, PerformanceCounters.COMPLETION, PerformanceCounters.PARTIAL, 0);
    for (int i = 0; i < 10; i++) {
      driver.submit(Driver.interrupting(move(100), 1));
      driver.submit(Driver.noop(RECORD));
    }
    driver.submit(Driver.noop(RECORD).also(1 << 5));
    driver.submit(move(100).from(0));
    assertThat(value(0)).isEqualTo(22);
    assertThat(value(1)).isEqualTo(11);
    assertThat(value(2)).isEqualTo(40);
    assertThat(value(3)).isEqualTo(10).isEqualTo(driver.vectors.get(1));
    assertThat(value(4)).isEqualTo(1);
    assertThat(value(5)).isEqualTo(22);
    assertThat(value(6)).isEqualTo(1);
    DsaStatistics statistics = driver.device.statistics();
    assertThat(value(0)).isEqualTo(statistics.queues().getFirst().accepted());
    assertThat(value(5)).isEqualTo(statistics.completed());
  }

  @Test
  void membersOfBatchesCountApart() {
    counter(0, PerformanceCounters.ENGINE, PerformanceCounters.FROM_BATCH, 0);
    counter(1, PerformanceCounters.ENGINE, PerformanceCounters.FROM_QUEUE, 0);
    Batches.write(driver, 0x2000, Driver.noop(RECORD), Driver.noop(RECORD));
    driver.submit(Batches.batch(0x2000, 2, RECORD + 64));
    assertThat(value(0)).isEqualTo(2);
    assertThat(value(1)).isEqualTo(1);
  }

  @Test
  void filtersChooseQueues() {
    counter(0, PerformanceCounters.OPERATION, 1, 0);
    driver.write(Register.FLTCFG_WQ, 0, 2);
    driver.submit(Driver.noop(RECORD));
    driver.submit(1, 0, Driver.noop(RECORD).segment());
    assertThat(value(0)).isEqualTo(1);
  }

  @Test
  void freezingStopsAndResetClears() {
    counter(0, PerformanceCounters.OPERATION, 1, 0);
    driver.submit(Driver.noop(RECORD));
    driver.write(Register.PERFFRZ, 1);
    driver.submit(Driver.noop(RECORD));
    assertThat(value(0)).isEqualTo(1);
    driver.write(Register.PERFRST, 3);
    assertThat(value(0)).isZero();
    assertThat(driver.read(Register.CNTRCFG_COUNTER, 0)).isZero();
    assertThat(driver.read(Register.PERFFRZ)).isZero();
  }

  @Test
  void overflowIsToldAndMayFreeze() {
    counter(
        0,
        PerformanceCounters.OPERATION,
        1,
        Perfmon.OVERFLOW_INTERRUPT.mask() | Perfmon.GLOBAL_FREEZE.mask());
    driver.write(Register.CNTRDATA_COUNTER, 0, (1L << 48) - 1);
    driver.write(Register.INTCAUSE, -1);
    driver.submit(Driver.noop(RECORD));
    assertThat(value(0)).isZero();
    assertThat(driver.read(Register.OVFSTATUS)).isEqualTo(1);
    assertThat(driver.read(Register.INTCAUSE)).isEqualTo(Intcause.PERFMON);
    driver.submit(Driver.noop(RECORD));
    assertThat(value(0)).isZero();
    driver.write(Register.OVFSTATUS, 1);
    driver.write(Register.PERFFRZ, 0);
    driver.submit(Driver.noop(RECORD));
    assertThat(value(0)).isEqualTo(1);
    assertThat(driver.read(Register.OVFSTATUS)).isZero();
  }
}
