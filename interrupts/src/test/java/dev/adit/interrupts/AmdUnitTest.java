package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.Outcome.Kind;
import dev.adit.interrupts.RecordingBus.Interrupt;
import dev.adit.interrupts.spec.AmdDeviceEntry;
import dev.adit.interrupts.spec.AmdIrte;
import dev.adit.interrupts.spec.AmdMessage;
import dev.adit.interrupts.spec.Attributes;
import dev.adit.interrupts.spec.CompatibilityMessage;
import dev.adit.interrupts.spec.FaultReason;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmdUnitTest {
  private static final long BASE = 0x10_0000;
  private static final long SIZE = 0x8_0000;
  private static final long MY_TABLE = BASE + 0x4_0000;
  private static final long OTHER_TABLE = BASE + 0x5_0000;
  private static final int RID = 0x0008;
  private static final int OTHER = 0x0010;

  private final GuestMemory memory = GuestMemory.of(BASE, Arena.ofAuto().allocate(SIZE, 4096));
  private final RecordingBus bus = new RecordingBus();

  private AmdUnit unit(boolean longEntries, boolean extended) {
    AmdUnit unit = new AmdUnit(new AmdConfig(longEntries, extended), memory, bus);
    unit.enable(BASE, 256);
    return unit;
  }

  private void device(int requesterId, AmdDeviceEntry entry) {
    memory.setLong(BASE + requesterId * 32L + 16, entry.word());
  }

  private void put(long table, int index, AmdIrte irte) {
    memory.setLong(table + index * 16L, irte.lo());
    memory.setLong(table + index * 16L + 8, irte.hi());
  }

  private static Outcome send(AmdUnit unit, int requesterId, int index) {
    AmdMessage message = AmdMessage.of(index);
    return new Outcome(unit.remap(message.address(), message.data(), requesterId, -1));
  }

  @Test
  void eachFunctionHasATableOfItsOwn() {
    AmdUnit unit = unit(true, true);
    device(RID, AmdDeviceEntry.remap(MY_TABLE, 5));
    device(OTHER, AmdDeviceEntry.remap(OTHER_TABLE, 5));
    put(MY_TABLE, 3, AmdIrte.remapped(0x0102_0304, 0x41, false, false));
    put(OTHER_TABLE, 3, AmdIrte.remapped(7, 0x42, true, true));

    assertThat(send(unit, RID, 3).kind()).isEqualTo(Kind.REMAPPED);
    assertThat(send(unit, OTHER, 3).kind()).isEqualTo(Kind.REMAPPED);

    int lowest = Attributes.of(Attributes.LOWEST_PRIORITY, true, false, false);
    assertThat(bus.take())
        .containsExactly(new Interrupt(0x0102_0304, 0x41, 0, 0), new Interrupt(7, 0x42, lowest, 0));
    assertThat(unit.isolation(RID, 3)).isEqualTo(IsolationLevel.REQUESTER_ID);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 30, 31})
  void shortEntriesOfThirtyTwoBitsLieSideBySide(int index) {
    AmdUnit unit = unit(false, false);
    device(RID, AmdDeviceEntry.remap(MY_TABLE, 5));
    int entry = AmdIrte.remapped(0x21, 0x40 + index, false, false).to32();
    assertThat(entry).isEqualTo(1 | (0x21 << 8) | ((0x40 + index) << 16));
    memory.setInt(MY_TABLE + index * 4L, entry);

    assertThat(send(unit, RID, index).kind()).isEqualTo(Kind.REMAPPED);
    assertThat(bus.take()).containsExactly(new Interrupt(0x21, 0x40 + index, 0, 0));
    memory.setInt(MY_TABLE + index * 4L, entry | 1 << 24);
    assertThat(send(unit, RID, index).reason()).contains(FaultReason.AMD_BLOCKED);
  }

  @Test
  void theControlAbortsPassesOrIsRefused() {
    AmdUnit unit = unit(true, false);
    AmdDeviceEntry entry = AmdDeviceEntry.remap(MY_TABLE, 5);
    CompatibilityMessage message = CompatibilityMessage.fixed(3, 0x55);

    device(RID, entry.withControl(AmdDeviceEntry.ABORT));
    assertThat(send(unit, RID, 0).reason()).contains(FaultReason.AMD_BLOCKED);
    device(RID, entry.withControl(AmdDeviceEntry.PASS));
    Outcome passed = new Outcome(unit.remap(message.address(), message.data(), RID, -1));
    assertThat(passed.kind()).isEqualTo(Kind.COMPATIBILITY);
    assertThat(unit.isolation(RID, 0)).isEqualTo(IsolationLevel.NONE);
    device(RID, entry.withControl(3));
    assertThat(send(unit, RID, 0).reason()).contains(FaultReason.AMD_DEVICE_ENTRY);
    device(RID, new AmdDeviceEntry(0));
    assertThat(send(unit, RID, 0).kind()).isEqualTo(Kind.COMPATIBILITY);
  }

  @ParameterizedTest
  @CsvSource({"0", "5", "9", "11"})
  void theIndexOfTheTableSizeIsBlockedAndOneLessIsNot(int length) {
    AmdUnit unit = unit(true, false);
    device(RID, AmdDeviceEntry.remap(MY_TABLE, length));
    int last = (1 << length) - 1;
    put(MY_TABLE, last, AmdIrte.remapped(1, 0x40, false, false));
    assertThat(send(unit, RID, last).kind()).isEqualTo(Kind.REMAPPED);
    if (length < 11) {
      assertThat(send(unit, RID, last + 1).reason()).contains(FaultReason.AMD_BLOCKED);
    }
  }

  @Test
  void aTableLengthBeyondTheMaximumIsRefused() {
    AmdUnit unit = unit(true, false);
    device(RID, AmdDeviceEntry.remap(MY_TABLE, 12));
    assertThat(send(unit, RID, 0).reason()).contains(FaultReason.AMD_DEVICE_ENTRY);
  }

  @ParameterizedTest
  @CsvSource({"4, 58", "5, 56", "7, 57"})
  void specialInterruptsNeedTheirPassBit(int mode, int bit) {
    AmdUnit unit = unit(true, false);
    AmdDeviceEntry entry = AmdDeviceEntry.remap(MY_TABLE, 5);
    device(RID, entry);
    long address = 0xFEE0_0000L;
    assertThat(new Outcome(unit.remap(address, mode << 8, RID, -1)).reason())
        .contains(FaultReason.AMD_BLOCKED);
    device(RID, new AmdDeviceEntry(entry.word() | 1L << bit));
    assertThat(new Outcome(unit.remap(address, mode << 8, RID, -1)).kind())
        .isEqualTo(Kind.COMPATIBILITY);
  }

  @Test
  void tablesOutsideMemoryAreEvents() {
    AmdUnit unit = unit(true, false);
    device(RID, AmdDeviceEntry.remap(BASE + SIZE, 5));
    assertThat(send(unit, RID, 1).reason()).contains(FaultReason.AMD_TABLE_ACCESS);
    assertThat(send(unit, 0x100, 1).reason()).contains(FaultReason.AMD_DEVICE_ENTRY);
    unit.enable(0, 1 << 16);
    assertThat(send(unit, RID, 1).reason()).contains(FaultReason.AMD_DEVICE_TABLE_ACCESS);
    assertThat(unit.takeEvents())
        .extracting(AmdUnit.Event::reason)
        .containsExactly(
            FaultReason.AMD_TABLE_ACCESS,
            FaultReason.AMD_DEVICE_ENTRY,
            FaultReason.AMD_DEVICE_TABLE_ACCESS);
  }

  @Test
  void anEntryCanSuppressItsEventsAndSoCanTheDevice() {
    AmdUnit unit = unit(true, false);
    device(RID, AmdDeviceEntry.remap(MY_TABLE, 5));
    put(MY_TABLE, 1, new AmdIrte(0, 0).withSuppressed());
    assertThat(send(unit, RID, 1).suppressed()).isTrue();
    assertThat(send(unit, RID, 2).suppressed()).isFalse();
    device(RID, new AmdDeviceEntry(AmdDeviceEntry.remap(MY_TABLE, 5).word() | 1 << 5));
    assertThat(send(unit, RID, 2).suppressed()).isTrue();
    assertThat(unit.takeEvents()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7, 16, 32, 63, 72, 119, 120})
  void whatAnEntryMustNotHoldBlocksIt(int bit) {
    AmdUnit unit = unit(true, false);
    device(RID, AmdDeviceEntry.remap(MY_TABLE, 5));
    AmdIrte sound = AmdIrte.remapped(1, 0x40, false, false);
    AmdIrte bad =
        bit < 64
            ? new AmdIrte(sound.lo() | 1L << bit, sound.hi())
            : new AmdIrte(sound.lo(), sound.hi() | 1L << bit);
    put(MY_TABLE, 1, bad);
    // Bit 2 makes the type arbitrated, which is sound.
    assertThat(send(unit, RID, 1).kind()).isEqualTo(bit == 2 ? Kind.REMAPPED : Kind.FAULT);
  }

  @Test
  void randomTablesAndMessagesNeverThrow() {
    long seed = Long.getLong("adit.fuzz.seed", System.nanoTime());
    System.err.println("AmdUnitTest seed " + seed);
    var random = new SplittableRandom(seed);
    AmdUnit[] units = {unit(false, false), unit(true, false), unit(true, true)};
    for (int i = 0; i < 200_000; i++) {
      memory.setLong(BASE + random.nextInt((int) SIZE / 8) * 8L, random.nextLong());
      device(random.nextInt(256), new AmdDeviceEntry(random.nextLong()));
      AmdUnit unit = units[random.nextInt(3)];
      long address = 0xFEE0_0000L | random.nextInt(1 << 20);
      Outcome outcome = new Outcome(unit.remap(address, random.nextInt(), random.nextInt(300), -1));
      assertThat(bus.take()).hasSize(outcome.arrived() ? 1 : 0);
    }
  }
}
