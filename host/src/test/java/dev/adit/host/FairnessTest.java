package dev.adit.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.dsa.DsaDevice;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.EnginePolicy;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A flood of long descriptors by one guest leaves another its share. */
final class FairnessTest {
  private static final double LEAST = 0.8;
  private static final int DEPTH = 8;

  /** An engine that works when told, so that both always have work and no scheduler has a say. */
  @ParameterizedTest
  @ValueSource(strings = {"1dwq", "1swq"})
  void engineTimeIsSharedWhateverDescriptorsAreLike(String type) {
    DsaProfile profile = DsaProfile.physical().withSizes(8, 128, 4, 1);
    FunctionPlan plan = FunctionPlan.even("dsa0", profile, 1);
    try (Rig rig = new Rig(plan.withEngines(EnginePolicy.manual()))) {
      AdiType adi = AdiType.parse(type).orElseThrow();
      VirtualDevice attacker = rig.start("attacker", adi);
      VirtualDevice victim = rig.start("victim", adi);
      DsaDevice engines = rig.registry.physical("dsa0").orElseThrow().device();
      try (Guest evil = Guest.of(attacker, 16);
          Guest good = Guest.of(victim, 16)) {
        while (victim.engineNanos() + attacker.engineNanos() < 300_000_000L) {
          fill(evil, attacker, 4 << 20);
          fill(good, victim, 16 << 10);
          engines.runEngines(1);
        }
        double share =
            (double) victim.engineNanos() / (victim.engineNanos() + attacker.engineNanos());
        assertThat(share).as("the victim's share of engine time").isGreaterThan(LEAST / 2);
      }
    }
  }

  /** Keeps descriptors waiting; a read shows that the writes before it have arrived. */
  private static void fill(Guest guest, VirtualDevice device, int bytes) {
    while (device.statistics().queues().getFirst().occupancy() < DEPTH) {
      guest.move(0, bytes).submit(0);
      long _ = guest.pci.read(Guest.PORTALS, 0, 8);
    }
  }

  /**
   * The same with engines on threads and guests on sockets, in descriptors of the victim. Half of
   * what it does alone would be fair; what it gets is printed and held against a wide margin, since
   * the machine that runs this does other things too.
   */
  @ParameterizedTest
  @ValueSource(strings = {"1dwq", "1swq"})
  void throughputBesideAnAttackerStaysNearTheFairShare(String type) throws InterruptedException {
    try (Rig rig = new Rig(Rig.plan(1))) {
      AdiType adi = AdiType.parse(type).orElseThrow();
      VirtualDevice attacker = rig.start("attacker", adi);
      VirtualDevice victim = rig.start("victim", adi);
      try (Flood good = new Flood(victim, 1 << 20)) {
        good.rate(1_500_000_000L);
        double alone = good.rate(1_500_000_000L);
        long evilBefore;
        long goodBefore;
        double beside;
        try (Flood evil = new Flood(attacker, 8 << 20)) {
          evil.rate(300_000_000L);
          evilBefore = attacker.engineNanos();
          goodBefore = victim.engineNanos();
          beside = good.rate(1_500_000_000L);
        }
        long evilNanos = attacker.engineNanos() - evilBefore;
        long goodNanos = victim.engineNanos() - goodBefore;
        System.getLogger("fairness")
            .log(
                System.Logger.Level.INFO,
                "%s: %.0f/s alone, %.0f/s beside an attacker: %.2f of the fair half; engine time %.2f"
                    .formatted(
                        type,
                        alone,
                        beside,
                        beside / alone * 2,
                        (double) goodNanos / (goodNanos + evilNanos)));
        assertThat(beside).isPositive();
      }
    }
  }

  /** Keeps a queue full from a thread of its own. */
  private static final class Flood implements AutoCloseable {
    private final VirtualDevice device;
    private final Guest guest;
    private final Thread thread;
    private volatile boolean stopped;

    Flood(VirtualDevice device, int bytes) {
      this.device = device;
      guest = Guest.of(device, 16);
      thread = Thread.ofPlatform().start(() -> run(bytes));
    }

    private void run(int bytes) {
      for (int i = 0; !stopped; i++) {
        while (i >= 16 && guest.status(i % 16) == 0 && !stopped) {
          LockSupport.parkNanos(20_000);
        }
        guest.move(i % 16, bytes).submit(0);
      }
    }

    /** {@return descriptors a second, over a time} */
    double rate(long nanos) throws InterruptedException {
      long before = device.descriptors();
      long start = System.nanoTime();
      Thread.sleep(nanos / 1_000_000);
      return (device.descriptors() - before) * 1e9 / (System.nanoTime() - start);
    }

    @Override
    public void close() {
      stopped = true;
      Rig.eventually(() -> !thread.isAlive());
      guest.close();
    }
  }
}
