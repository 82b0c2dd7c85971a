package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.interrupts.store.MsixTable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MsixTableTest {
  private static final int RID = 0x0310;

  private final Recorder bus = new Recorder();
  private final MsixTable table = new MsixTable(9, bus, RID);

  private void program(int vector, long address, int data) {
    table.write(vector * 16L, 4, address);
    table.write(vector * 16L + 4, 4, address >>> 32);
    table.write(vector * 16L + 8, 4, data);
    table.write(vector * 16L + 12, 4, 0);
  }

  @Test
  void entriesAreMaskedAndZeroAfterReset() {
    program(3, 0xFEE0_1000L, 0x41);
    table.control(true, false);
    table.write(5 * 16 + 12, 4, 1);
    table.fire(5);

    table.reset();

    for (int i = 0; i < 9; i++) {
      assertThat(table.read(i * 16L, 8)).isZero();
      assertThat(table.read(i * 16L + 8, 8)).isEqualTo(1L << 32);
      assertThat(table.pending(i)).isFalse();
    }
  }

  @Test
  void anUnmaskedVectorSendsItsMessage() {
    program(2, 0x1_FEE0_1000L, 0x41);
    table.control(true, false);

    table.fire(2);

    assertThat(bus.sent)
        .containsExactly(new Recorder.Sent(0x1_FEE0_1000L, 0x41, RID, MessageStore.NO_PASID));
  }

  @Test
  void aMaskedVectorBecomesPendingAndSendsOnceWhenUnmasked() {
    program(2, 0xFEE0_1000L, 0x41);
    table.control(true, false);
    table.write(2 * 16 + 12, 4, 1);

    table.fire(2);
    table.fire(2);
    assertThat(bus.sent).isEmpty();
    assertThat(table.readPending(0, 8)).isEqualTo(4);

    table.write(2 * 16 + 12, 4, 0);
    assertThat(bus.sent).hasSize(1);
    assertThat(table.readPending(0, 8)).isZero();
  }

  @Test
  void theFunctionMaskHoldsEveryVectorBack() {
    program(0, 0xFEE0_1000L, 0x40);
    program(1, 0xFEE0_1000L, 0x41);
    table.control(true, true);

    table.fire(0);
    table.fire(1);
    assertThat(bus.sent).isEmpty();

    table.control(true, false);
    assertThat(bus.sent).extracting(Recorder.Sent::data).containsExactly(0x40, 0x41);
  }

  @Test
  void aPairBecomesLiveAsAWhole() {
    program(0, 0xFEE0_1000L, 0x40);
    table.control(true, false);

    table.write(0, 8, 0xFEE0_2000L);
    table.fire(0);
    table.write(8, 4, 0x50);
    table.fire(0);

    assertThat(bus.sent)
        .extracting(Recorder.Sent::address, Recorder.Sent::data)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(0xFEE0_1000L, 0x40),
            org.assertj.core.groups.Tuple.tuple(0xFEE0_2000L, 0x50));
  }

  @Test
  void aRoutedVectorGoesItsRouteWhateverTheTableSays() {
    AtomicInteger eventfd = new AtomicInteger();
    table.route(1, eventfd::incrementAndGet);
    table.fire(1);
    assertThat(eventfd).hasValue(1);

    table.route(1, null);
    table.fire(1);
    table.fire(1);
    assertThat(eventfd).hasValue(1);
    assertThat(table.readPending(0, 1)).isEqualTo(2);

    table.route(1, eventfd::incrementAndGet);
    assertThat(eventfd).hasValue(2);
    assertThat(table.readPending(0, 1)).isZero();
    assertThat(bus.sent).isEmpty();
  }

  @Test
  void registersCanBeReadAndWrittenInEveryWidth() {
    table.write(16, 8, 0x1122_3344_5566_7788L);
    assertThat(table.read(16, 8)).isEqualTo(0x1122_3344_5566_7788L);
    assertThat(table.read(20, 4)).isEqualTo(0x1122_3344L);
    assertThat(table.read(18, 2)).isEqualTo(0x5566);
    assertThat(table.read(19, 1)).isEqualTo(0x55);
    table.write(25, 1, 0xAB);
    assertThat(table.read(24, 4)).isEqualTo(0xAB00);
    table.write(24, 8, 0xFFFF_FFFE_8765_4321L);
    assertThat(table.read(24, 8)).isEqualTo(0x8765_4321L);
  }

  @Test
  void accessesOutsideTheWindowAnswerWithOnesAndChangeNothing() {
    for (long offset : new long[] {-1, -16, 9 * 16, Long.MAX_VALUE - 7, Long.MIN_VALUE, 3, 10}) {
      table.write(offset, 8, 0x1234);
      assertThat(table.read(offset, 4)).isEqualTo(0xFFFF_FFFFL);
      assertThat(table.readPending(offset, 8)).isZero();
    }
    assertThat(table.read(0, 3)).isEqualTo(0xFF_FFFFL);
    assertThat(table.read(0, 0)).isEqualTo(0xFF);
    table.fire(-1);
    table.fire(9);
    assertThat(table.admits(9, 0)).isFalse();
    assertThat(bus.sent).isEmpty();
  }

  @Test
  void aTableHasAtMost2048Entries() {
    assertThatThrownBy(() -> new MsixTable(2049, bus, RID))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2048");
  }
}
