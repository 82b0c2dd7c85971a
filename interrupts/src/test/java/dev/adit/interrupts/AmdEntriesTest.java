package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.interrupts.DomainException.Reason;
import dev.adit.interrupts.RecordingBus.Interrupt;
import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.domain.MessageDomain;
import dev.adit.interrupts.domain.Quotas;
import dev.adit.interrupts.domain.RemapDomain;
import dev.adit.interrupts.domain.VectorDomain;
import dev.adit.interrupts.remap.AmdConfig;
import dev.adit.interrupts.remap.AmdEntries;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.ImsChip;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An AMD unit programmed by a domain, with interrupts of two functions in IMS arrays. */
class AmdEntriesTest {
  private static final long TABLES = AmdRig.BASE + 0x2_0000;
  private static final int RID = 8;
  private static final int OTHER = 16;

  private final Quotas vectorQuota = new Quotas("vectors", 100);
  private final Quotas entryQuota = new Quotas("remapping entries", 100);
  private final VectorDomain vectors = new VectorDomain(4, vectorQuota);

  private RemapDomain domain(AmdRig rig, AmdConfig format, int tables, int length) {
    return new RemapDomain(
        new AmdEntries(
            rig::invalidate,
            rig.memory,
            AmdRig.BASE,
            AmdRig.FUNCTIONS,
            TABLES,
            tables,
            length,
            format),
        vectors,
        entryQuota);
  }

  private static BusDomain bus(MessageDomain parent, ImsArray store, int requesterId) {
    return new BusDomain(
        parent,
        new ImsChip(Formats.OWNED, store, store.size()),
        requesterId,
        Quotas.none("entries"),
        _ -> {});
  }

  @ParameterizedTest
  @CsvSource({"false, false", "true, false", "true, true"})
  void anInterruptIsDeliveredMovedAndReleased(boolean longEntries, boolean extended) {
    AmdRig rig = new AmdRig(longEntries, extended);
    RemapDomain remap = domain(rig, new AmdConfig(longEntries, extended), 2, 5);
    ImsArray store = new ImsArray(Formats.OWNED, 4, rig.unit, RID);
    BusDomain.Interrupt interrupt =
        bus(remap, store, RID).allocate(Cookie.of(1, 7), new Target.Cpu(1));
    interrupt.mask(false);
    store.fire(interrupt.index());

    interrupt.retarget(new Target.Cpu(3));
    store.fire(interrupt.index());

    assertThat(rig.bus.seen).extracting(Interrupt::destination).containsExactly(1, 3);
    assertThat(rig.bus.seen.getLast().vector()).isEqualTo(interrupt.vector());
    Message message = interrupt.message();
    interrupt.release();
    rig.unit.send(message.address(), message.data(), RID, MessageStore.NO_PASID);
    assertThat(rig.bus.seen).as("replayed after release").hasSize(2);
    assertThat(rig.takeEvents()).hasSize(1);
    assertThat(vectorQuota.used(1)).isZero();
    assertThat(entryQuota.used(1)).isZero();
  }

  @Test
  void movingWithTheSameVectorLeavesTheStoreAlone() {
    AmdRig rig = new AmdRig(true, true);
    RemapDomain remap = domain(rig, new AmdConfig(true, true), 2, 5);
    BusDomain.Interrupt interrupt =
        bus(remap, new ImsArray(Formats.OWNED, 4, rig.unit, RID), RID)
            .allocate(Cookie.of(1, 7), new Target.Cpu(1));
    int vector = interrupt.vector();
    boolean stored = interrupt.retarget(new Target.Cpu(2));
    assertThat(stored).isEqualTo(interrupt.vector() != vector);
  }

  @Test
  void aFunctionCannotReachAnothersEntry() {
    AmdRig rig = new AmdRig(true, true);
    RemapDomain remap = domain(rig, new AmdConfig(true, true), 2, 5);
    ImsArray mine = new ImsArray(Formats.OWNED, 4, rig.unit, RID);
    ImsArray others = new ImsArray(Formats.OWNED, 4, rig.unit, OTHER);
    BusDomain.Interrupt first = bus(remap, mine, RID).allocate(Cookie.HOST, new Target.Cpu(1));
    BusDomain otherDomain = bus(remap, others, OTHER);
    BusDomain.Interrupt second = otherDomain.allocate(Cookie.HOST, new Target.Cpu(2));
    BusDomain.Interrupt third = otherDomain.allocate(Cookie.HOST, new Target.Cpu(3));

    assertThat(first.message())
        .as("each has an index space of its own")
        .isEqualTo(second.message());
    Message message = third.message();
    rig.unit.send(message.address(), message.data(), RID, MessageStore.NO_PASID);

    assertThat(rig.bus.seen).isEmpty();
    assertThat(rig.takeEvents().getFirst().requesterId()).isEqualTo(RID);
  }

  @Test
  void whatCannotBeServedIsRefusedAndTakesNothing() {
    AmdRig rig = new AmdRig(true, true);
    RemapDomain remap = domain(rig, new AmdConfig(true, true), 1, 0);
    Cookie cookie = Cookie.of(1, 7);
    assertThatThrownBy(() -> remap.allocate(cookie, RID, new Target.Posted(0, 0x41, false)))
        .isInstanceOfSatisfying(
            DomainException.class, e -> assertThat(e.reason()).isEqualTo(Reason.STORE));
    remap.allocate(cookie, RID, Target.ANY_CPU);
    assertThatThrownBy(() -> remap.allocate(cookie, RID, Target.ANY_CPU))
        .isInstanceOf(DomainException.class);
    assertThatThrownBy(() -> remap.allocate(cookie, OTHER, Target.ANY_CPU))
        .isInstanceOf(DomainException.class);
    assertThat(vectorQuota.used(1)).isEqualTo(1);
    assertThat(entryQuota.used(1)).isEqualTo(1);
  }
}
