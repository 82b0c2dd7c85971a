package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.RecordingBus.Interrupt;
import dev.adit.interrupts.remap.AmdConfig;
import dev.adit.interrupts.remap.AmdUnit;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.remap.Outcome.Kind;
import dev.adit.interrupts.spec.AmdCommand;
import dev.adit.interrupts.spec.AmdDeviceEntry;
import dev.adit.interrupts.spec.AmdEvent;
import dev.adit.interrupts.spec.AmdIrte;
import dev.adit.interrupts.spec.AmdRegister;
import dev.adit.interrupts.spec.FaultReason;
import dev.adit.interrupts.spec.Field.Access;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The unit's registers, command buffer, event log and cache. */
class AmdCommandTest {
  private static final long TABLE = AmdRig.BASE + 0x4_0000;
  private static final int RID = 8;
  private static final int OTHER = 16;

  private final AmdRig rig = new AmdRig(true, true);

  @Test
  void anEntryStaysCachedUntilItsTableIsInvalidated() {
    rig.device(RID, AmdDeviceEntry.remap(TABLE, 5));
    rig.put(TABLE, 3, AmdIrte.remapped(1, 0x41, false, false));
    rig.send(RID, 3);
    rig.put(TABLE, 3, AmdIrte.remapped(2, 0x42, false, false));
    rig.send(RID, 3);
    rig.submit(AmdCommand.invalidateInterruptTable(OTHER));
    rig.send(RID, 3);

    rig.submit(AmdCommand.invalidateInterruptTable(RID));
    rig.send(RID, 3);
    rig.put(TABLE, 3, new AmdIrte(0, 0));
    rig.submit(AmdCommand.invalidateAll());

    assertThat(rig.send(RID, 3).reason()).contains(FaultReason.AMD_BLOCKED);
    assertThat(rig.bus.take()).extracting(Interrupt::destination).containsExactly(1, 1, 1, 2);
  }

  @Test
  void whatIsNotValidIsNotCached() {
    rig.device(RID, AmdDeviceEntry.remap(TABLE, 5));
    assertThat(rig.send(RID, 3).reason()).contains(FaultReason.AMD_BLOCKED);
    rig.put(TABLE, 3, AmdIrte.remapped(1, 0x41, false, false));
    assertThat(rig.send(RID, 3).kind()).isEqualTo(Kind.REMAPPED);
  }

  @Test
  void aWaitStoresItsDataAndSetsItsBit() {
    rig.submit(AmdCommand.waitStore(AmdRig.STATUS, 0x1234_5678_9ABC_DEF0L));
    assertThat(rig.memory.getLong(AmdRig.STATUS)).isEqualTo(0x1234_5678_9ABC_DEF0L);
    assertThat(rig.read(AmdRegister.STATUS) & 4).isZero();

    rig.submit(AmdCommand.waitInterrupt());
    assertThat(rig.read(AmdRegister.STATUS) & 4).isNotZero();
    rig.write(AmdRegister.STATUS, 4);
    assertThat(rig.read(AmdRegister.STATUS) & 4).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "9, 63", "15, 60", "5, 16", "5, 59", "2, 20", "8, 0", "1, 52"})
  void anIllegalCommandStopsTheBufferUntilItIsTurnedOffAndOn(long operation, int reserved) {
    long lo = operation << 60 | 1L << reserved;
    long at = rig.read(AmdRegister.COMMAND_HEAD);
    rig.submit(new AmdCommand(lo, 0), AmdCommand.waitInterrupt());

    assertThat(rig.read(AmdRegister.COMMAND_HEAD)).isEqualTo(at);
    assertThat(rig.read(AmdRegister.STATUS) & (1 << 4 | 1 << 2)).isZero();
    AmdEvent event = rig.takeEvents().getFirst();
    assertThat(event.code()).isEqualTo(AmdEvent.ILLEGAL_COMMAND);
    assertThat(event.hi()).isEqualTo(AmdRig.COMMANDS + at);

    rig.memory.setLong(AmdRig.COMMANDS + at, AmdCommand.invalidateAll().lo());
    long control = rig.read(AmdRegister.CONTROL);
    rig.write(AmdRegister.CONTROL, control & ~(1L << 12));
    rig.write(AmdRegister.CONTROL, control);
    assertThat(rig.read(AmdRegister.STATUS) & (1 << 4 | 1 << 2)).isEqualTo(1 << 4 | 1 << 2);
  }

  @Test
  void aBufferOutsideMemoryIsAnEvent() {
    rig.write(AmdRegister.COMMAND_BASE, AmdRig.BASE + AmdRig.SIZE | 8L << 56);
    rig.write(AmdRegister.COMMAND_TAIL, 16);
    assertThat(rig.takeEvents())
        .extracting(AmdEvent::code)
        .containsExactly(AmdEvent.COMMAND_HARDWARE);
  }

  @Test
  void aBlockedInterruptIsAnEventInMemory() {
    rig.device(RID, AmdDeviceEntry.remap(TABLE, 5));
    rig.send(RID, 7);
    AmdEvent event = rig.takeEvents().getFirst();
    assertThat(event.code()).isEqualTo(2);
    assertThat(event.interrupt()).isTrue();
    assertThat(event.requesterId()).isEqualTo(RID);
    assertThat(event.hi()).isEqualTo(0xFEE0_0000L);
    assertThat(rig.read(AmdRegister.STATUS) & 2).isNotZero();
  }

  @Test
  void aFullLogStopsUntilItIsTurnedOffAndOn() {
    rig.device(RID, AmdDeviceEntry.remap(TABLE, 5));
    for (int i = 0; i < 300; i++) {
      rig.send(RID, 7);
    }
    assertThat(rig.read(AmdRegister.STATUS) & (1 << 3 | 1)).isEqualTo(1);
    assertThat(rig.takeEvents()).hasSize(255);
    rig.send(RID, 7);
    assertThat(rig.takeEvents()).isEmpty();

    long control = rig.read(AmdRegister.CONTROL);
    rig.write(AmdRegister.CONTROL, control & ~4L);
    rig.write(AmdRegister.STATUS, 1);
    rig.write(AmdRegister.CONTROL, control);
    rig.send(RID, 7);
    assertThat(rig.takeEvents()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void registersKeepWhatMayBeWrittenAndNothingElse(AmdRegister register) {
    AmdUnit unit = new AmdUnit(new AmdConfig(true, true), rig.memory, rig.bus);
    long reset = unit.read(register.offset(), 8);
    long kept = register.layout().mask(Access.RW, 0);
    // The lower half last: it holds the bits that turn things on.
    unit.write(register.offset() + 4, 4, 0xFFFF_FFFFL);
    unit.write(register.offset(), 4, 0xFFFF_FFFFL);
    unit.write(register.offset() + 4, 4, 0xFFFF_FFFFL);
    assertThat(unit.read(register.offset(), 8)).isEqualTo((reset & ~kept) | kept);
    assertThat(AmdRegister.at(register.offset() + 7)).isEqualTo(register);
    assertThat(unit.read(register.offset() + 2, 4)).isEqualTo(-1);
  }

  private void programMsi() {
    RegisterWindow msi = rig.unit.msi();
    msi.write(0x04, 4, 0xFEE0_2000L);
    msi.write(0x0C, 4, 0xE5);
    msi.write(0x00, 4, 1 << 16);
  }

  @Test
  void aWaitAndAnEventInterruptOnceUntilTheirBitIsCleared() {
    programMsi();
    long control = rig.read(AmdRegister.CONTROL);
    RecordingBus.Interrupt own = new RecordingBus.Interrupt(2, 0xE5, 0, 0);
    rig.submit(AmdCommand.waitInterrupt());
    assertThat(rig.bus.take()).as("not enabled").isEmpty();
    rig.write(AmdRegister.STATUS, 1 << 2);
    rig.write(AmdRegister.CONTROL, control | 1 << 3 | 1 << 4);
    rig.submit(AmdCommand.waitInterrupt(), AmdCommand.waitInterrupt());
    assertThat(rig.bus.take()).containsExactly(own);
    rig.write(AmdRegister.STATUS, 1 << 2);
    rig.submit(AmdCommand.waitInterrupt());
    assertThat(rig.bus.take()).containsExactly(own);

    assertThat(rig.send(0x1F8, 0).kind()).isEqualTo(Outcome.Kind.FAULT);
    assertThat(rig.send(0x1F8, 0).kind()).isEqualTo(Outcome.Kind.FAULT);
    assertThat(rig.bus.take()).containsExactly(own);
    rig.write(AmdRegister.STATUS, 1 << 1);
    assertThat(rig.send(0x1F8, 0).kind()).isEqualTo(Outcome.Kind.FAULT);
    assertThat(rig.bus.take()).containsExactly(own);
  }

  @Test
  void theOwnInterruptIsNotRemappedAndWaitsBehindItsMask() {
    programMsi();
    rig.unit.msi().write(0x10, 4, 1);
    rig.write(AmdRegister.CONTROL, rig.read(AmdRegister.CONTROL) | 1 << 4);
    rig.submit(AmdCommand.waitInterrupt());
    assertThat(rig.bus.take()).isEmpty();
    rig.unit.msi().write(0x10, 4, 0);
    assertThat(rig.bus.take()).containsExactly(new RecordingBus.Interrupt(2, 0xE5, 0, 0));
  }

  @Test
  void softwareIsToldThatEntriesPostToNoVirtualApic() {
    assertThat(AmdRegister.FEATURES.field("GASUP").isSet(rig.read(AmdRegister.FEATURES))).isTrue();
    assertThat(AmdRegister.FEATURES.field("GAMSUP").get(rig.read(AmdRegister.FEATURES))).isZero();
  }

  @Test
  void randomRegistersAndRingsNeverThrow() {
    SplittableRandom random = new SplittableRandom(Seeds.of(AmdCommandTest.class));
    AmdRegister[] registers = AmdRegister.values();
    for (int i = 0; i < 20_000; i++) {
      rig.memory.setLong(
          AmdRig.COMMANDS + random.nextInt(512) * 8L,
          (long) random.nextInt(16) << 60 | random.nextInt(1 << 20));
      AmdRegister register = registers[random.nextInt(registers.length)];
      long value = random.nextBoolean() ? random.nextLong() : 0x1005 | random.nextInt(1 << 12);
      int within = random.nextInt(8);
      rig.unit.write(register.offset() + within, random.nextBoolean() ? 4 : 8, value);
      rig.unit.read(random.nextLong(AmdRegister.BLOCK_BYTES), 4);
      Outcome outcome = rig.send(random.nextInt(300), random.nextInt(40));
      assertThat(rig.bus.take()).hasSize(outcome.arrived() ? 1 : 0);
    }
  }
}
