package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.domain.Quotas;
import dev.adit.interrupts.domain.RemapDomain;
import dev.adit.interrupts.domain.VectorDomain;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.remap.RemapTable;
import dev.adit.interrupts.remap.VtdConfig;
import dev.adit.interrupts.remap.VtdEntries;
import dev.adit.interrupts.remap.VtdUnit;
import dev.adit.interrupts.spec.VtdFields;
import dev.adit.interrupts.spec.VtdRegister;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.ImsChip;
import dev.adit.interrupts.store.MsiChip;
import dev.adit.interrupts.store.MsiStore;
import dev.adit.interrupts.store.MsixChip;
import dev.adit.interrupts.store.MsixTable;
import dev.adit.interrupts.store.QueueChip;
import dev.adit.interrupts.store.QueueStore;
import dev.adit.interrupts.store.StoreChip;
import java.lang.Thread.State;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A message is held on its way from the store to the bus while software takes its entry away:
 * taking it away lasts until the message is through.
 */
class InFlightTest {
  private static final int RID = 0x6A01;

  /** A bus on which, while a message is on its way, something else is begun. */
  private static final class SlowBus implements MessageSink {
    private Runnable meanwhile = () -> {};
    private final List<String> order = new ArrayList<>();

    @Override
    public void send(long address, int data, int requesterId, int pasid) {
      Runnable begun = meanwhile;
      meanwhile = () -> {};
      begun.run();
      note("arrived");
    }

    synchronized void note(String what) {
      order.add(what);
    }

    synchronized List<String> order() {
      return List.copyOf(order);
    }
  }

  /** A store, and how a driver programs it. */
  private record Fixture(MessageStore store, StoreChip chip) {}

  enum Kind {
    MSI,
    MSIX,
    IMS,
    QUEUE
  }

  private static Fixture fixture(Kind kind, MessageSink bus) {
    return switch (kind) {
      case MSI -> {
        MsiStore store = new MsiStore(1, bus, RID);
        yield new Fixture(store, new MsiChip(store));
      }
      case MSIX -> {
        MsixTable store = new MsixTable(4, bus, RID);
        store.control(true, false);
        yield new Fixture(store, new MsixChip(store, 4));
      }
      case IMS -> {
        ImsArray store = new ImsArray(Formats.OWNED, 4, bus, RID);
        yield new Fixture(store, new ImsChip(Formats.OWNED, store, 4));
      }
      case QUEUE -> {
        GuestMemory memory = GuestMemory.of(0, Arena.ofAuto().allocate(4096, 8));
        QueueStore store = new QueueStore(4, memory, 0, bus, RID);
        yield new Fixture(store, new QueueChip(4, memory, 2048, store::modify));
      }
    };
  }

  /** Starts a change and goes on once it waits, or is done. */
  private static Thread begin(Runnable change) {
    Thread thread = Thread.ofPlatform().start(change);
    while (thread.getState() != State.TIMED_WAITING && thread.getState() != State.TERMINATED) {
      Thread.onSpinWait();
    }
    return thread;
  }

  private static List<String> order(Kind kind, Function<BusDomain.Interrupt, Runnable> change)
      throws InterruptedException {
    SlowBus bus = new SlowBus();
    Fixture fixture = fixture(kind, bus);
    VectorDomain vectors = new VectorDomain(2, Quotas.none("vectors"));
    BusDomain domain = new BusDomain(vectors, fixture.chip(), RID, Quotas.none("entries"), _ -> {});
    BusDomain.Interrupt interrupt = domain.allocate(0, Cookie.of(1, -1), new Target.Cpu(0));
    interrupt.mask(false);
    List<Thread> begun = new ArrayList<>();
    Runnable act = change.apply(interrupt);
    bus.meanwhile =
        () ->
            begun.add(
                begin(
                    () -> {
                      act.run();
                      bus.note("done");
                    }));

    fixture.store().fire(0);

    begun.getFirst().join();
    return bus.order();
  }

  @ParameterizedTest
  @EnumSource
  void aReleaseWaitsForTheMessageOnItsWay(Kind kind) throws Exception {
    assertThat(order(kind, interrupt -> interrupt::release)).containsExactly("arrived", "done");
  }

  @ParameterizedTest
  @EnumSource
  void afterMaskingNothingArrives(Kind kind) throws Exception {
    assertThat(order(kind, interrupt -> () -> interrupt.mask(true)))
        .containsExactly("arrived", "done");
  }

  @ParameterizedTest
  @EnumSource
  void aFormerVectorIsFreeWhenItsLastMessageArrived(Kind kind) throws Exception {
    assertThat(order(kind, interrupt -> () -> interrupt.retarget(new Target.Cpu(1))))
        .containsExactly("arrived", "done");
  }

  @Test
  void aRouteThatWasTakenAwayIsNotUsedAnyMore() throws Exception {
    SlowBus bus = new SlowBus();
    MsixTable table = new MsixTable(1, bus, RID);
    table.route(0, () -> bus.send(0, 0, 0, 0));
    List<Thread> begun = new ArrayList<>();
    bus.meanwhile =
        () ->
            begun.add(
                begin(
                    () -> {
                      table.route(0, null);
                      bus.note("done");
                    }));

    table.fire(0);

    begun.getFirst().join();
    assertThat(bus.order()).containsExactly("arrived", "done");
  }

  /** A page that a guest has mapped, with one entry that is masked or not. */
  private static MemorySegment page(boolean masked) {
    MemorySegment page = Arena.ofAuto().allocate(8192, 4096);
    page.set(ValueLayout.JAVA_LONG, 0, 0xFEE0_1000L);
    page.set(ValueLayout.JAVA_INT, 12, masked ? 1 : 0);
    return page;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatWaitedInMappedMemoryIsWaitedForToo(boolean byDoorbell) throws Exception {
    SlowBus bus = new SlowBus();
    ImsArray store = new ImsArray(Formats.OWNED, 1, bus, RID);
    MemorySegment page = page(true);
    store.back(page);
    store.fire(0);
    List<Thread> begun = new ArrayList<>();
    bus.meanwhile =
        () ->
            begun.add(
                begin(
                    () -> {
                      long _ = store.read(12, 4);
                      bus.note("done");
                    }));

    page.set(ValueLayout.JAVA_LONG, 0, 0xFEE0_1000L);
    if (byDoorbell) {
      page.set(ValueLayout.JAVA_INT, 12, 0);
      store.settleEntry(0);
    } else {
      store.write(12, 4, 0);
    }

    begun.getFirst().join();
    assertThat(bus.order()).containsExactly("arrived", "done");
  }

  /** The ways from a store to a unit: itself, with somebody who counts, and behind something. */
  enum Way {
    STRAIGHT,
    OBSERVED,
    BEHIND
  }

  @ParameterizedTest
  @EnumSource
  void afterMaskingNothingIsDeliveredThatTheUnitIsAbout(Way way) throws Exception {
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    List<Thread> begun = new ArrayList<>();
    Runnable[] meanwhile = {() -> {}};
    VtdRig rig = VtdRig.on();
    InterruptBus processors =
        (_, _, _) -> {
          Runnable now = meanwhile[0];
          meanwhile[0] = () -> {};
          now.run();
          order.add("arrived");
        };
    VtdUnit unit = new VtdUnit(VtdConfig.hardware(), rig.memory, processors);
    unit.write(VtdRegister.IRTA.offset(), 8, VtdRig.TABLE | VtdFields.EIME.mask());
    unit.write(VtdRegister.GCMD.offset(), 4, VtdFields.SIRTP.mask());
    unit.write(VtdRegister.GCMD.offset(), 4, VtdFields.IRE.mask());
    MessageSink sink =
        switch (way) {
          case STRAIGHT -> unit;
          case OBSERVED ->
              unit.observed((outcome, _) -> order.add(new Outcome(outcome).kind().name()));
          case BEHIND ->
              (address, data, requesterId, pasid) -> unit.send(address, data, requesterId, pasid);
        };
    ImsArray store = new ImsArray(Formats.OWNED, 1, sink, RID);
    RemapTable entries =
        new VtdEntries(
            unit::invalidate,
            rig.memory,
            VtdRig.TABLE,
            2,
            true,
            false,
            IsolationLevel.REQUESTER_ID);
    RemapDomain remap =
        new RemapDomain(
            entries, new VectorDomain(2, Quotas.none("vectors")), Quotas.none("remapping entries"));
    BusDomain domain =
        new BusDomain(
            remap, new ImsChip(Formats.OWNED, store, 1), RID, Quotas.none("entries"), _ -> {});
    BusDomain.Interrupt interrupt = domain.allocate(0, Cookie.of(1, 7), new Target.Cpu(0));
    interrupt.mask(false);
    assertThat(store.complete(0, 7)).isTrue();
    order.clear();
    meanwhile[0] =
        () ->
            begun.add(
                begin(
                    () -> {
                      interrupt.mask(true);
                      order.add("done");
                    }));

    assertThat(store.complete(0, 7)).isTrue();

    begun.getFirst().join();
    List<String> expected =
        way == Way.OBSERVED ? List.of("arrived", "REMAPPED", "done") : List.of("arrived", "done");
    assertThat(order).isEqualTo(expected);
    assertThat(store.complete(0, 7)).isTrue();
    assertThat(store.pending(0)).isTrue();
    assertThat(order).hasSize(expected.size());
  }

  @Test
  void aMessageOnItsWayDoesNotReachTheNextOwnerOfItsRemappingEntry() throws Exception {
    VtdRig rig = VtdRig.on();
    VectorDomain vectors = new VectorDomain(2, Quotas.none("vectors"));
    RemapTable entries =
        new VtdEntries(
            rig.unit::invalidate,
            rig.memory,
            VtdRig.TABLE,
            1,
            true,
            false,
            IsolationLevel.REQUESTER_ID);
    RemapDomain remap = new RemapDomain(entries, vectors, Quotas.none("remapping entries"));
    List<Thread> begun = new ArrayList<>();
    Runnable[] meanwhile = {() -> {}};
    ImsArray store =
        new ImsArray(
            Formats.OWNED,
            1,
            (address, data, requesterId, pasid) -> {
              meanwhile[0].run();
              rig.unit.send(address, data, requesterId, pasid);
            },
            RID);
    BusDomain domain =
        new BusDomain(
            remap, new ImsChip(Formats.OWNED, store, 1), RID, Quotas.none("entries"), _ -> {});
    BusDomain.Interrupt first = domain.allocate(Cookie.of(1, 7), new Target.Cpu(0));
    first.mask(false);
    meanwhile[0] =
        () ->
            begun.add(
                begin(
                    () -> {
                      first.release();
                      domain.allocate(Cookie.of(2, 8), new Target.Cpu(1));
                    }));

    store.fire(0);

    begun.getFirst().join();
    assertThat(rig.bus.seen).extracting(RecordingBus.Interrupt::destination).containsExactly(0);
  }
}
