package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.store.ImsArray;
import org.junit.jupiter.api.Test;

class ImsArrayTest {
  private static final int RID = 0x6A01;

  private final Recorder bus = new Recorder();
  private final ImsArray ims = new ImsArray(Formats.OWNED, 2048, bus, RID);

  private void program(int entry, long address, int data, int control) {
    ims.write(entry * 16L, 8, address);
    ims.write(entry * 16L + 8, 4, data);
    ims.write(entry * 16L + 12, 4, control);
  }

  @Test
  void entriesAreMaskedWithTheArchitecturalAddressAfterReset() {
    program(7, 0xFEE0_3000L, 0x33, 0x12345_008);
    ims.reset();
    assertThat(ims.read(7 * 16, 8)).isEqualTo(0xFEE0_0000L);
    assertThat(ims.read(7 * 16 + 8, 8)).isEqualTo(1L << 32);
  }

  @Test
  void anAddressOutsideTheInterruptRangeIsIgnored() {
    for (long bad : new long[] {0, 0x1_FEE0_0000L, 0xFED0_0000L, 0xFEF0_0000L, -1L}) {
      ims.write(0, 8, bad);
      assertThat(ims.read(0, 8)).isEqualTo(0xFEE0_0000L);
    }
    ims.write(4, 4, 1);
    ims.write(0, 4, 0xFEE1_2347L);
    assertThat(ims.read(0, 8)).isEqualTo(0xFEE1_2344L);
  }

  @Test
  void aMaskedEntrySendsOnceWhenUnmasked() {
    program(0, 0xFEE0_1000L, 0x40, 1);
    ims.fire(0);
    assertThat(ims.complete(0, MessageStore.NO_PASID)).isTrue();
    assertThat(ims.read(12, 4)).isEqualTo(3);
    ims.write(12, 4, 3);
    assertThat(bus.sent).isEmpty();
    ims.write(12, 4, 0);
    assertThat(bus.sent)
        .containsExactly(new Recorder.Sent(0xFEE0_1000L, 0x40, RID, MessageStore.NO_PASID));
    assertThat(ims.read(12, 4)).isZero();
  }

  @Test
  void pendingCannotBeWritten() {
    program(0, 0xFEE0_1000L, 0x40, 3);
    assertThat(ims.read(12, 4)).isEqualTo(1);
    ims.write(12, 4, 0);
    assertThat(bus.sent).isEmpty();
  }

  @Test
  void ignoreStopsCompletionsOnly() {
    program(0, 0xFEE0_1000L, 0x40, 1);
    assertThat(ims.complete(0, MessageStore.NO_PASID)).isTrue();
    ims.write(12, 4, 5);
    assertThat(ims.complete(0, MessageStore.NO_PASID)).isFalse();
    ims.write(12, 4, 4);
    assertThat(bus.sent).as("what was pending before is still delivered").hasSize(1);
    assertThat(ims.complete(0, MessageStore.NO_PASID)).isFalse();
    assertThat(bus.sent).hasSize(1);
    ims.fire(0);
    assertThat(bus.sent).hasSize(2);
  }

  @Test
  void anEntryAdmitsItsOwnPasidOnly() {
    program(0, 0xFEE0_1000L, 0x40, 0xABCDE_008);
    program(1, 0xFEE0_1000L, 0x40, 0xABCDE_000);
    program(2, 0xFEE0_1000L, 0x40, 0x00000_008);
    assertThat(ims.admits(0, 0xABCDE)).isTrue();
    assertThat(ims.admits(0, 0xABCDF)).isFalse();
    assertThat(ims.admits(0, MessageStore.NO_PASID)).isFalse();
    assertThat(ims.admits(1, 0xABCDE)).isFalse();
    assertThat(ims.admits(1, MessageStore.NO_PASID)).isTrue();
    assertThat(ims.admits(2, 0)).isTrue();
    assertThat(ims.admits(2048, 0)).isFalse();
    assertThat(ims.admits(-1, MessageStore.NO_PASID)).isFalse();
  }

  @Test
  void completingAndAskingAgree() {
    int[] pasids = {MessageStore.NO_PASID, 0, 1, 0xFFFFF, Integer.MIN_VALUE, Integer.MAX_VALUE};
    for (int owner : new int[] {0x000, 0xABCDE_000, 0x008, 0x1_008, 0xFFFFF_008}) {
      program(5, 0xFEE0_1000L, 0x40, owner);
      for (int pasid : pasids) {
        for (int entry : new int[] {5, -1, 2048}) {
          bus.sent.clear();
          boolean admitted = ims.admits(entry, pasid);
          assertThat(ims.complete(entry, pasid)).isEqualTo(admitted);
          assertThat(bus.sent).hasSize(admitted ? 1 : 0);
        }
      }
    }
  }

  @Test
  void onlyAnArrayMadeForItTagsItsMessages() {
    ImsArray tagged = new ImsArray(Formats.OWNED, 1, bus, RID, true);
    tagged.write(0, 8, 0xFEE0_1000L);
    tagged.write(8, 8, (0x12345_008L << 32) | 0x40);
    tagged.fire(0);
    assertThat(bus.sent).containsExactly(new Recorder.Sent(0xFEE0_1000L, 0x40, RID, 0x12345));
  }
}
