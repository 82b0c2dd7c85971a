package dev.adit.interrupts.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares every layout with the tables of the documents, typed from them by hand. */
class LayoutTest {
  static Stream<Arguments> layouts() {
    return Stream.of(
        Arguments.of(
            CompatibilityMessage.ADDRESS,
            64,
            "DM 2, RH 3, FORMAT 4, DEST14_8 11:5, DEST7_0 19:12, FEE 63:20"),
        Arguments.of(CompatibilityMessage.DATA, 32, "VECTOR 7:0, DLM 10:8, LEVEL 14, TM 15"),
        Arguments.of(
            RemappableMessage.ADDRESS,
            64,
            "IGNORED 1:0, HANDLE15 2, SHV 3, FORMAT 4, HANDLE14_0 19:5, FEE 63:20"),
        Arguments.of(RemappableMessage.DATA, 32, "SUBHANDLE 15:0"),
        Arguments.of(
            Irte.REMAPPED,
            128,
            "P 0, FPD 1, DM 2, RH 3, TM 4, DLM 7:5, AVAIL 11:8, IM 15, V 23:16, DST 63:32,"
                + " SID 79:64, SQ 81:80, SVT 83:82"),
        Arguments.of(
            Irte.POSTED,
            128,
            "P 0, FPD 1, AVAIL 11:8, URG 14, IM 15, V 23:16, PDA31_6 63:38, SID 79:64, SQ 81:80,"
                + " SVT 83:82, PDA63_32 127:96"),
        Arguments.of(
            Irte.REMAPPED_PASID,
            128,
            "P 0, FPD 1, DM 2, RH 3, TM 4, DLM 7:5, AVAIL 11:8, PV 12, PR 13, IM 15, V 23:16,"
                + " PASID7_0 31:24, DST 63:32, SID 79:64, SQ 81:80, SVT 83:82, PASID19_8 95:84"),
        Arguments.of(
            Irte.POSTED_PASID,
            128,
            "P 0, FPD 1, AVAIL 11:8, PV 12, PR 13, URG 14, IM 15, V 23:16, PASID7_0 31:24,"
                + " PDA31_6 63:38, SID 79:64, SQ 81:80, SVT 83:82, PASID19_8 95:84,"
                + " PDA63_32 127:96"),
        Arguments.of(
            PostedDescriptor.LAYOUT,
            512,
            "PIR63_0 63:0, PIR127_64 127:64, PIR191_128 191:128, PIR255_192 255:192, ON 256,"
                + " SN 257, NV 279:272, NDST 319:288"),
        Arguments.of(
            FaultRecord.LAYOUT,
            128,
            "FI 63:12, SID 79:64, T2 92, PRIV 93, EXE 94, PP 95, FR 103:96, PASID 123:104,"
                + " AT 125:124, T1 126, F 127"),
        Arguments.of(AmdMessage.DATA, 32, "INDEX 10:0"),
        Arguments.of(
            AmdIrte.SHORT,
            32,
            "REMAPEN 0, SUPIOPF 1, INTTYPE 4:2, RQEOI 5, DM 6, GUESTMODE 7, DESTINATION 15:8,"
                + " VECTOR 23:16"),
        Arguments.of(
            AmdIrte.LONG,
            128,
            "REMAPEN 0, SUPIOPF 1, INTTYPE 4:2, RQEOI 5, DM 6, GUESTMODE 7, DESTINATION23_0 31:8,"
                + " VECTOR 71:64, DESTINATION31_24 127:120"),
        Arguments.of(
            AmdDeviceEntry.LAYOUT,
            64,
            "IV 0, INTTABLEN 4:1, IG 5, INTTABROOT 50:6, INITPASS 56, EINTPASS 57, NMIPASS 58,"
                + " INTCTL 61:60, LINT0PASS 62, LINT1PASS 63"),
        Arguments.of(AmdEvent.LAYOUT, 128, "DEVICEID 15:0, I 51, EVENTCODE 63:60, ADDRESS 127:64"),
        Arguments.of(
            AmdCommand.WAIT_LAYOUT,
            128,
            "S 0, I 1, F 2, STOREADDRESS 51:3, OPCODE 63:60, STOREDATA 127:64"),
        Arguments.of(AmdCommand.DEVICE_LAYOUT, 128, "DEVICEID 15:0, OPCODE 63:60"),
        Arguments.of(AmdCommand.ALL_LAYOUT, 128, "OPCODE 63:60"),
        Arguments.of(
            InvalidationDescriptor.ENTRY_LAYOUT,
            128,
            "TYPE 3:0, G 4, TYPE6_4 11:9, IM 31:27, IIDX 47:32"),
        Arguments.of(
            InvalidationDescriptor.WAIT_LAYOUT,
            128,
            "TYPE 3:0, IF 4, SW 5, FN 6, PD 7, TYPE6_4 11:9, STATUS 63:32, STATUSADDR63_2 127:66"));
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void aLayoutIsTheDocuments(Layout layout, int width, String typed) {
    assertThat(layout.width()).isEqualTo(width);
    assertThat(described(layout)).isEqualTo(typed);
  }

  @ParameterizedTest
  @EnumSource(VtdRegister.class)
  void aRegisterIsTheDocuments(VtdRegister register) {
    String typed =
        switch (register) {
          case VER -> "0x0 32: MIN 3:0, MAX 7:4";
          case CAP -> "0x8 64: ND 2:0, CM 7, FRO 33:24, NFR 47:40, PI 59, ESIRTPS 62";
          case ECAP -> "0x10 64: QI 1, IR 3, EIM 4, MHMV 23:20, VCS 44, EIMER 61, IRREQ 62";
          case GCMD -> "0x18 32: CFI 23, SIRTP 24, IRE 25, QIE 26";
          case GSTS -> "0x1c 32: CFI 23, SIRTP 24, IRE 25, QIE 26";
          case FSTS -> "0x34 32: PFO 0, PPF 1, IQE 4, ICE 5, ITE 6, FRI 15:8";
          case FECTL -> "0x38 32: IP 30, IM 31";
          case FEDATA -> "0x3c 32: IMD 15:0";
          case FEADDR -> "0x40 32: MA 31:2";
          case FEUADDR -> "0x44 32: MUA 31:0";
          case IQH -> "0x80 64: QH 18:4";
          case IQT -> "0x88 64: QT 18:4";
          case IQA -> "0x90 64: QS 2:0, DW 11, IQA 63:12";
          case ICS -> "0x9c 32: IWC 0";
          case IECTL -> "0xa0 32: IP 30, IM 31";
          case IEDATA -> "0xa4 32: IMD 15:0";
          case IEADDR -> "0xa8 32: MA 31:2";
          case IEUADDR -> "0xac 32: MUA 31:0";
          case IRTA -> "0xb8 64: S 3:0, EIME 11, IRTA 63:12";
          case PILA -> "0xfe0 64: PIE 0, PIL 63:12";
        };
    Layout layout = register.layout();
    assertThat("0x%x %d: %s".formatted(register.offset(), layout.width(), described(layout)))
        .isEqualTo(typed);
    for (int at = 0; at < register.bytes(); at += 4) {
      assertThat(VtdRegister.at(register.offset() + at)).isEqualTo(register);
    }
  }

  @ParameterizedTest
  @EnumSource(AmdRegister.class)
  void anAmdRegisterIsTheDocuments(AmdRegister register) {
    String typed =
        switch (register) {
          case DEVICE_TABLE -> "0x0: SIZE 8:0, DEVTABBASE 51:12";
          case COMMAND_BASE -> "0x8: COMBASE 51:12, COMLEN 59:56";
          case EVENT_BASE -> "0x10: EVENTBASE 51:12, EVENTLEN 59:56";
          case CONTROL ->
              "0x18: IOMMUEN 0, EVENTLOGEN 2, EVENTINTEN 3, COMWAITINTEN 4, CMDBUFEN 12, GAEN 17,"
                  + " XTEN 50";
          case FEATURES -> "0x30: XTSUP 2, IASUP 6, GASUP 7, GAMSUP 23:21";
          case COMMAND_HEAD -> "0x2000: CMDHEADPTR 18:4";
          case COMMAND_TAIL -> "0x2008: CMDTAILPTR 18:4";
          case EVENT_HEAD -> "0x2010: EVENTHEADPTR 18:4";
          case EVENT_TAIL -> "0x2018: EVENTTAILPTR 18:4";
          case STATUS ->
              "0x2020: EVENTOVERFLOW 0, EVENTLOGINT 1, COMWAITINT 2, EVENTLOGRUN 3, CMDBUFRUN 4";
        };
    assertThat("0x%x: %s".formatted(register.offset(), described(register.layout())))
        .isEqualTo(typed);
    assertThat(AmdRegister.at(register.offset() + 7)).isEqualTo(register);
  }

  private static String described(Layout layout) {
    return layout.fields().stream()
        .filter(field -> field.access() != Field.Access.RSVD)
        .map(LayoutTest::described)
        .collect(Collectors.joining(", "));
  }

  private static String described(Field field) {
    int high = field.lsb() + field.width() - 1;
    return field.width() == 1
        ? field.name() + " " + field.lsb()
        : field.name() + " " + high + ":" + field.lsb();
  }

  @Test
  void aFieldKeepsItsNeighbours() {
    Field field = Field.bits("X", 79, 72);
    assertThat(field.word()).isEqualTo(1);
    assertThat(field.mask()).isEqualTo(0xFF00);
    assertThat(field.set(-1, 0x1AB)).isEqualTo(0xFFFF_FFFF_FFFF_ABFFL);
    assertThat(field.get(0xABFF)).isEqualTo(0xAB);
    assertThat(Field.bits("ALL", 63, 0).get(-1)).isEqualTo(-1);
  }

  @Test
  void messagesRoundTrip() {
    for (int index = 0; index < 1 << 16; index++) {
      assertThat(RemappableMessage.of(index).index()).isEqualTo(index);
      assertThat(RemappableMessage.withoutSubhandle(index).index()).isEqualTo(index);
    }
    for (int destination = 0; destination < 1 << 15; destination++) {
      long address = CompatibilityMessage.fixed(destination, 0x31).address();
      assertThat(CompatibilityMessage.extendedDestination(address)).isEqualTo(destination);
      assertThat(CompatibilityMessage.inRange(address)).isTrue();
      assertThat(RemappableMessage.isRemappable(address)).isFalse();
    }
  }

  @Test
  void anEntryPrintsItsFields() {
    assertThat(Irte.remapped(0x1200, 0x31, Attributes.of(4, true, false, false)).from(0x6A00, 1))
        .hasToString("P=1 DM=1 DLM=4 V=31 DST=1200 SID=6a00 SQ=1 SVT=1");
    assertThat(Irte.posted(0x1_2345_6780L, 0xFF, true))
        .hasToString("P=1 URG=1 IM=1 V=ff PDA31_6=8d159e PDA63_32=1");
  }
}
