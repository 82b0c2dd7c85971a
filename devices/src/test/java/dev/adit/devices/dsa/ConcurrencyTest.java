package dev.adit.devices.dsa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.dsa.DsaProfile.Option;
import dev.adit.devices.dsa.spec.Command;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.Wqcfg;
import dev.adit.devices.dsa.spec.Status;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Submitters, engines, commands, resets and unmapping at once. */
@Timeout(120)
class ConcurrencyTest {
  private static final int PASID_CONTROL = 0x236;
  private static final int SUBMITTERS = 3;

  private static Driver shared() {
    DsaProfile profile = DsaProfile.physical().with(Option.SHARED);
    Driver driver = new Driver(profile, EnginePolicy.threads());
    driver.device.config().write(PASID_CONTROL, 2, 1);
    return driver;
  }

  private static void enable(Driver driver) {
    driver.configure(0, 32);
    driver.write(Register.WQCFG_MODE, 0, Wqcfg.PASID_ENABLE.mask() | 0x10);
    driver.enable(0);
  }

  private static Thread submitter(
      Driver driver, AtomicBoolean stop, AtomicLong accepted, DescriptorBuilder d) {
    return Thread.ofPlatform()
        .start(
            () -> {
              MemorySegment segment = d.segment();
              while (!stop.get()) {
                if (driver.device.enqueue(0, segment, 0)) {
                  accepted.incrementAndGet();
                } else {
                  Thread.onSpinWait();
                }
              }
            });
  }

  private static void join(List<Thread> threads) {
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void everyAcceptedDescriptorIsCompletedExactlyOnce() {
    try (Driver driver = shared()) {
      enable(driver);
      AtomicBoolean stop = new AtomicBoolean();
      AtomicLong accepted = new AtomicLong();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < SUBMITTERS; i++) {
        DescriptorBuilder noop = Driver.noop(GuestMemory.BASE + 4096 + 32L * i);
        threads.add(submitter(driver, stop, accepted, noop));
      }
      while (accepted.get() < 50_000) {
        Thread.onSpinWait();
        driver.must(Command.DRAIN_WQ, 1);
      }
      stop.set(true);
      join(threads);
      driver.must(Command.DRAIN_ALL, 0);
      assertThat(driver.device.statistics().completed()).isEqualTo(accepted.get());
    }
  }

  @Test
  void nothingIsWrittenAfterAResetReturns() {
    try (Driver driver = shared()) {
      AtomicBoolean stop = new AtomicBoolean();
      AtomicLong accepted = new AtomicLong();
      List<Thread> threads = new ArrayList<>();
      long record = GuestMemory.BASE + 4096;
      long target = GuestMemory.BASE + 0x10_000;
      DescriptorBuilder fill =
          DescriptorBuilder.of(Opcode.FILL).set64(8, record).from(-1).to(target).size(0x8000);
      for (int i = 0; i < SUBMITTERS; i++) {
        threads.add(submitter(driver, stop, accepted, fill));
      }
      for (int round = 0; round < 200; round++) {
        enable(driver);
        long before = accepted.get();
        while (accepted.get() < before + 20) {
          Thread.onSpinWait();
        }
        driver.must(round % 2 == 0 ? Command.RESET_DEVICE : Command.DISABLE_DEVICE, 0);
        driver.memory.fill(target, 0x8000, 0);
        driver.memory.longAt(record, 0);
        for (int i = 0; i < 0x8000; i += 8) {
          assertThat(driver.memory.longAt(target + i)).isZero();
        }
        assertThat(driver.status(record)).isZero();
        driver.must(Command.RESET_DEVICE, 0);
      }
      stop.set(true);
      join(threads);
    }
  }

  @Test
  void unmappingUnderLoadGivesFaultsAndNothingElse() {
    try (Driver driver = shared()) {
      enable(driver);
      AtomicBoolean stop = new AtomicBoolean();
      AtomicLong accepted = new AtomicLong();
      long target = GuestMemory.BASE + 0x10_000;
      DescriptorBuilder fill =
          DescriptorBuilder.of(Opcode.FILL)
              .set64(8, GuestMemory.BASE + 4096)
              .from(-1)
              .to(target)
              .size(0x1000);
      List<Thread> threads = List.of(submitter(driver, stop, accepted, fill));
      for (int round = 0; round < 300; round++) {
        driver.memory.unmap();
        driver.memory.fill(target, 0x1000, 0);
        assertThat(driver.memory.longAt(target + 0xFF8)).isZero();
        driver.memory.map();
        long before = accepted.get();
        while (accepted.get() < before + 5) {
          Thread.onSpinWait();
        }
      }
      stop.set(true);
      join(threads);
      driver.must(Command.DRAIN_ALL, 0);
      DsaStatistics statistics = driver.device.statistics();
      assertThat(statistics.completed()).isEqualTo(accepted.get());
      assertThat(statistics.statuses().keySet()).isSubsetOf(Status.SUCCESS, Status.PAGE_FAULT);
    }
  }

  @Test
  void closingUnderLoadEnds() {
    Driver driver = shared();
    enable(driver);
    AtomicBoolean stop = new AtomicBoolean();
    List<Thread> threads =
        List.of(submitter(driver, stop, new AtomicLong(), Driver.noop(GuestMemory.BASE + 4096)));
    driver.device.close();
    long completed = driver.device.statistics().completed();
    assertThat(driver.device.enqueue(0, Driver.noop(GuestMemory.BASE).segment(), 0)).isFalse();
    stop.set(true);
    join(threads);
    assertThat(driver.device.statistics().completed()).isEqualTo(completed);
  }

  @Test
  void idleEnginesSleep() {
    try (Driver driver = shared()) {
      enable(driver);
      driver.device.enqueue(0, Driver.noop(GuestMemory.BASE + 4096).segment(), 0);
      driver.await(GuestMemory.BASE + 4096);
      Thread engine =
          Thread.getAllStackTraces().keySet().stream()
              .filter(t -> t.getName().startsWith("dsa-engine"))
              .findFirst()
              .orElseThrow();
      while (engine.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      assertThat(engine.isAlive()).isTrue();
    }
  }
}
