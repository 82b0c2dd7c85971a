package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.RecordingBus.Interrupt;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.remap.Outcome.Kind;
import dev.adit.interrupts.spec.AmdDeviceEntry;
import dev.adit.interrupts.spec.AmdEvent;
import dev.adit.interrupts.spec.AmdIrte;
import dev.adit.interrupts.spec.AmdRegister;
import dev.adit.interrupts.spec.Attributes;
import dev.adit.interrupts.spec.CompatibilityMessage;
import dev.adit.interrupts.spec.FaultReason;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmdUnitTest {
  private static final long BASE = AmdRig.BASE;
  private static final long SIZE = AmdRig.SIZE;
  private static final long MY_TABLE = BASE + 0x4_0000;
  private static final long OTHER_TABLE = BASE + 0x5_0000;
  private static final int RID = 0x0008;
  private static final int OTHER = 0x0010;

  private static AmdRig rig(boolean longEntries, boolean extended) {
    return new AmdRig(longEntries, extended);
  }

  @Test
  void eachFunctionHasATableOfItsOwn() {
    AmdRig rig = rig(true, true);
    rig.device(RID, AmdDeviceEntry.remap(MY_TABLE, 5));
    rig.device(OTHER, AmdDeviceEntry.remap(OTHER_TABLE, 5));
    rig.put(MY_TABLE, 3, AmdIrte.remapped(0x0102_0304, 0x41, false, false));
    rig.put(OTHER_TABLE, 3, AmdIrte.remapped(7, 0x42, true, true));

    assertThat(rig.send(RID, 3).kind()).isEqualTo(Kind.REMAPPED);
    assertThat(rig.send(OTHER, 3).kind()).isEqualTo(Kind.REMAPPED);

    int lowest = Attributes.of(Attributes.LOWEST_PRIORITY, true, false, false);
    assertThat(rig.bus.take())
        .containsExactly(new Interrupt(0x0102_0304, 0x41, 0, 0), new Interrupt(7, 0x42, lowest, 0));
    assertThat(rig.unit.isolation(RID, 3)).isEqualTo(IsolationLevel.REQUESTER_ID);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 30, 31})
  void shortEntriesOfThirtyTwoBitsLieSideBySide(int index) {
    AmdRig rig = rig(false, false);
    rig.device(RID, AmdDeviceEntry.remap(MY_TABLE, 5));
    int entry = AmdIrte.remapped(0x21, 0x40 + index, false, false).to32();
    assertThat(entry).isEqualTo(1 | (0x21 << 8) | ((0x40 + index) << 16));
    rig.memory.setInt(MY_TABLE + index * 4L, entry);

    assertThat(rig.send(RID, index).kind()).isEqualTo(Kind.REMAPPED);
    assertThat(rig.bus.take()).containsExactly(new Interrupt(0x21, 0x40 + index, 0, 0));
    rig.memory.setInt(MY_TABLE + index * 4L, entry | 1 << 24);
    rig.invalidate(RID, 0, 1);
    assertThat(rig.send(RID, index).reason()).contains(FaultReason.AMD_BLOCKED);
  }

  @Test
  void theControlAbortsPassesOrIsRefused() {
    AmdRig rig = rig(true, false);
    AmdDeviceEntry entry = AmdDeviceEntry.remap(MY_TABLE, 5);
    CompatibilityMessage message = CompatibilityMessage.fixed(3, 0x55);

    rig.device(RID, entry.withControl(AmdDeviceEntry.ABORT));
    assertThat(rig.send(RID, 0).reason()).contains(FaultReason.AMD_BLOCKED);
    rig.device(RID, entry.withControl(AmdDeviceEntry.PASS));
    Outcome passed = new Outcome(rig.unit.remap(message.address(), message.data(), RID, -1));
    assertThat(passed.kind()).isEqualTo(Kind.COMPATIBILITY);
    assertThat(rig.unit.isolation(RID, 0)).isEqualTo(IsolationLevel.NONE);
    rig.device(RID, entry.withControl(3));
    assertThat(rig.send(RID, 0).reason()).contains(FaultReason.AMD_DEVICE_ENTRY);
    rig.device(RID, new AmdDeviceEntry(0));
    assertThat(rig.send(RID, 0).kind()).isEqualTo(Kind.COMPATIBILITY);
  }

  @ParameterizedTest
  @CsvSource({"0", "5", "9", "11"})
  void theIndexOfTheTableSizeIsBlockedAndOneLessIsNot(int length) {
    AmdRig rig = rig(true, false);
    rig.device(RID, AmdDeviceEntry.remap(MY_TABLE, length));
    int last = (1 << length) - 1;
    rig.put(MY_TABLE, last, AmdIrte.remapped(1, 0x40, false, false));
    assertThat(rig.send(RID, last).kind()).isEqualTo(Kind.REMAPPED);
    if (length < 11) {
      assertThat(rig.send(RID, last + 1).reason()).contains(FaultReason.AMD_BLOCKED);
    }
  }

  @Test
  void aTableLengthBeyondTheMaximumIsRefused() {
    AmdRig rig = rig(true, false);
    rig.device(RID, AmdDeviceEntry.remap(MY_TABLE, 12));
    assertThat(rig.send(RID, 0).reason()).contains(FaultReason.AMD_DEVICE_ENTRY);
  }

  @ParameterizedTest
  @CsvSource({"4, 58", "5, 56", "7, 57"})
  void specialInterruptsNeedTheirPassBit(int mode, int bit) {
    AmdRig rig = rig(true, false);
    AmdDeviceEntry entry = AmdDeviceEntry.remap(MY_TABLE, 5);
    rig.device(RID, entry);
    long address = 0xFEE0_0000L;
    assertThat(new Outcome(rig.unit.remap(address, mode << 8, RID, -1)).reason())
        .contains(FaultReason.AMD_BLOCKED);
    rig.device(RID, new AmdDeviceEntry(entry.word() | 1L << bit));
    assertThat(new Outcome(rig.unit.remap(address, mode << 8, RID, -1)).kind())
        .isEqualTo(Kind.COMPATIBILITY);
  }

  @Test
  void tablesOutsideMemoryAreEvents() {
    AmdRig rig = rig(true, false);
    rig.device(RID, AmdDeviceEntry.remap(BASE + SIZE, 5));
    assertThat(rig.send(RID, 1).reason()).contains(FaultReason.AMD_TABLE_ACCESS);
    assertThat(rig.send(0x100, 1).reason()).contains(FaultReason.AMD_DEVICE_ENTRY);
    rig.write(AmdRegister.DEVICE_TABLE, 511);
    assertThat(rig.send(RID, 1).reason()).contains(FaultReason.AMD_DEVICE_TABLE_ACCESS);
    assertThat(rig.takeEvents()).extracting(AmdEvent::code).containsExactly(4, 1, 3);
  }

  @Test
  void anEntryCanSuppressItsEventsAndSoCanTheDevice() {
    AmdRig rig = rig(true, false);
    rig.device(RID, AmdDeviceEntry.remap(MY_TABLE, 5));
    rig.put(MY_TABLE, 1, new AmdIrte(0, 0).withSuppressed());
    assertThat(rig.send(RID, 1).suppressed()).isTrue();
    assertThat(rig.send(RID, 2).suppressed()).isFalse();
    rig.device(RID, new AmdDeviceEntry(AmdDeviceEntry.remap(MY_TABLE, 5).word() | 1 << 5));
    assertThat(rig.send(RID, 2).suppressed()).isTrue();
    assertThat(rig.takeEvents()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7, 16, 32, 63, 72, 119, 120})
  void whatAnEntryMustNotHoldBlocksIt(int bit) {
    AmdRig rig = rig(true, false);
    rig.device(RID, AmdDeviceEntry.remap(MY_TABLE, 5));
    AmdIrte sound = AmdIrte.remapped(1, 0x40, false, false);
    AmdIrte bad =
        bit < 64
            ? new AmdIrte(sound.lo() | 1L << bit, sound.hi())
            : new AmdIrte(sound.lo(), sound.hi() | 1L << bit);
    rig.put(MY_TABLE, 1, bad);
    // Bit 2 makes the type arbitrated, which is sound.
    assertThat(rig.send(RID, 1).kind()).isEqualTo(bit == 2 ? Kind.REMAPPED : Kind.FAULT);
    onlyEvent(rig, bit == 2 ? null : FaultReason.AMD_BLOCKED);
  }

  /** What is wrong is recorded once, with its sender, and nothing else happens. */
  private static void onlyEvent(AmdRig rig, @Nullable FaultReason reason) {
    assertThat(rig.bus.take()).hasSize(reason == null ? 1 : 0);
    List<AmdEvent> events = rig.takeEvents();
    assertThat(events).hasSize(reason == null ? 0 : 1);
    if (reason != null) {
      assertThat(events.getFirst().code()).isEqualTo(reason.code() & 0xF);
      assertThat(events.getFirst().requesterId()).isEqualTo(RID);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {51, 52, 53, 54, 55, 59})
  void aReservedBitOfADeviceTableEntryIsAnEvent(int bit) {
    AmdRig rig = rig(true, true);
    rig.put(MY_TABLE, 1, AmdIrte.remapped(1, 0x40, false, false));
    rig.device(RID, new AmdDeviceEntry(AmdDeviceEntry.remap(MY_TABLE, 5).word() | 1L << bit));
    assertThat(rig.send(RID, 1).reason()).contains(FaultReason.AMD_DEVICE_ENTRY);
    onlyEvent(rig, FaultReason.AMD_DEVICE_ENTRY);
  }

  @Test
  void randomTablesAndMessagesNeverThrow() {
    var random = new SplittableRandom(Seeds.of(AmdUnitTest.class));
    AmdRig[] rigs = {rig(false, false), rig(true, false), rig(true, true)};
    for (int i = 0; i < 200_000; i++) {
      AmdRig rig = rigs[random.nextInt(3)];
      rig.memory.setLong(BASE + random.nextInt((int) SIZE / 8) * 8L, random.nextLong());
      int device = random.nextInt(256);
      rig.memory.setLong(BASE + device * 32L + 16, random.nextLong());
      rig.unit.invalidate(device, 0, 1);
      int sender = random.nextBoolean() ? device : random.nextInt(300);
      long address = 0xFEE0_0000L | random.nextInt(1 << 20);
      Outcome outcome = new Outcome(rig.unit.remap(address, random.nextInt(), sender, -1));
      assertThat(rig.bus.take()).hasSize(outcome.arrived() ? 1 : 0);
    }
  }
}
