package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.RecordingBus.Interrupt;
import dev.adit.interrupts.remap.Outcome.Kind;
import dev.adit.interrupts.remap.VtdConfig;
import dev.adit.interrupts.spec.Field;
import dev.adit.interrupts.spec.InvalidationDescriptor;
import dev.adit.interrupts.spec.Irte;
import dev.adit.interrupts.spec.VtdFields;
import dev.adit.interrupts.spec.VtdRegister;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The unit as a driver sees it: commands, fault log, fault event, invalidation queue. */
class VtdRegistersTest {
  private static final Interrupt EVENT = new Interrupt(5, VtdRig.EVENT_VECTOR, 0, 0);
  private final VtdRig rig = VtdRig.on();

  @ParameterizedTest
  @EnumSource(VtdRegister.class)
  void readOnlyAndReservedBitsIgnoreWrites(VtdRegister register) {
    VtdRig fresh = new VtdRig(VtdConfig.hardware());
    long before = fresh.read(register);
    fresh.write(register, -1);
    long kept =
        register.layout().mask(Field.Access.RO, 0) | register.layout().mask(Field.Access.RSVD, 0);
    assertThat(fresh.read(register) & kept).isEqualTo(before & kept);
  }

  @ParameterizedTest
  @EnumSource(VtdRegister.class)
  void wideRegistersAnswerInHalvesToo(VtdRegister register) {
    long whole = rig.read(register);
    long low = rig.unit.read(register.offset(), 4);
    assertThat(low).isEqualTo(whole & 0xFFFF_FFFFL);
    if (register.bytes() == 8) {
      assertThat(rig.unit.read(register.offset() + 4, 4)).isEqualTo(whole >>> 32);
    }
  }

  @Test
  void aTablePointerCanBeWrittenInHalves() {
    rig.unit.write(0xB8, 4, 0x1234_580FL);
    rig.unit.write(0xBC, 4, 0x0000_0001L);
    assertThat(rig.read(VtdRegister.IRTA)).isEqualTo(0x1_1234_580FL);
  }

  @Test
  void malformedAccessesAreHarmless() {
    for (int width : new int[] {0, 1, 2, 3, 5, 16, -4}) {
      assertThat(rig.unit.read(0x08, width)).isEqualTo(-1);
      rig.unit.write(0x18, width, 0);
    }
    assertThat(rig.unit.read(0x0A, 4)).isEqualTo(-1);
    assertThat(rig.unit.read(0x0C, 8)).isEqualTo(-1);
    for (long offset : new long[] {-8, 0x1000, Long.MAX_VALUE & -8, Long.MIN_VALUE}) {
      assertThat(rig.unit.read(offset, 8)).isZero();
      rig.unit.write(offset, 8, -1);
    }
    assertThat(VtdFields.IRE.isSet(rig.read(VtdRegister.GSTS))).isTrue();
  }

  @Test
  void aCommandWriteThatChangesTwoFieldsDoesNothing() {
    VtdRig fresh = new VtdRig(VtdConfig.hardware());
    fresh.write(VtdRegister.GCMD, VtdFields.SIRTP.mask() | VtdFields.QIE.mask());
    assertThat(fresh.read(VtdRegister.GSTS)).isZero();
    fresh.write(VtdRegister.GCMD, VtdFields.SIRTP.mask());
    assertThat(fresh.read(VtdRegister.GSTS)).isEqualTo(VtdFields.SIRTP.mask());
  }

  @Test
  void remappingCannotBeEnabledBeforeTheTablePointerIsSet() {
    VtdRig fresh = new VtdRig(VtdConfig.hardware());
    fresh.set(VtdFields.IRE, true);
    assertThat(fresh.read(VtdRegister.GSTS)).isZero();
  }

  @Test
  void theTablePointerCountsFromTheCommandOn() {
    rig.put(1, Irte.remapped(1, 0x40, 0));
    rig.write(VtdRegister.IRTA, 0);
    assertThat(rig.send(1).kind()).isEqualTo(Kind.REMAPPED);
    rig.set(VtdFields.SIRTP, true);
    assertThat(rig.send(1).kind()).isEqualTo(Kind.FAULT);
  }

  @Test
  void faultsFillTheRingThenOverflowAndAreLost() {
    for (int i = 0; i < 10; i++) {
      rig.send(100 + i);
    }
    assertThat(rig.read(VtdRegister.FSTS)).isEqualTo(0b11);
    assertThat(rig.fault(7).index()).isEqualTo(107);
    assertThat(rig.unit.lostFaults()).isEqualTo(2);

    // Place 0 is free again, but PFO still forbids recording.
    rig.releaseFault(0);
    rig.send(200);
    assertThat(rig.fault(0).occupied()).isFalse();
    rig.write(VtdRegister.FSTS, VtdFields.PFO.mask());
    rig.send(201);
    assertThat(rig.fault(0).index()).isEqualTo(201);
  }

  @Test
  void theFirstPendingFaultStoresItsIndex() {
    rig.send(1);
    rig.releaseFault(0);
    assertThat(rig.read(VtdRegister.FSTS)).isZero();
    rig.send(2);
    rig.send(3);
    assertThat(VtdFields.FRI.get(rig.read(VtdRegister.FSTS))).isEqualTo(1);
    assertThat(VtdFields.PPF.isSet(rig.read(VtdRegister.FSTS))).isTrue();
    rig.releaseFault(1);
    assertThat(VtdFields.PPF.isSet(rig.read(VtdRegister.FSTS))).isTrue();
    rig.releaseFault(2);
    assertThat(VtdFields.PPF.isSet(rig.read(VtdRegister.FSTS))).isFalse();
  }

  @Test
  void aRecordIsReleasedByItsTopBitOnly() {
    rig.send(1);
    rig.unit.write(VtdRegister.FRCD_OFFSET, 8, -1);
    rig.unit.write(VtdRegister.FRCD_OFFSET + 8, 4, -1);
    assertThat(rig.fault(0).occupied()).isTrue();
    rig.unit.write(VtdRegister.FRCD_OFFSET + 8, 8, 1L << 63);
    assertThat(rig.fault(0).occupied()).isFalse();
  }

  @Test
  void theEventIsSentForTheFirstStatusBitOnly() {
    rig.unmaskFaultEvent();
    rig.send(1);
    assertThat(rig.bus.take()).containsExactly(EVENT);
    for (int i = 0; i < 9; i++) {
      rig.send(2);
    }
    assertThat(rig.bus.take()).isEmpty();
    rig.takeFaults();
    rig.write(VtdRegister.FSTS, VtdFields.PFO.mask());
    rig.send(3);
    assertThat(rig.bus.take()).containsExactly(EVENT);
  }

  @Test
  void theEventGoesToAllThirtyTwoBitsOfADestinationInExtendedMode() {
    rig.unmaskFaultEvent();
    rig.write(VtdRegister.FEUADDR, 0x0001_0200);
    rig.send(1);
    assertThat(rig.bus.take()).containsExactly(new Interrupt(0x10205, VtdRig.EVENT_VECTOR, 0, 0));
  }

  @Test
  void aMaskedEventStaysPendingAndIsSentOnUnmask() {
    rig.send(1);
    assertThat(VtdFields.IP.isSet(rig.read(VtdRegister.FECTL))).isTrue();
    assertThat(rig.bus.take()).isEmpty();
    rig.unmaskFaultEvent();
    assertThat(rig.bus.take()).containsExactly(EVENT);
    assertThat(VtdFields.IP.isSet(rig.read(VtdRegister.FECTL))).isFalse();
  }

  @Test
  void aMaskedEventIsDroppedWhenSoftwareClearsItsReasons() {
    rig.send(1);
    rig.takeFaults();
    assertThat(VtdFields.IP.isSet(rig.read(VtdRegister.FECTL))).isFalse();
    rig.unmaskFaultEvent();
    assertThat(rig.bus.take()).isEmpty();
  }

  @Test
  void entriesStayStaleUntilTheyAreInvalidated() {
    rig.put(4, Irte.remapped(1, 0x40, 0));
    rig.send(4);
    rig.put(4, Irte.remapped(1, 0x41, 0));
    assertThat(rig.send(4).vector()).isEqualTo(0x40);
    assertThat(rig.invalidate(InvalidationDescriptor.entries(5, 0))).isTrue();
    assertThat(rig.send(4).vector()).isEqualTo(0x40);
    assertThat(rig.invalidate(InvalidationDescriptor.entries(4, 0))).isTrue();
    assertThat(rig.send(4).vector()).isEqualTo(0x41);
  }

  @Test
  void anIndexMaskInvalidatesItsAlignedBlock() {
    for (int i = 0; i < 8; i++) {
      rig.put(i, Irte.remapped(1, 0x40, 0));
      rig.send(i);
      rig.put(i, Irte.remapped(1, 0x41, 0));
    }
    assertThat(rig.invalidate(InvalidationDescriptor.entries(6, 1))).isTrue();
    for (int i = 0; i < 8; i++) {
      assertThat(rig.send(i).vector()).isEqualTo(i == 6 || i == 7 ? 0x41 : 0x40);
    }
    assertThat(rig.invalidate(InvalidationDescriptor.allEntries())).isTrue();
    assertThat(rig.send(0).vector()).isEqualTo(0x41);
  }

  @Test
  void cachingModeKeepsAbsentEntriesTooAndHardwareDoesNot() {
    VtdRig caching = VtdRig.on(VtdConfig.emulated());
    for (VtdRig each : new VtdRig[] {rig, caching}) {
      assertThat(each.send(4).kind()).isEqualTo(Kind.FAULT);
      each.put(4, Irte.remapped(1, 0x40, 0));
    }
    assertThat(rig.send(4).kind()).isEqualTo(Kind.REMAPPED);
    assertThat(caching.send(4).kind()).isEqualTo(Kind.FAULT);
    assertThat(caching.invalidate(InvalidationDescriptor.entries(4, 0))).isTrue();
    assertThat(caching.send(4).kind()).isEqualTo(Kind.REMAPPED);
  }

  @Test
  void anInvalidDescriptorStopsTheQueueUntilTheErrorIsCleared() {
    rig.unmaskFaultEvent();
    var unknown = new InvalidationDescriptor(0xF, 0);
    assertThat(rig.invalidate(unknown)).isFalse();
    assertThat(rig.read(VtdRegister.IQH)).isZero();
    assertThat(VtdFields.IQE.isSet(rig.read(VtdRegister.FSTS))).isTrue();
    assertThat(rig.bus.take()).containsExactly(EVENT);

    rig.memory.setLong(VtdRig.QUEUE, InvalidationDescriptor.allEntries().lo());
    rig.write(VtdRegister.FSTS, VtdFields.IQE.mask());
    assertThat(rig.read(VtdRegister.IQH)).isEqualTo(32);
  }

  @Test
  void reservedBitsInADescriptorStopTheQueue() {
    for (int bit : new int[] {5, 8, 12, 26, 48, 63, 64, 127}) {
      VtdRig fresh = VtdRig.on();
      long lo = InvalidationDescriptor.allEntries().lo();
      var bad =
          bit < 64
              ? new InvalidationDescriptor(lo | 1L << bit, 0)
              : new InvalidationDescriptor(lo, 1L << bit);
      assertThat(fresh.invalidate(bad)).as("bit %d", bit).isFalse();
    }
  }

  @Test
  void aQueueOutsideMemoryOrWithATailBeyondItStops() {
    rig.set(VtdFields.QIE, false);
    rig.write(VtdRegister.IQA, (VtdRig.END + 0x1000) & -4096);
    rig.set(VtdFields.QIE, true);
    rig.write(VtdRegister.IQT, 16);
    assertThat(VtdFields.IQE.isSet(rig.read(VtdRegister.FSTS))).isTrue();

    VtdRig other = VtdRig.on();
    other.write(VtdRegister.IQT, 4096);
    assertThat(VtdFields.IQE.isSet(other.read(VtdRegister.FSTS))).isTrue();
  }

  @Test
  void theQueueWrapsAround() {
    for (int i = 0; i < 300; i++) {
      assertThat(rig.invalidate(InvalidationDescriptor.entries(i, 0))).isTrue();
    }
    assertThat(rig.read(VtdRegister.IQH)).isEqualTo(rig.read(VtdRegister.IQT));
  }

  @Test
  void aWaitCanRaiseTheCompletionInterruptOnce() {
    rig.write(VtdRegister.IEDATA, 0x99);
    rig.write(VtdRegister.IEADDR, 0xFEE0_0000L | 2 << 12);
    rig.write(VtdRegister.IECTL, 0);
    rig.submit(InvalidationDescriptor.waitInterrupt(), InvalidationDescriptor.waitInterrupt());
    assertThat(rig.bus.take()).containsExactly(new Interrupt(2, 0x99, 0, 0));
    rig.write(VtdRegister.ICS, 1);
    assertThat(rig.read(VtdRegister.ICS)).isZero();
    rig.submit(InvalidationDescriptor.waitInterrupt());
    assertThat(rig.bus.take()).hasSize(1);
  }

  @Test
  void theLevelThatAnEntryGivesIsReported() {
    rig.put(1, Irte.remapped(1, 0x40, 0));
    rig.put(2, Irte.remapped(1, 0x40, 0).from(VtdRig.RID, 0));
    assertThat(rig.unit.isolation(VtdRig.RID, 1)).isEqualTo(IsolationLevel.NONE);
    assertThat(rig.unit.isolation(VtdRig.RID, 2)).isEqualTo(IsolationLevel.REQUESTER_ID);
    assertThat(rig.unit.isolation(VtdRig.RID, 2).with(true, true))
        .isEqualTo(IsolationLevel.DEVICE_PASID);
    rig.set(VtdFields.IRE, false);
    assertThat(rig.unit.isolation(VtdRig.RID, 2)).isEqualTo(IsolationLevel.NONE);
  }
}
