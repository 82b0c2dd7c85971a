package dev.adit.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.dsa.DsaDevice;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.DsaType;
import dev.adit.devices.dsa.EnginePolicy;
import dev.adit.devices.dsa.lend.DsaModel;
import dev.adit.devices.dsa.spec.Status;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A flood of long descriptors by one guest leaves another its share. One engine that works when
 * told, so that no scheduler has a say; {@code bench/fairness} measures engines on threads.
 */
final class FairnessTest {
  private static final int DEPTH = 8;
  private static final int LONG = 8 << 20;

  /** Too long to slip in between. */
  private static final int MIDDLING = 2 << 20;

  private static final int SHORT = 16 << 10;

  private static Rig rig() {
    DsaProfile profile = DsaProfile.physical().withSizes(8, 128, 4, 1);
    return new Rig(
        new FunctionPlan("dsa0", DsaModel.even(profile, 1).withEngines(EnginePolicy.manual())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1dwq", "1swq"})
  void whoHasHadLessOfTheEngineIsNext(String type) {
    try (Rig rig = rig()) {
      DsaType adi = DsaType.parse(type).orElseThrow();
      VirtualDevice attacker = rig.start("attacker", adi);
      VirtualDevice victim = rig.start("victim", adi);
      DsaDevice engine = Dsa.function(rig.registry, "dsa0");
      try (Guest evil = Guest.of(attacker, 16);
          Guest good = Guest.of(victim, 16)) {
        int turns = 0;
        while (Dsa.descriptors(attacker) < 5 || Dsa.descriptors(victim) < 5) {
          fill(evil, attacker, LONG);
          fill(good, victim, MIDDLING);
          VirtualDevice next =
              Dsa.engineNanos(attacker) < Dsa.engineNanos(victim) ? attacker : victim;
          long before = Dsa.descriptors(next);
          assertThat(engine.runEngines(1)).isOne();
          // Nobody has had anything before the first turn, so that is anybody's.
          assertThat(turns++ == 0 || Dsa.descriptors(next) == before + 1).isTrue();
        }
        // What is left would be waited for.
        int _ = engine.runEngines(Integer.MAX_VALUE);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1dwq", "1swq"})
  void aShortDescriptorDoesNotWaitForALongOneToEnd(String type) {
    try (Rig rig = rig()) {
      DsaType adi = DsaType.parse(type).orElseThrow();
      VirtualDevice attacker = rig.start("attacker", adi);
      VirtualDevice victim = rig.start("victim", adi);
      DsaDevice engine = Dsa.function(rig.registry, "dsa0");
      try (Guest evil = Guest.of(attacker, 16);
          Guest good = Guest.of(victim, 16)) {
        evil.move(0, LONG).submit(0);
        arrived(evil, attacker, 1);
        // The attacker's is the engine's next, whoever has had less.
        good.move(0, SHORT).submit(0);
        good.move(1, LONG).submit(0);
        arrived(good, victim, 2);
        while (evil.status(0) == 0) {
          assertThat(engine.runEngines(1)).isOne();
        }
        assertThat(good.status(0)).isEqualTo(Status.SUCCESS);
        assertThat(Dsa.descriptors(attacker)).isOne();
        assertThat(good.target.memory().asSlice(0, SHORT).mismatch(good.source.memory()))
            .isEqualTo(SHORT);
        int _ = engine.runEngines(DEPTH);
        assertThat(good.status(1)).isEqualTo(Status.SUCCESS);
        assertThat(Dsa.descriptors(victim)).isEqualTo(2);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1dwq", "1swq"})
  void ownDescriptorsKeepTheirOrder(String type) {
    try (Rig rig = rig()) {
      VirtualDevice device = rig.start("a", DsaType.parse(type).orElseThrow());
      DsaDevice engine = Dsa.function(rig.registry, "dsa0");
      try (Guest guest = Guest.of(device, 16)) {
        // The second copies what the first has written last of all.
        guest.source.memory().asSlice(LONG - SHORT, SHORT).fill((byte) 5);
        guest.move(0, LONG).submit(0);
        guest.copy(1, LONG - SHORT, LONG, SHORT).submit(0);
        arrived(guest, device, 2);
        int _ = engine.runEngines(DEPTH);
        assertThat(guest.status(1)).isEqualTo(Status.SUCCESS);
        assertThat(
                guest
                    .target
                    .memory()
                    .asSlice(LONG, SHORT)
                    .mismatch(guest.source.memory().asSlice(LONG - SHORT, SHORT)))
            .isEqualTo(-1);
      }
    }
  }

  /** Keeps descriptors waiting. */
  private static void fill(Guest guest, VirtualDevice device, int bytes) {
    int waiting = Dsa.statistics(device).queues().getFirst().occupancy();
    for (int i = waiting; i < DEPTH; i++) {
      guest.move(0, bytes).submit(0);
    }
    arrived(guest, device, 0);
  }

  /** A read shows that the writes before it have arrived. */
  private static void arrived(Guest guest, VirtualDevice device, long accepted) {
    long _ = guest.pci.read(Guest.PORTALS, 0, 8);
    assertThat(Dsa.statistics(device).queues().getFirst().accepted())
        .isGreaterThanOrEqualTo(accepted);
  }
}
