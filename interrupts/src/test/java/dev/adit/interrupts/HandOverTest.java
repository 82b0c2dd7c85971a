package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.domain.Quotas;
import dev.adit.interrupts.domain.VectorDomain;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.ImsChip;
import dev.adit.interrupts.store.QueueChip;
import dev.adit.interrupts.store.QueueStore;
import dev.adit.interrupts.store.StoreChip;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An entry passes from one owner to the next: the next one gets nothing of what the last one did.
 */
class HandOverTest {
  private static final int RID = 0x6A01;
  private static final int FIRST = 7;
  private static final int NEXT = 8;

  enum Kind {
    DEVICE_MEMORY,
    QUEUE_MEMORY
  }

  /** A store with one entry, and its interrupts. */
  private static final class Fixture {
    final Recorder bus = new Recorder();
    final MessageStore store;
    final BusDomain domain;
    // What happens beside each access that the driver makes, by its number.
    int accesses;
    int disturbed = -1;

    Fixture(Kind kind) {
      StoreChip chip;
      if (kind == Kind.DEVICE_MEMORY) {
        ImsArray ims = new ImsArray(Formats.OWNED, 1, bus, RID);
        store = ims;
        chip = new ImsChip(Formats.OWNED, disturbed(ims), 1);
      } else {
        GuestMemory memory = GuestMemory.of(0, Arena.ofAuto().allocate(4096, 8));
        QueueStore contexts = new QueueStore(1, memory, 0, bus, RID);
        store = contexts;
        chip =
            new QueueChip(
                1,
                memory,
                2048,
                (queue, mailbox) -> {
                  disturb();
                  return contexts.modify(queue, mailbox);
                });
      }
      VectorDomain vectors = new VectorDomain(4, Quotas.none("vectors"));
      domain = new BusDomain(vectors, chip, RID, Quotas.none("entries"), _ -> {});
    }

    private RegisterWindow disturbed(RegisterWindow window) {
      return new RegisterWindow() {
        @Override
        public long read(long offset, int width) {
          disturb();
          return window.read(offset, width);
        }

        @Override
        public void write(long offset, int width, long value) {
          disturb();
          window.write(offset, width, value);
        }
      };
    }

    /** The device is through with work of the first owner. */
    private void disturb() {
      if (accesses++ == disturbed) {
        boolean _ = store.complete(0, FIRST);
      }
    }

    BusDomain.Interrupt allocate(int vm, int pasid, int cpu) {
      return domain.allocate(0, Cookie.of(vm, pasid), new Target.Cpu(cpu));
    }

    /** How often an interrupt's message was sent. */
    long sent(BusDomain.Interrupt interrupt) {
      Message message = interrupt.message();
      return List.copyOf(bus.sent).stream()
          .filter(s -> s.address() == message.address() && s.data() == message.data())
          .count();
    }
  }

  @ParameterizedTest
  @EnumSource
  void workThatWasAdmittedBeforeDoesNotReachTheNextOwner(Kind kind) {
    Fixture f = new Fixture(kind);
    BusDomain.Interrupt first = f.allocate(1, FIRST, 0);
    first.mask(false);
    assertThat(f.store.admits(0, FIRST)).isTrue();
    first.release();
    BusDomain.Interrupt next = f.allocate(2, NEXT, 1);
    assertThat(f.store.complete(0, FIRST)).isFalse();
    next.mask(false);
    assertThat(f.store.complete(0, FIRST)).isFalse();
    assertThat(f.sent(next)).isZero();
    assertThat(f.store.complete(0, NEXT)).isTrue();
    assertThat(f.sent(next)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void anEntryThatFiredWhileNobodyHadItIsNotPendingForTheNextOwner(Kind kind) {
    Fixture f = new Fixture(kind);
    f.allocate(1, MessageStore.NO_PASID, 0).release();
    f.store.fire(0);
    BusDomain.Interrupt next = f.allocate(2, MessageStore.NO_PASID, 1);
    next.mask(false);
    assertThat(f.sent(next)).isZero();
    f.store.fire(0);
    assertThat(f.sent(next)).isEqualTo(1);
  }

  static List<Integer> accesses() {
    return IntStream.range(0, 16).boxed().toList();
  }

  @ParameterizedTest
  @MethodSource("accesses")
  void workThatEndsInTheMiddleOfAReleaseIsNotPendingForTheNextOwner(int access) {
    for (Kind kind : Kind.values()) {
      for (boolean masked : new boolean[] {false, true}) {
        Fixture f = new Fixture(kind);
        BusDomain.Interrupt first = f.allocate(1, FIRST, 0);
        first.mask(masked);
        f.accesses = 0;
        f.disturbed = access;
        first.release();
        BusDomain.Interrupt next = f.allocate(2, NEXT, 1);
        next.mask(false);
        assertThat(f.sent(next)).as("%s, masked %s", kind, masked).isZero();
        assertThat(f.bus.sent).as("nothing but its own").hasSize((int) f.sent(first));
      }
    }
  }

  @Test
  void aReleaseThatNobodyDisturbsSendsNothingButWhatWasPending() {
    for (Kind kind : Kind.values()) {
      Fixture f = new Fixture(kind);
      BusDomain.Interrupt first = f.allocate(1, FIRST, 0);
      assertThat(f.store.complete(0, FIRST)).isTrue();
      first.release();
      f.allocate(2, NEXT, 1).mask(false);
      assertThat(f.bus.sent).as("%s", kind).hasSize(1);
      assertThat(f.sent(first)).isEqualTo(1);
    }
  }
}
