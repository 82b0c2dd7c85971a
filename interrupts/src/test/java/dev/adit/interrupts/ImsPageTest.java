package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.store.ImsArray;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Entries in memory that a guest changes without anybody being told. */
class ImsPageTest {
  private static final int RID = 0x6A01;
  private static final long TO = 0xFEE0_1000L;

  private final Recorder bus = new Recorder();
  private final MemorySegment page = Arena.ofAuto().allocate(8192, 4096);
  private final ImsArray ims = new ImsArray(Formats.OWNED, 256, bus, RID);

  private void program(int entry, long address, int data, int control) {
    page.set(ValueLayout.JAVA_LONG, entry * 16L, address);
    page.set(ValueLayout.JAVA_INT, entry * 16L + 8, data);
    page.set(ValueLayout.JAVA_INT, entry * 16L + 12, control);
  }

  private byte pending(int entry) {
    return page.get(ValueLayout.JAVA_BYTE, 4096L + entry);
  }

  @Test
  void whatTheGuestWritesInMemoryIsWhatIsSent() {
    ims.back(page);
    program(255, TO, 0x40, 0);
    assertThat(ims.complete(255, MessageStore.NO_PASID)).isTrue();
    assertThat(ims.complete(255, 7)).isFalse();
    assertThat(bus.sent).containsExactly(new Recorder.Sent(TO, 0x40, RID, MessageStore.NO_PASID));
  }

  @Test
  void backedEntriesAreMaskedAtFirst() {
    ims.back(page);
    ims.fire(0);
    assertThat(bus.sent).isEmpty();
    assertThat(pending(0)).isEqualTo((byte) 1);
  }

  @Test
  void whatWaitsIsSentOnceByTheDoorbellAndOnlyUnmasked() {
    ims.back(page);
    program(3, TO, 0x40, 1);
    ims.fire(3);
    ims.fire(3);
    ims.settleEntry(3);
    assertThat(bus.sent).isEmpty();
    program(3, TO, 0x40, 0);
    ims.settleEntry(3);
    ims.settleEntry(3);
    assertThat(bus.sent).hasSize(1);
    assertThat(pending(3)).isZero();
  }

  @Test
  void aPendingByteThatTheGuestForgesSendsNothing() {
    ims.back(page);
    program(3, TO, 0x40, 0);
    page.set(ValueLayout.JAVA_BYTE, 4096 + 3, (byte) 1);
    ims.settleEntry(3);
    assertThat(bus.sent).isEmpty();
  }

  @Test
  void anAddressOutsideTheInterruptRangeIsNotSent() {
    ims.back(page);
    for (long bad : new long[] {0, 0x1_FEE0_0000L, 0xFED0_0000L, -1L}) {
      program(0, bad, 1, 0);
      ims.fire(0);
    }
    assertThat(bus.sent).isEmpty();
  }

  @Test
  void aResetForgetsWhatWaits() {
    ims.back(page);
    ims.fire(0);
    ims.reset();
    program(0, TO, 1, 0);
    ims.settleEntry(0);
    assertThat(bus.sent).isEmpty();
    assertThat(pending(0)).isZero();
  }

  @Test
  void entriesThatDoNotExistAreIgnored() {
    ims.back(page);
    ims.settleEntry(-1);
    ims.settleEntry(256);
    ims.fire(256);
    assertThat(bus.sent).isEmpty();
  }

  @Test
  void noInterruptIsLostBetweenUnmaskingInMemoryAndFiring() throws InterruptedException {
    AtomicInteger sent = new AtomicInteger();
    ImsArray raced =
        new ImsArray(Formats.OWNED, 1, (to, data, rid, pasid) -> sent.incrementAndGet(), RID);
    raced.back(page);
    program(0, TO, 1, 0);
    int rounds = 20_000;
    for (int round = 0; round < rounds; round++) {
      ValueLayout.JAVA_INT.varHandle().setVolatile(page, 12L, 1);
      int before = sent.get();
      Thread device = Thread.ofPlatform().unstarted(() -> raced.fire(0));
      if (round % 100 == 0) {
        device.start();
      } else {
        raced.fire(0);
      }
      // What a driver does: open first, then look whether something waits.
      ValueLayout.JAVA_INT.varHandle().setVolatile(page, 12L, 0);
      if ((byte) ValueLayout.JAVA_BYTE.varHandle().getVolatile(page, 4096L) != 0) {
        raced.settleEntry(0);
      }
      device.join();
      assertThat(sent.get() - before).as("round %d", round).isEqualTo(1);
    }
  }
}
