package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.domain.Quotas;
import dev.adit.interrupts.domain.TrappedStore;
import dev.adit.interrupts.domain.VectorDomain;
import dev.adit.interrupts.spec.EntryFormat;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.ImsChip;
import dev.adit.interrupts.store.MsiChip;
import dev.adit.interrupts.store.MsiStore;
import dev.adit.interrupts.store.QueueChip;
import dev.adit.interrupts.store.QueueStore;
import java.lang.foreign.Arena;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** MSI, messages in queue memory, and the store that a hypervisor shows. */
class MoreStoresTest {
  private static final int RID = 0x0310;

  private final Recorder bus = new Recorder();
  private final GuestMemory memory = GuestMemory.of(0, Arena.ofAuto().allocate(4096, 16));

  private static final int CONTEXTS = 0x100;
  private static final int MAILBOX = 0x800;

  @Test
  void msiReplacesTheLowBitsOfItsData() {
    MsiStore msi = new MsiStore(8, bus, RID);
    assertThat(msi.read(2, 2)).as("64 bits, masks, 8 vectors").isEqualTo(0x186);
    msi.write(4, 4, 0xFEE0_1003L);
    msi.write(12, 2, 0x4047);
    msi.write(2, 2, 0x31);

    msi.fire(5);
    msi.write(16, 4, 0xFF);
    msi.fire(2);
    msi.fire(2);
    assertThat(msi.read(20, 4)).isEqualTo(4);
    msi.write(16, 4, 0);
    msi.fire(8);

    assertThat(bus.sent)
        .extracting(Recorder.Sent::address, Recorder.Sent::data)
        .containsExactly(tuple(0xFEE0_1000L, 0x4045), tuple(0xFEE0_1000L, 0x4042));
    assertThat(msi.read(0, 8)).isEqualTo(0xFEE0_1000_01B7_0000L);
    assertThat(msi.read(20, 8)).isEqualTo(-1);
  }

  @Test
  void msiWithFewerVectorsFoldsTheOthers() {
    MsiStore msi = new MsiStore(8, bus, RID);
    msi.write(4, 8, 0xFEE0_1000L);
    msi.write(12, 4, 0x40);
    msi.write(2, 2, 0x11);
    msi.fire(5);
    assertThat(bus.sent).extracting(Recorder.Sent::data).containsExactly(0x41);
  }

  @Test
  void msiHoldsBackWhileItIsOff() {
    MsiStore msi = new MsiStore(1, bus, RID);
    BusDomain domain =
        new BusDomain(
            new VectorDomain(1, Quotas.none("vectors")),
            new MsiChip(msi),
            RID,
            Quotas.none("entries"),
            _ -> {});
    msi.fire(0);
    assertThat(bus.sent).isEmpty();
    msi.reset();
    BusDomain.Interrupt interrupt = domain.allocate(Cookie.HOST, Target.ANY_CPU);
    msi.fire(0);
    interrupt.mask(false);
    assertThat(bus.sent).hasSize(1);
    interrupt.release();
    msi.fire(0);
    assertThat(bus.sent).hasSize(1);
  }

  private QueueStore queues() {
    return new QueueStore(4, memory, CONTEXTS, bus, RID);
  }

  private BusDomain queueDomain(QueueStore store) {
    return new BusDomain(
        new VectorDomain(4, Quotas.none("vectors")),
        new QueueChip(4, memory, MAILBOX, store::modify),
        RID,
        Quotas.none("entries"),
        _ -> {});
  }

  @Test
  void aContextChangesByCommandOnly() {
    QueueStore store = queues();
    BusDomain domain = queueDomain(store);
    BusDomain.Interrupt interrupt = domain.allocate(2, new Cookie(1, 7, 2), new Target.Cpu(1));
    interrupt.mask(false);
    store.fire(2);

    memory.setLong(CONTEXTS + 32, 0xFEE0_FFF0L);
    store.fire(2);

    long address = interrupt.message().address();
    assertThat(bus.sent).extracting(Recorder.Sent::address).containsExactly(address, address);
    assertThat(store.admits(2, 7)).isTrue();
    assertThat(store.admits(2, 8)).isFalse();
    store.evict(2);
    assertThat(memory.getLong(CONTEXTS + 32))
        .as("what the device wrote back hides the write")
        .isEqualTo(address);
  }

  @Test
  void pendingSurvivesTheWayToMemoryAndBack() {
    QueueStore store = queues();
    BusDomain.Interrupt interrupt =
        queueDomain(store).allocate(1, Cookie.of(1, 7), new Target.Cpu(0));
    store.fire(1);
    store.evict(1);
    assertThat(memory.getLong(CONTEXTS + 24) >>> 33 & 1).isEqualTo(1);
    assertThat(store.admits(1, 7)).isTrue();
    interrupt.mask(false);
    assertThat(bus.sent).hasSize(1);
  }

  @Test
  void contextsOutsideMemoryAreNotUsed() {
    QueueStore store = new QueueStore(4, memory, 4096 - 32, bus, RID);
    store.fire(3);
    store.fire(-1);
    store.fire(4);
    assertThat(store.admits(3, MessageStore.NO_PASID)).isFalse();
    assertThat(store.modify(0, 4090)).isFalse();
    assertThat(store.modify(9, 0)).isFalse();
    assertThat(bus.sent).isEmpty();
  }

  @Test
  void aTrappedStoreTranslatesWhenTheGuestUnmasks() {
    ImsArray ims = new ImsArray(Formats.OWNED, 16, bus, RID);
    BusDomain real =
        new BusDomain(
            new VectorDomain(4, Quotas.none("vectors")),
            new ImsChip(Formats.OWNED, ims, 16),
            RID,
            new Quotas("entries", 1),
            _ -> {});
    // The guest's controller: data is the physical processor, 99 leads nowhere.
    TrappedStore shown =
        new TrappedStore(
            EntryFormat.MSIX,
            2,
            real,
            false,
            Cookie.of(3, 7),
            (_, pair) ->
                pair.data() == 99 ? Optional.empty() : Optional.of(new Target.Cpu(pair.data())));
    shown.write(0, 8, 0xFEE0_0000L);
    shown.write(8, 4, 2);
    assertThat(shown.entry(0)).as("masked as yet").isEqualTo(-1);
    assertThat(shown.read(8, 8)).isEqualTo((1L << 32) | 2);

    shown.write(12, 4, 0);
    int entry = shown.entry(0);
    ims.fire(entry);
    assertThat(bus.sent).hasSize(1);
    assertThat(bus.sent.getFirst().address() >>> 12 & 0xFF).isEqualTo(2);
    assertThat(ims.admits(entry, 7)).isTrue();

    shown.write(12, 4, 1);
    ims.fire(entry);
    assertThat(bus.sent).as("the mask is passed on").hasSize(1);
    shown.write(12, 4, 0);
    assertThat(bus.sent).hasSize(2);

    shown.write(28, 4, 0);
    assertThat(shown.entry(1)).as("the quota is used up").isEqualTo(-1);
    shown.write(8, 4, 99);
    assertThat(shown.entry(0)).as("the pair leads nowhere").isEqualTo(-1);
    shown.write(28, 4, 0);
    assertThat(shown.entry(1)).isNotEqualTo(-1);
    shown.reset();
    assertThat(shown.entry(1)).isEqualTo(-1);
    assertThat(shown.read(-8, 8)).isEqualTo(-1);
    assertThat(shown.traps()).isEqualTo(10);
  }
}
