package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.adit.interrupts.DomainException.Reason;
import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.domain.GuestDomain;
import dev.adit.interrupts.domain.HypercallDomain;
import dev.adit.interrupts.domain.HypercallPort;
import dev.adit.interrupts.domain.MessageDomain;
import dev.adit.interrupts.domain.Quotas;
import dev.adit.interrupts.domain.RemapDomain;
import dev.adit.interrupts.domain.VectorDomain;
import dev.adit.interrupts.remap.RemapTable;
import dev.adit.interrupts.remap.VtdEntries;
import dev.adit.interrupts.spec.CompatibilityMessage;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.ImsChip;
import dev.adit.interrupts.store.QueueChip;
import dev.adit.interrupts.store.StoreChip;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class DomainTest {
  private static final int RID = 0x6A01;

  private final Quotas vectorQuota = new Quotas("vectors", 100);
  private final Quotas entryQuota = new Quotas("entries", 100);
  private final VectorDomain vectors = new VectorDomain(4, vectorQuota);
  private final Recorder bus = new Recorder();
  private final ImsArray ims = new ImsArray(Formats.OWNED, 64, bus, RID);

  private BusDomain imsDomain(MessageDomain parent) {
    return new BusDomain(
        parent,
        new ImsChip(Formats.OWNED, ims, ims.size()),
        RID,
        entryQuota,
        cookie -> {
          if (cookie.pasid() > 100) {
            throw new DomainException(Reason.COOKIE, "PASID " + cookie.pasid() + " is not yours");
          }
        });
  }

  @Test
  void anInterruptIsMaskedAndOwnedBeforeItsFirstUse() {
    BusDomain.Interrupt interrupt = imsDomain(vectors).allocate(Cookie.of(1, 7), Target.ANY_CPU);

    ims.fire(interrupt.index());
    assertThat(bus.sent).isEmpty();
    assertThat(ims.admits(interrupt.index(), 7)).isTrue();
    assertThat(ims.admits(interrupt.index(), 8)).isFalse();

    interrupt.mask(false);
    assertThat(bus.sent).hasSize(1);
    assertThat(bus.sent.getFirst().address()).isEqualTo(interrupt.message().address());
    assertThat(bus.sent.getFirst().data()).isEqualTo(interrupt.message().data());
  }

  @Test
  void aCookieIsCheckedBeforeAnythingIsTaken() {
    BusDomain domain = imsDomain(vectors);
    assertThatThrownBy(() -> domain.allocate(Cookie.of(1, 101), Target.ANY_CPU))
        .isInstanceOfSatisfying(
            DomainException.class, e -> assertThat(e.reason()).isEqualTo(Reason.COOKIE));
    assertThatThrownBy(() -> Cookie.of(1, 1 << 20)).isInstanceOf(DomainException.class);
    assertThat(entryQuota.used(1)).isZero();
    assertThat(vectorQuota.used(1)).isZero();
  }

  @Test
  void aTenantCannotTakeEverything() {
    entryQuota.limit(1, 3);
    vectorQuota.limit(2, 1);
    BusDomain domain = imsDomain(vectors);
    for (int i = 0; i < 3; i++) {
      domain.allocate(Cookie.of(1, 7), Target.ANY_CPU);
    }
    assertThatThrownBy(() -> domain.allocate(Cookie.of(1, 7), Target.ANY_CPU))
        .isInstanceOfSatisfying(
            DomainException.class, e -> assertThat(e.reason()).isEqualTo(Reason.QUOTA));
    domain.allocate(Cookie.of(2, 8), Target.ANY_CPU);
    assertThatThrownBy(() -> domain.allocate(Cookie.of(2, 8), Target.ANY_CPU))
        .hasMessageContaining("vectors");
    assertThat(entryQuota.used(2)).as("what was taken on the way is given back").isEqualTo(1);
  }

  @Test
  void releasingGivesEverythingBackAndSilencesTheEntry() {
    BusDomain domain = imsDomain(vectors);
    BusDomain.Interrupt interrupt = domain.allocate(Cookie.of(1, 7), Target.ANY_CPU);
    interrupt.mask(false);

    interrupt.release();

    assertThat(ims.complete(interrupt.index(), 7)).isFalse();
    ims.fire(interrupt.index());
    assertThat(bus.sent).isEmpty();
    assertThat(ims.admits(interrupt.index(), 7)).isFalse();
    assertThat(entryQuota.used(1)).isZero();
    assertThat(vectorQuota.used(1)).isZero();
    assertThatThrownBy(interrupt::release).isInstanceOf(DomainException.class);
    assertThatThrownBy(() -> interrupt.mask(false)).isInstanceOf(DomainException.class);
  }

  @Test
  void aReusedEntryIsNotPendingForItsNewOwner() {
    BusDomain domain = imsDomain(vectors);
    BusDomain.Interrupt first = domain.allocate(Cookie.of(1, 7), Target.ANY_CPU);
    Message home = first.message();
    ims.fire(first.index());
    first.release();
    assertThat(bus.sent)
        .extracting(Recorder.Sent::address, Recorder.Sent::data)
        .containsExactly(tuple(home.address(), home.data()));

    BusDomain.Interrupt second = domain.allocate(Cookie.of(2, 8), Target.ANY_CPU);
    second.mask(false);

    assertThat(second.index()).isEqualTo(first.index());
    assertThat(bus.sent).as("the first owner's interrupt was pending").hasSize(1);
  }

  @Test
  void movingWithoutRemapperWritesTheStoreAgain() {
    BusDomain.Interrupt interrupt = imsDomain(vectors).allocate(Cookie.of(1, 7), new Target.Cpu(1));
    interrupt.mask(false);

    assertThat(interrupt.retarget(new Target.Cpu(3))).isTrue();

    ims.fire(interrupt.index());
    CompatibilityMessage sent =
        new CompatibilityMessage(bus.sent.getFirst().address(), bus.sent.getFirst().data());
    assertThat(sent.destination()).isEqualTo(3);
    assertThat(vectorQuota.used(1)).isEqualTo(1);
  }

  @Test
  void movingBehindARemapperLeavesTheStoreAlone() {
    VtdRig rig = VtdRig.on();
    RemapTable entries =
        new VtdEntries(
            rig.unit::invalidate,
            rig.memory,
            VtdRig.TABLE,
            65_536,
            true,
            false,
            IsolationLevel.REQUESTER_ID);
    MessageDomain remap = new RemapDomain(entries, vectors, Quotas.none("remapping entries"));
    ImsArray store = new ImsArray(Formats.OWNED, 64, rig.unit, RID);
    BusDomain domain =
        new BusDomain(
            remap, new ImsChip(Formats.OWNED, store, 64), RID, Quotas.none("entries"), _ -> {});
    BusDomain.Interrupt interrupt = domain.allocate(Cookie.of(1, 7), new Target.Cpu(1));
    interrupt.mask(false);
    Message before = interrupt.message();
    store.fire(interrupt.index());

    assertThat(interrupt.retarget(new Target.Cpu(3))).isFalse();

    store.fire(interrupt.index());
    assertThat(interrupt.message()).isEqualTo(before);
    assertThat(rig.bus.seen).extracting(RecordingBus.Interrupt::destination).containsExactly(1, 3);

    interrupt.release();
    store.fire(interrupt.index());
    rig.unit.send(before.address(), before.data(), RID, MessageStore.NO_PASID);
    assertThat(rig.bus.seen).as("replayed after release").hasSize(2);
    assertThat(vectorQuota.used(1)).isZero();
  }

  @Test
  void aStoreThatTheParentCannotServeIsRefusedAtCreation() {
    assertThat(HypercallDomain.discover(HypercallPort.NONE, vectors)).isEmpty();
    GuestMemory memory = GuestMemory.of(0, Arena.ofAuto().allocate(4096, 8));
    StoreChip queues = new QueueChip(4, memory, 0, (_, _) -> true);
    MessageDomain guest = new GuestDomain(vectors);
    assertThatThrownBy(() -> new BusDomain(guest, queues, RID, entryQuota, _ -> {}))
        .isInstanceOfSatisfying(
            DomainException.class, e -> assertThat(e.reason()).isEqualTo(Reason.STORE));
    assertThat(imsDomain(guest).parent()).isEqualTo(guest);
  }

  @Test
  void whatADeviceRefusesIsTakenBack() {
    GuestMemory memory = GuestMemory.of(0, Arena.ofAuto().allocate(4096, 8));
    StoreChip broken = new QueueChip(4, memory, 0, (_, _) -> false);
    BusDomain domain = new BusDomain(vectors, broken, RID, entryQuota, _ -> {});
    assertThatThrownBy(() -> domain.allocate(Cookie.HOST, Target.ANY_CPU))
        .isInstanceOf(DomainException.class);
    assertThat(entryQuota.used(0)).isZero();
    assertThat(vectorQuota.used(0)).isZero();
  }
}
