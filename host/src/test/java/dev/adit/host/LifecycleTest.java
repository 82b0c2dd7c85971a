package dev.adit.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.Refusal;
import dev.adit.devices.Result;
import dev.adit.devices.dsa.DsaType;
import dev.adit.devices.dsa.SavedDsa;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.machine.DsaDriver;
import dev.adit.machine.DsaExercise;
import dev.adit.machine.DsaQueue;
import dev.adit.machine.PciDevice;
import dev.adit.machine.SocketPciDevice;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Revocation, suspension and resumption under load: nothing lost, nothing twice. */
final class LifecycleTest {
  private static final long WAIT = 120_000_000_000L;

  /** A driver with one thread that submits without pause; the test's thread serves events. */
  private static final class Load implements AutoCloseable {
    final DsaQueue queue;
    private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong done = new AtomicLong();
    private final Thread thread;
    private volatile boolean stopped;

    Load(PciDevice pci, DsaDriver driver, DsaQueue queue) {
      this.queue = queue;
      DsaExercise exercise = new DsaExercise(pci, queue, driver.operations(), 21);
      thread = Thread.ofPlatform().name("load").start(() -> run(exercise));
    }

    private void run(DsaExercise exercise) {
      try {
        while (!stopped) {
          exercise.run(
              1,
              outcome -> {
                failures.addAll(outcome.failures());
                done.addAndGet(outcome.done());
              });
        }
      } catch (RuntimeException e) {
        failures.add(String.valueOf(e));
      }
    }

    void await(long more, DsaDriver driver) {
      long until = done.get() + more;
      Rig.eventually(
          () -> {
            driver.serve(1_000_000);
            return done.get() >= until || !failures.isEmpty();
          });
    }

    void finish(DsaDriver driver) {
      stopped = true;
      Rig.eventually(
          () -> {
            driver.serve(1_000_000);
            return !thread.isAlive();
          });
      assertThat(failures).isEmpty();
    }

    @Override
    public void close() {
      stopped = true;
    }
  }

  /** Engines have worked on what the driver has seen done or refused, and on its Drains. */
  private static void exactlyOnce(VirtualDevice device, Load load, DsaDriver driver) {
    long seen = load.done.get() + load.queue.resubmitted() + driver.revocations();
    Rig.eventually(() -> Dsa.descriptors(device) >= seen);
    assertThat(Dsa.descriptors(device)).isEqualTo(seen);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1dwq", "1swq"})
  void handlesAreRevokedUnderLoad(String type) {
    try (Rig rig = new Rig(Rig.plan(1))) {
      VirtualDevice device = rig.start("a", DsaType.parse(type).orElseThrow());
      try (SocketPciDevice pci = SocketPciDevice.connect(device.plan().socket(), 8 << 20)) {
        DsaDriver driver = DsaDriver.probe(pci);
        try (Load load = new Load(pci, driver, driver.enable(16).getFirst())) {
          for (int round = 1; round <= 20; round++) {
            int before = device.entries().get(1);
            device.revoke().orThrow();
            assertThat(device.entries().get(1)).isNotEqualTo(before);
            int expected = round;
            Rig.eventually(
                () -> {
                  driver.serve(1_000_000);
                  return driver.revocations() >= expected;
                });
            load.await(5, driver);
          }
          load.finish(driver);
          exactlyOnce(device, load, driver);
          assertThat(Dsa.statistics(device).revocations()).isEqualTo(20);
          assertThat(device.entriesHeld()).isEqualTo(1);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1dwq", "1swq"})
  void aDeviceIsSuspendedAndGoesOnUnderLoad(String type) {
    try (Rig rig = new Rig(Rig.plan(1))) {
      VirtualDevice device = rig.start("a", DsaType.parse(type).orElseThrow());
      try (SocketPciDevice pci = SocketPciDevice.connect(device.plan().socket(), 8 << 20)) {
        DsaDriver driver = DsaDriver.probe(pci);
        try (Load load = new Load(pci, driver, driver.enable(16).getFirst())) {
          for (int round = 0; round < 20; round++) {
            device.suspend(WAIT).orThrow();
            assertThat(device.state()).isEqualTo(VirtualDevice.State.SUSPENDED);
            long still = Dsa.descriptors(device);
            assertThat(device.suspend(WAIT).isDone()).isFalse();
            assertThat(Dsa.descriptors(device)).isEqualTo(still);
            device.resume().orThrow();
            load.await(5, driver);
          }
          load.finish(driver);
          exactlyOnce(device, load, driver);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1dwq", "1swq"})
  void aDeviceMovesToAnotherHostWithWorkUnderWay(String type) {
    DsaType adi = DsaType.parse(type).orElseThrow();
    try (Rig from = new Rig(Rig.plan(1));
        Rig to = new Rig(Rig.plan(1))) {
      // Entries are given from the smallest up: the one of before is another's over there.
      to.start("first", adi);
      VirtualDevice device = from.start("a", adi);
      try (MovingPciDevice pci = new MovingPciDevice(device.plan().socket())) {
        DsaDriver driver = DsaDriver.probe(pci);
        try (Load load = new Load(pci, driver, driver.enable(16).getFirst())) {
          load.await(40, driver);
          device.suspend(WAIT).orThrow();
          // The load's next descriptor is taken and waits; a VM would be paused about here.
          Rig.eventually(() -> Dsa.statistics(device).queues().getFirst().occupancy() == 1);
          device.resume().orThrow();
          byte[] saved = suspendedWithWork(device);
          from.registry.stop("a").orThrow();
          VirtualDevice moved = to.registry.resume(to.device("a", adi), saved).orThrow();
          assertThat(moved.entries().get(1)).isNotEqualTo(device.entries().get(1));
          pci.move(moved.plan().socket());
          load.await(40, driver);
          load.finish(driver);
          assertThat(driver.revocations()).isEqualTo(1);
          assertThat(load.queue.resubmitted()).isEqualTo(1);
          assertThat(Dsa.descriptors(moved)).isGreaterThan(40);
        }
      }
    }
  }

  /** {@return a state with a descriptor in it that the guest submitted after it was drained} */
  private static byte[] suspendedWithWork(VirtualDevice device) {
    device.suspend(WAIT).orThrow();
    Rig.eventually(() -> Dsa.statistics(device).queues().getFirst().occupancy() == 1);
    return device.saved();
  }

  /** The states hold a No-op each, which came after the device had been drained. */
  @ParameterizedTest
  @ValueSource(strings = {"1dwq", "1swq"})
  void aStateThatAnOlderVersionSavedGoesOnWithTheWorkInIt(String type) throws IOException {
    byte[] saved;
    try (InputStream in = getClass().getResourceAsStream("control/before/" + type + ".saved")) {
      saved = Objects.requireNonNull(in).readAllBytes();
    }
    DsaType adi = DsaType.parse(type).orElseThrow();
    try (Rig rig = new Rig(Rig.plan(1))) {
      VirtualDevice device = rig.registry.resume(rig.device("a", adi), saved).orThrow();
      assertThat(Dsa.statistics(device).queues().getFirst().occupancy()).isEqualTo(1);
      try (SocketPciDevice pci = SocketPciDevice.connect(device.plan().socket(), 1 << 20)) {
        // By its first write the guest shows that it runs again; this one clears nothing.
        pci.write(0, Register.INTCAUSE.offset(), 4, 0);
        Rig.eventually(() -> Dsa.descriptors(device) == 1);
      }
    }
  }

  @Test
  void aStateThatWasTamperedWithIsRefused() {
    try (Rig rig = new Rig(Rig.plan(1))) {
      VirtualDevice device = rig.start("a", DsaType.DEDICATED);
      byte[] good = device.suspend(WAIT).orThrow();
      rig.registry.stop("a").orThrow();
      Capacity free = rig.registry.capacity("dsa0").orElseThrow();
      Random random = new Random(9);
      for (int i = 0; i < 300; i++) {
        byte[] bad =
            Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(300) : good.length);
        for (int n = 1 + random.nextInt(8); n > 0 && bad.length > 0; n--) {
          bad[random.nextInt(Math.min(bad.length, 200))] ^= (byte) (1 + random.nextInt(255));
        }
        assertThat(SavedDsa.parse(bad).isDone()).isFalse();
      }
      assertThat(SavedDsa.parse(good).isDone()).isTrue();
      assertThat(rig.registry.resume(rig.device("b", DsaType.SHARED), good).isDone()).isFalse();
      assertThat(rig.registry.capacity("dsa0").orElseThrow()).isEqualTo(free);
    }
  }

  @Test
  void thousandsOfPartsFitWhileEntriesLast() {
    try (Rig rig = new Rig(Rig.plan(1))) {
      int room = rig.registry.room("dsa0", DsaType.SHARED.toString());
      assertThat(room).isEqualTo(256);
      for (int i = 0; i < room; i++) {
        rig.start("v" + i, DsaType.SHARED);
      }
      assertThat(rig.registry.start(rig.device("more", DsaType.SHARED)))
          .isInstanceOfSatisfying(
              Result.Refused.class,
              refused ->
                  assertThat(refused.refusal().reason()).isEqualTo(Refusal.Reason.NO_CAPACITY));
      rig.registry.stop("v7").orThrow();
      rig.start("more", DsaType.SHARED);
    }
  }
}
