package dev.adit.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.devices.dsa.DsaType;
import dev.adit.devices.dsa.spec.Command;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import dev.adit.machine.DriverException;
import dev.adit.vfiouser.EventLoops;
import dev.adit.vfiouser.VfioUserClient;
import dev.adit.vfiouser.VfioUserException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a hostile guest tries, beside a decent one that must not notice any of it. */
@NullUnmarked
final class IsolationTest {
  /** How attacker and victim are neighbours: on queues of one group, or on one queue. */
  enum Neighbours {
    QUEUES,
    PARTS;

    DsaType type() {
      return this == QUEUES ? DsaType.DEDICATED : DsaType.SHARED;
    }
  }

  private static final int CONTROL = 0;
  private static final int GENCTRL = 0x88;
  private static final int INTCAUSE = 0x98;
  private static final int CMD = 0xA0;
  private static final int SWERROR = 0xC0;

  private Rig rig;
  private Map<String, Integer> roomBefore = Map.of();
  private VirtualDevice attacker;
  private VirtualDevice victim;
  private Victim working;
  private Guest evil;

  @BeforeEach
  void makeRig() {
    rig = new Rig(Rig.plan(1));
    roomBefore = rig.registry.capacity("dsa0").orElseThrow().room();
  }

  private void meet(Neighbours as) {
    attacker = rig.start("attacker", as.type());
    victim = rig.start("victim", as.type());
    working = Victim.start(victim, 11);
    evil = Guest.of(attacker, 16);
  }

  @AfterEach
  void nothingLeaks() throws InterruptedException {
    working.verify();
    working.close();
    evil.close();
    rig.registry.stop("attacker").orThrow();
    rig.registry.stop("victim").orThrow();
    Capacity left = rig.registry.capacity("dsa0").orElseThrow();
    assertThat(left.imsFree()).isEqualTo(left.imsEntries());
    assertThat(left.room()).isEqualTo(roomBefore);
    assertThat(rig.registry.blockedMessages()).isZero();
    rig.close();
  }

  @ParameterizedTest
  @EnumSource
  void onlyOwnHandlesAreOfUse(Neighbours as) {
    meet(as);
    int own = evil.handle(1);
    assertThat(victim.entries()).doesNotContain(own);
    for (int handle = 0; handle < 300; handle++) {
      evil.begin(Opcode.NOOP, 0).interrupting(handle).submit(0);
      assertThat(evil.await(0))
          .as("handle %d", handle)
          .isEqualTo(handle == own ? Status.SUCCESS : Status.INTERRUPT_HANDLE);
    }
  }

  @ParameterizedTest
  @EnumSource
  void membersOfABatchAreCheckedLikeOthers(Neighbours as) {
    meet(as);
    MemorySegment list = evil.source.memory();
    for (int i = 0; i < 2; i++) {
      list.asSlice(64L * i, 64).fill((byte) 0);
      long flags = Flags.RECORD_ADDRESS_VALID | Flags.REQUEST_RECORD | Flags.REQUEST_INTERRUPT;
      list.set(ValueLayout.JAVA_LONG, 64L * i, (long) victim.pasid() | flags << 32);
      list.set(ValueLayout.JAVA_LONG, 64L * i + 8, evil.records.address() + 32L * (1 + i));
      short stolen = (short) (int) victim.entries().get(1);
      list.set(ValueLayout.JAVA_SHORT, 64L * i + Descriptor.INTERRUPT_HANDLE, stolen);
    }
    evil.begin(Opcode.BATCH, 0)
        .set(Descriptor.SOURCE, evil.source.address())
        .setInt(Descriptor.SIZE, 2)
        .submit(0);
    assertThat(evil.await(0)).isEqualTo(Status.BATCH_MEMBER);
    assertThat(evil.status(1)).isEqualTo(Status.INTERRUPT_HANDLE);
    assertThat(evil.status(2)).isEqualTo(Status.INTERRUPT_HANDLE);
  }

  /** Both guests' memory lies at the same addresses, so a PASID that counted would hit. */
  @ParameterizedTest
  @EnumSource
  void aPasidInADescriptorReachesOnlyOwnMemory(Neighbours as) {
    meet(as);
    assertThat(evil.target.address()).isEqualTo(working.guest.target.address());
    working.guest.target.memory().fill((byte) 7);
    for (int pasid : new int[] {0, victim.pasid(), attacker.pasid(), 1 << 19, (1 << 20) - 1}) {
      evil.target.memory().fill((byte) 0);
      evil.begin(Opcode.FILL, 0)
          .set(Descriptor.SOURCE, 0x6666_6666_6666_6666L)
          .set(Descriptor.DESTINATION, evil.target.address())
          .setInt(Descriptor.SIZE, 4096);
      evil.stain(pasid | 1 << 31).submit(0);
      assertThat(evil.await(0)).isEqualTo(Status.SUCCESS);
      assertThat(evil.target.memory().get(ValueLayout.JAVA_BYTE, 4095)).isEqualTo((byte) 0x66);
      MemorySegment theirs = working.guest.target.memory().asSlice(0, 4096);
      assertThat(theirs.mismatch(evil.target.memory().asSlice(0, 4096))).isZero();
      assertThat(theirs.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
    }
  }

  @ParameterizedTest
  @EnumSource
  void portalsThatAreNotItsOwnLeadNowhere(Neighbours as) {
    meet(as);
    long before = Dsa.descriptors(attacker);
    for (int page = 2; page < 4; page++) {
      evil.begin(Opcode.NOOP, page).submit(0, page);
    }
    assertThat(evil.pci.read(Guest.PORTALS, 0x2000, 8)).isZero();
    for (int wq = 1; wq < 8; wq++) {
      int beyond = wq;
      assertThatThrownBy(() -> evil.pci.read(Guest.PORTALS, beyond * 0x4000L, 8))
          .isInstanceOf(VfioUserException.class);
    }
    evil.begin(Opcode.NOOP, 5).submit(0);
    assertThat(evil.await(5)).isEqualTo(Status.SUCCESS);
    Rig.eventually(() -> Dsa.descriptors(attacker) > before);
    assertThat(Dsa.descriptors(attacker)).isEqualTo(before + 1);
    assertThat(evil.status(2) + evil.status(3)).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void anOccupancyInterruptCannotBeAimedAtAnybody(Neighbours as) {
    meet(as);
    int wqcfg = (int) (evil.pci.read(CONTROL, 0x60, 8) >>> 16 & 0xFFFF) << 8;
    evil.driver.command(Command.DISABLE_WQ, 1);
    evil.pci.write(CONTROL, wqcfg + 0x10, 4, 1 << 16 | victim.entries().get(1));
    evil.pci.write(CONTROL, wqcfg + 0x14, 4, 1 << 16 | 8);
    assertThatThrownBy(() -> evil.driver.command(Command.ENABLE_WQ, 0))
        .isInstanceOf(DriverException.class)
        .hasMessageContaining("0x2b");
    evil.pci.write(CONTROL, wqcfg + 0x14, 4, 0);
    evil.driver.command(Command.ENABLE_WQ, 0);
    evil.pci.write(CONTROL, wqcfg + 0x14, 4, 1 << 16 | 8);
    evil.begin(Opcode.NOOP, 0).submit(0);
    assertThat(evil.await(0)).isEqualTo(Status.SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void errorsAreTheirOwnersAlone(Neighbours as) {
    meet(as);
    evil.pci.write(CONTROL, GENCTRL, 4, 1);
    for (int i = 0; i < 500; i++) {
      // No record to tell the error, so it goes to the error registers.
      evil.begin(Opcode.MEMORY_MOVE, 0).set(0, (long) Opcode.MEMORY_MOVE.code() << 56);
      evil.set(Descriptor.SOURCE, 0x1234_5000L).setInt(Descriptor.SIZE, 64).submit(0);
      long submitted = i + 1L;
      Rig.eventually(() -> Dsa.statistics(attacker).errors() >= submitted);
    }
    long word = evil.pci.read(CONTROL, SWERROR, 8);
    assertThat(word & 1).isOne();
    assertThat(word >>> 8 & 0xFF).isEqualTo(Status.PAGE_FAULT);
    assertThat(word >>> 16 & 0xFF).as("queue as the guest counts").isZero();
    assertThat(word >>> 40 & 0xFFFFF).as("no host PASID shows").isZero();
    assertThat(evil.pci.read(CONTROL, SWERROR + 16, 8)).isEqualTo(0x1234_5000L);
    assertThat(Dsa.statistics(victim).errors()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void resetsOfEveryKindDisturbNobody(Neighbours as) {
    meet(as);
    for (int round = 0; round < 40; round++) {
      for (int i = 0; i < 12; i++) {
        evil.move(i, 1 << 20).submit(0);
      }
      switch (round % 4) {
        case 0 -> evil.pci.write(CONTROL, CMD, 4, (long) Command.RESET_DEVICE.code() << 20);
        case 1 -> attacker.reset();
        case 2 -> evil.pci.writeConfig(0x48, 2, 0x8000 | 0x2910);
        default -> evil.pci.writeConfig(4, 2, 0);
      }
      attacker.reset();
      evil.pci.close();
      evil = Guest.of(attacker, 16);
      evil.begin(Opcode.NOOP, 0).submit(0);
      assertThat(evil.await(0)).isEqualTo(Status.SUCCESS);
    }
    working.await(1);
  }

  @ParameterizedTest
  @EnumSource
  void aStormOfCommandsHoldsUpNobody(Neighbours as) {
    meet(as);
    Random random = new Random(5);
    for (int i = 0; i < 3000; i++) {
      int code = random.nextInt(32);
      // Revocation by disabling oneself is fine; the device must stay able to be reset.
      evil.pci.write(CONTROL, CMD, 4, (long) code << 20 | random.nextInt(1 << 20) | (i & 1L) << 31);
      if (i % 8 == 0) {
        evil.move(0, 1 << 22).submit(0);
      }
    }
    working.await(1);
    assertThat(working.guest.driver.command(Command.DRAIN_ALL, 0)).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void randomWritesToEveryRegisterStayInside(Neighbours as) {
    meet(as);
    Random random = new Random(6);
    int[] widths = {1, 2, 4, 8};
    for (int i = 0; i < 20_000; i++) {
      int width = widths[random.nextInt(4)];
      long value = random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(64);
      switch (random.nextInt(4)) {
        case 0 -> evil.pci.write(CONTROL, random.nextLong(0x600 / width) * width, width, value);
        case 1 -> evil.pci.write(CONTROL, random.nextLong(0x10000 / width) * width, width, value);
        case 2 -> evil.pci.write(2, random.nextLong(0x4000 / width) * width, width, value);
        default ->
            evil.pci.writeConfig(
                random.nextInt(4096 / Math.min(width, 4)) * Math.min(width, 4),
                Math.min(width, 4),
                (int) value);
      }
    }
    working.await(1);
    assertThat(evil.pci.read(CONTROL, INTCAUSE, 4)).isNotEqualTo(-1L);
  }

  /** Memory that is reached only by asking its owner would hold an engine as long as he likes. */
  @ParameterizedTest
  @EnumSource
  void aGuestThatNeverAnswersForItsMemoryStopsNoEngine(Neighbours as) {
    meet(as);
    try (EventLoops loops = EventLoops.start(1, EventLoops.Idle.BLOCK)) {
      evil.pci.close();
      VfioUserClient client =
          VfioUserClient.connect(loops, attacker.plan().socket(), Duration.ofMinutes(2));
      try (client;
          Arena arena = Arena.ofConfined()) {
        client.mapMessages(0x10_0000, arena.allocate(1 << 20), true);
      }
      evil = Guest.of(attacker, 16);
      evil.begin(Opcode.NOOP, 0).set(Descriptor.RECORD_ADDRESS, 0x10_0000).submit(0);
      evil.begin(Opcode.NOOP, 1).submit(0);
      assertThat(evil.await(1)).isEqualTo(Status.SUCCESS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void guestsThatVanishInTheMiddleOfTheirWorkLeaveNothing(Neighbours as) {
    meet(as);
    for (int round = 0; round < 40; round++) {
      for (int i = 0; i < 16; i++) {
        evil.move(i, 1 << 20).interrupting(evil.handle(1)).submit(0);
      }
      evil.close();
      evil = Guest.of(attacker, 16);
    }
    evil.begin(Opcode.NOOP, 0).submit(0);
    assertThat(evil.await(0)).isEqualTo(Status.SUCCESS);
    assertThat(List.of(attacker.entriesHeld(), victim.entriesHeld())).containsOnly(1);
  }
}
