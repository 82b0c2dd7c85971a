package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.remap.BusRequest;
import dev.adit.interrupts.remap.BusRequest.AddressType;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.remap.Outcome.Kind;
import dev.adit.interrupts.remap.VtdConfig;
import dev.adit.interrupts.spec.CompatibilityMessage;
import dev.adit.interrupts.spec.FaultReason;
import dev.adit.interrupts.spec.FaultRecord;
import dev.adit.interrupts.spec.Irte;
import dev.adit.interrupts.spec.PostedDescriptor;
import dev.adit.interrupts.spec.RemappableMessage;
import dev.adit.interrupts.spec.VtdFields;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every fault reason: what causes it, whether FPD holds it back, and what is recorded. */
class VtdFaultTest {
  private static final int OTHER = 0x0208;
  private static final long NOWHERE = VtdRig.END + 0x1000;

  private final VtdRig rig = VtdRig.on();

  private void expect(Outcome outcome, FaultReason reason, int index) {
    assertThat(outcome.kind()).isEqualTo(Kind.FAULT);
    assertThat(outcome.reason()).contains(reason);
    assertThat(rig.bus.take()).isEmpty();
    List<FaultRecord> faults = rig.takeFaults();
    assertThat(faults).hasSize(1);
    assertThat(faults.getFirst().reason()).isEqualTo(reason.code());
    assertThat(faults.getFirst().index()).isEqualTo(index);
    assertThat(faults.getFirst().source()).isEqualTo(VtdRig.RID);
    assertThat(faults.getFirst().pasid()).isEqualTo(-1);
  }

  @Test
  void reservedDataBitsWithSubhandleAre20hAndWithoutAreNotLookedAt() {
    RemappableMessage message = RemappableMessage.of(0x0300);
    for (int bit = 16; bit < 32; bit++) {
      Outcome outcome = rig.send(message.address(), 1 << bit, VtdRig.RID, -1);
      expect(outcome, FaultReason.REQUEST_RESERVED, 0);
    }
    rig.put(5, Irte.remapped(1, 0x40, 0));
    long plain = RemappableMessage.withoutSubhandle(5).address();
    assertThat(rig.send(plain, 0xFFFF_FFFF, VtdRig.RID, -1).kind()).isEqualTo(Kind.REMAPPED);
  }

  @Test
  void theIndexOfTheTableSizeIs21hAndOneLessIsNot() {
    rig.table(VtdRig.TABLE, 7, true);
    rig.put(255, Irte.remapped(1, 0x40, 0));
    assertThat(rig.send(255).kind()).isEqualTo(Kind.REMAPPED);
    rig.bus.take();
    expect(rig.send(256), FaultReason.INDEX, 256);
    // Handle and sub-handle together reach beyond the largest table.
    rig.table(VtdRig.TABLE, 15, true);
    RemappableMessage beyond = RemappableMessage.of(0xFFFF, 1);
    expect(rig.send(beyond.address(), 1, VtdRig.RID, -1), FaultReason.INDEX, 0);
  }

  @Test
  void anEntryAboveTheAddressWidthIs21h() {
    rig.table(1L << 46, 7, true);
    expect(rig.send(0), FaultReason.INDEX, 0);
    rig.table((1L << 46) - 4096, 15, true);
    expect(rig.send(256), FaultReason.INDEX, 256);
    rig.table(-4096L, 15, true);
    expect(rig.send(256), FaultReason.INDEX, 256);
  }

  @Test
  void anAbsentEntryIs22hUnlessFpdHoldsItBack() {
    expect(rig.send(4), FaultReason.NOT_PRESENT, 4);
    rig.put(4, new Irte(0, 0).withFpd(true));
    suppressed(rig.send(4), FaultReason.NOT_PRESENT);
  }

  private void suppressed(Outcome outcome, FaultReason reason) {
    assertThat(outcome.reason()).contains(reason);
    assertThat(outcome.suppressed()).isTrue();
    assertThat(rig.takeFaults()).isEmpty();
    assertThat(rig.read(dev.adit.interrupts.spec.VtdRegister.FSTS)).isZero();
    assertThat(rig.bus.take()).isEmpty();
  }

  @Test
  void aTableOutsideMemoryIs23h() {
    rig.table(NOWHERE & -4096, 15, true);
    expect(rig.send(9), FaultReason.TABLE_ACCESS, 9);
    rig.table(VtdRig.END - 4096, 15, true);
    expect(rig.send(256), FaultReason.TABLE_ACCESS, 256);
    assertThat(rig.send(255).reason()).contains(FaultReason.NOT_PRESENT);
  }

  @ParameterizedTest
  @CsvSource({
    "remapped, 12", "remapped, 13", "remapped, 14", "remapped, 24", "remapped, 31", "remapped, 84",
    "remapped, 95", "remapped, 96", "remapped, 127", "posted, 2", "posted, 7", "posted, 12",
    "posted, 13", "posted, 24", "posted, 37", "posted, 84", "posted, 95"
  })
  void aReservedBitOfAPresentEntryIs24h(String form, int bit) {
    Irte sound =
        form.equals("remapped")
            ? Irte.remapped(1, 0x40, 0)
            : Irte.posted(VtdRig.DESCRIPTORS, 0x40, false);
    Irte bad =
        bit < 64
            ? new Irte(sound.lo() | 1L << bit, sound.hi())
            : new Irte(sound.lo(), sound.hi() | 1L << bit);
    rig.put(2, bad);
    expect(rig.send(2), FaultReason.ENTRY_RESERVED, 2);
    rig.put(2, bad.withFpd(true));
    suppressed(rig.send(2), FaultReason.ENTRY_RESERVED);
  }

  @Test
  void reservedEncodingsAre24h() {
    rig.put(1, Irte.remapped(1, 0x40, 0).withSource(Irte.SVT_RESERVED, 0, VtdRig.RID));
    expect(rig.send(1), FaultReason.ENTRY_RESERVED, 1);
    rig.put(2, Irte.remapped(1, 0x40, 3));
    expect(rig.send(2), FaultReason.ENTRY_RESERVED, 2);
    rig.put(3, Irte.posted(1L << 46, 0x40, false));
    expect(rig.send(3), FaultReason.ENTRY_RESERVED, 3);
  }

  @Test
  void xapicModeReservesAllButEightBitsOfTheDestination() {
    rig.table(VtdRig.TABLE, 15, false);
    rig.put(1, Irte.remapped(0x100_0100, 0x40, 0));
    expect(rig.send(1), FaultReason.ENTRY_RESERVED, 1);
    rig.put(2, Irte.remapped(0x0101, 0x40, 0));
    expect(rig.send(2), FaultReason.ENTRY_RESERVED, 2);
  }

  @Test
  void aUnitWithoutPostingTakesThePostedFormFor24h() {
    VtdRig plain = VtdRig.on(new VtdConfig(46, true, false, false, false, false, false, 8, false));
    plain.put(1, Irte.posted(VtdRig.DESCRIPTORS, 0x40, false));
    assertThat(plain.send(1).reason()).contains(FaultReason.ENTRY_RESERVED);
  }

  @Test
  void compatibilityFormatIs25hUnlessAllowedAndNeverInExtendedMode() {
    CompatibilityMessage message = CompatibilityMessage.fixed(1, 0x40);
    expect(
        rig.send(message.address(), message.data(), VtdRig.RID, -1),
        FaultReason.COMPATIBILITY_BLOCKED,
        0);
    rig.set(VtdFields.CFI, true);
    expect(
        rig.send(message.address(), message.data(), VtdRig.RID, -1),
        FaultReason.COMPATIBILITY_BLOCKED,
        0);
    rig.table(VtdRig.TABLE, 15, false);
    assertThat(rig.send(message.address(), message.data(), VtdRig.RID, -1).kind())
        .isEqualTo(Kind.COMPATIBILITY);
    rig.bus.take();
    rig.set(VtdFields.CFI, false);
    expect(
        rig.send(message.address(), message.data(), VtdRig.RID, -1),
        FaultReason.COMPATIBILITY_BLOCKED,
        0);
  }

  @ParameterizedTest
  @CsvSource({
    // SQ, requester IDs that differ from 0x0100 and pass, and that do not.
    "0, , 0x0101 0x0102 0x0104 0x0108 0x0200",
    "1, 0x0104, 0x0101 0x0102 0x0108 0x0200",
    "2, 0x0102 0x0104 0x0106, 0x0101 0x0108 0x0200",
    "3, 0x0101 0x0102 0x0104 0x0107, 0x0108 0x0200 0x8100"
  })
  void theSourceQualifierLeavesOutFunctionBits(int sq, String pass, String refused) {
    rig.put(6, Irte.remapped(1, 0x40, 0).from(VtdRig.RID, sq));
    assertThat(rig.send(6, VtdRig.RID).kind()).isEqualTo(Kind.REMAPPED);
    for (String each : pass == null ? new String[0] : pass.split(" ")) {
      assertThat(rig.send(6, Integer.decode(each)).kind()).as(each).isEqualTo(Kind.REMAPPED);
    }
    for (String each : refused.split(" ")) {
      assertThat(rig.send(6, Integer.decode(each)).reason()).as(each).contains(FaultReason.SOURCE);
    }
  }

  @Test
  void aBusRangeAdmitsItsEndsAndNothingBeyond() {
    rig.put(6, Irte.remapped(1, 0x40, 0).fromBuses(0x10, 0x12));
    for (int bus : new int[] {0x10, 0x11, 0x12}) {
      assertThat(rig.send(6, bus << 8 | 0xFF).kind()).isEqualTo(Kind.REMAPPED);
    }
    for (int bus : new int[] {0x0F, 0x13, 0x00, 0xFF}) {
      assertThat(rig.send(6, bus << 8).reason()).contains(FaultReason.SOURCE);
    }
  }

  @Test
  void anotherSourceIs26hUnlessFpdHoldsItBack() {
    rig.put(6, Irte.remapped(1, 0x40, 0).from(OTHER, 0));
    expect(rig.send(6), FaultReason.SOURCE, 6);
    rig.put(7, Irte.remapped(1, 0x40, 0).from(OTHER, 0).withFpd(true));
    suppressed(rig.send(7), FaultReason.SOURCE);
  }

  @Test
  void theSourceIsCheckedBeforeReservedBits() {
    Irte sound = Irte.remapped(1, 0x40, 0).from(OTHER, 0);
    rig.put(6, new Irte(sound.lo(), sound.hi() | 1L << 127));
    expect(rig.send(6), FaultReason.SOURCE, 6);
  }

  @Test
  void aDescriptorOutsideMemoryIs27hUnlessFpdHoldsItBack() {
    rig.put(6, Irte.posted(VtdRig.END, 0x40, false));
    expect(rig.send(6), FaultReason.DESCRIPTOR_ACCESS, 6);
    rig.put(7, Irte.posted(0, 0x40, false).withFpd(true));
    suppressed(rig.send(7), FaultReason.DESCRIPTOR_ACCESS);
  }

  @ParameterizedTest
  @ValueSource(ints = {258, 271, 280, 287, 320, 383, 384, 447, 448, 511})
  void aReservedBitOfADescriptorIs28hAndNothingIsPosted(int bit) {
    rig.memory.setLong(VtdRig.DESCRIPTORS + bit / 64 * 8L, 1L << bit);
    rig.put(6, Irte.posted(VtdRig.DESCRIPTORS, 0x40, false));
    expect(rig.send(6), FaultReason.DESCRIPTOR_RESERVED, 6);
    rig.put(7, Irte.posted(VtdRig.DESCRIPTORS, 0x40, false).withFpd(true));
    suppressed(rig.send(7), FaultReason.DESCRIPTOR_RESERVED);
    assertThat(rig.memory.getLong(VtdRig.DESCRIPTORS + 8)).isZero();
  }

  @Test
  void xapicModeReservesMostOfTheNotificationDestination() {
    rig.table(VtdRig.TABLE, 15, false);
    rig.put(6, Irte.posted(VtdRig.DESCRIPTORS, 0x40, false));
    rig.memory.setLong(VtdRig.DESCRIPTORS + 32, PostedDescriptor.control(0x10000, 0xF2));
    expect(rig.send(6), FaultReason.DESCRIPTOR_RESERVED, 6);
    rig.memory.setLong(VtdRig.DESCRIPTORS + 32, PostedDescriptor.control(0x1200, 0xF2));
    assertThat(rig.send(6).destination()).isEqualTo(0x12);
  }

  @ParameterizedTest
  @CsvSource({"WRITE, 8", "WRITE, 2", "WRITE, 0", "WRITE, 64", "READ, 4", "ATOMIC, 4"})
  void whatIsNoDwordWriteIs29h(BusRequest.Kind kind, int length) {
    long address = RemappableMessage.of(1).address();
    rig.put(1, Irte.remapped(1, 0x40, 0));
    var request =
        new BusRequest(kind, AddressType.UNTRANSLATED, address, length, 0, VtdRig.RID, -1);
    expect(new Outcome(rig.unit.request(request)), FaultReason.NOT_AN_INTERRUPT, 0);
    var tagged = new BusRequest(kind, AddressType.UNTRANSLATED, address, length, 0, VtdRig.RID, 7);
    assertThat(new Outcome(rig.unit.request(tagged)).kind()).isEqualTo(Kind.NOT_INTERRUPT);
  }

  @Test
  void anUnalignedDwordIs29h() {
    var request = BusRequest.dword(0xFEE0_0002L, 0, VtdRig.RID, -1);
    expect(new Outcome(rig.unit.request(request)), FaultReason.NOT_AN_INTERRUPT, 0);
  }

  @Test
  void aZeroLengthReadSucceedsAndMeansNothing() {
    var request =
        new BusRequest(
            BusRequest.Kind.READ, AddressType.UNTRANSLATED, 0xFEE0_0000L, 0, 0, VtdRig.RID, -1);
    assertThat(new Outcome(rig.unit.request(request)).kind()).isEqualTo(Kind.IGNORED);
    assertThat(rig.takeFaults()).isEmpty();
  }

  @Test
  void aTranslatedRequestIntoTheRangeIsUnsupportedWithoutRecord() {
    var request =
        new BusRequest(
            BusRequest.Kind.WRITE, AddressType.TRANSLATED, 0xFEE0_0000L, 4, 0, VtdRig.RID, -1);
    assertThat(new Outcome(rig.unit.request(request)).kind()).isEqualTo(Kind.UNSUPPORTED);
    assertThat(rig.takeFaults()).isEmpty();
  }

  @Test
  void aWriteTaggedWithAPasidIsDmaWhateverTheTableSays() {
    rig.put(1, Irte.remapped(1, 0x40, 0));
    RemappableMessage message = RemappableMessage.of(1);
    for (int pasid : new int[] {0, 1, 0xFFFFF}) {
      assertThat(rig.send(message.address(), message.data(), VtdRig.RID, pasid).kind())
          .isEqualTo(Kind.NOT_INTERRUPT);
    }
    assertThat(rig.bus.take()).isEmpty();
    assertThat(rig.takeFaults()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 0xFEDF_FFFCL, 0xFEF0_0000L, 0x1_FEE0_0000L, 0x8000_0000_FEE0_0000L, -4})
  void anAddressBesideTheRangeIsNoInterrupt(long address) {
    assertThat(rig.send(address, 0, VtdRig.RID, -1).kind()).isEqualTo(Kind.NOT_INTERRUPT);
  }

  @Test
  void aUnitThatRequiresExtendedModeBlocksWith2Ah() {
    VtdRig strict = VtdRig.on(new VtdConfig(46, true, true, false, false, false, true, 8, false));
    strict.put(1, Irte.remapped(1, 0x40, 0));
    assertThat(strict.send(1).kind()).isEqualTo(Kind.REMAPPED);
    strict.table(VtdRig.TABLE, 15, false);
    assertThat(strict.send(1).reason()).contains(FaultReason.EXTENDED_MODE_REQUIRED);
    assertThat(strict.takeFaults().getFirst().reason()).isEqualTo(0x2A);
  }

  @Test
  void aUnitThatRequiresRemappingBlocksWith2Bh() {
    VtdRig strict = new VtdRig(new VtdConfig(46, true, true, false, false, true, false, 8, false));
    assertThat(strict.send(1).reason()).contains(FaultReason.REMAPPING_REQUIRED);
    assertThat(strict.takeFaults().getFirst().reason()).isEqualTo(0x2B);
  }

  @ParameterizedTest
  @EnumSource(FaultReason.class)
  void theReasonsAreQualifiedAndIndexedAsTheSpecificationSays(FaultReason reason) {
    // Typed from the table of codes: qualified and index recorded.
    String typed =
        switch (reason.code()) {
          case 0x20, 0x25, 0x29, 0x2A, 0x2B, 0xA1, 0xA3 -> "no no";
          case 0x21, 0x23, 0xA4 -> "no yes";
          case 0x22, 0x24, 0x26, 0x27, 0x28, 0xF0, 0xA2 -> "yes yes";
          default -> "?";
        };
    assertThat((reason.qualified() ? "yes " : "no ") + (reason.indexed() ? "yes" : "no"))
        .isEqualTo(typed);
    assertThat(FaultReason.of(reason.code())).contains(reason);
  }
}
