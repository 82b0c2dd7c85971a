package dev.adit.pci.spec;

import static dev.adit.pci.spec.Access.RO;
import static dev.adit.pci.spec.Access.RW;
import static dev.adit.pci.spec.Access.RW1C;
import static dev.adit.pci.spec.Format.DECIMAL;
import static dev.adit.pci.spec.Formats.HEX4;
import static dev.adit.pci.spec.Formats.HEX8;

import java.util.ArrayList;
import java.util.List;

/** Advanced Error Reporting, extended capability 0x01 (PCIe 7.8.4). */
public final class Aer {
  public static final CapabilityKey KEY = CapabilityKey.extended(0x01);

  /** Errors of the uncorrectable registers by bit; "" where there is none. */
  private static final List<String> UNCORRECTABLE =
      List.of(
          "",
          "",
          "",
          "",
          "DLP",
          "SDES",
          "",
          "",
          "",
          "",
          "",
          "",
          "TLP",
          "FCP",
          "CmpltTO",
          "CmpltAbrt",
          "UnxCmplt",
          "RxOF",
          "MalfTLP",
          "ECRC",
          "UnsupReq",
          "ACSViol",
          "UncorrIntErr",
          "BlockedTLP",
          "AtomicOpBlocked",
          "TLPBlockedErr",
          "PoisonTLPBlocked",
          "DMWrReqBlocked",
          "IDECheck",
          "MisIDETLP",
          "PCRC_CHECK",
          "TLPXlatBlocked");

  /** Errors of the correctable registers by bit. */
  private static final List<String> CORRECTABLE =
      List.of(
          "RxErr",
          "",
          "",
          "",
          "",
          "",
          "BadTLP",
          "BadDLLP",
          "Rollover",
          "",
          "",
          "",
          "Timeout",
          "AdvNonFatalErr",
          "CorrIntErr",
          "HeaderOF");

  private static final Register UE_STATUS = new Register(KEY, "UESta", 0x04, 4);
  private static final Register UE_MASK = new Register(KEY, "UEMsk", 0x08, 4);
  private static final Register UE_SEVERITY = new Register(KEY, "UESvrt", 0x0c, 4);
  private static final Register CE_STATUS = new Register(KEY, "CESta", 0x10, 4);
  private static final Register CE_MASK = new Register(KEY, "CEMsk", 0x14, 4);
  private static final Register CONTROL = new Register(KEY, "AERCap", 0x18, 4);

  /** A request that nobody claims, of which an endpoint tells by a completion status. */
  public static final Field UNSUPPORTED_REQUEST = UE_STATUS.bit("UnsupReq", 20, RW1C);

  /** Which errors are fatal; the reset value of the whole register is 0x00462030. */
  public static final List<Field> SEVERITY = bits(UE_SEVERITY, UNCORRECTABLE, RW);

  public static final Field FIRST_ERROR = CONTROL.bits("First Error Pointer", 4, 0, Formats.HEX2);
  public static final Field ECRC_GENERATION = CONTROL.bit("ECRCGenCap", 5);
  public static final Field ECRC_GENERATION_ENABLE = CONTROL.bit("ECRCGenEn", 6);
  public static final Field ECRC_CHECK = CONTROL.bit("ECRCChkCap", 7);
  public static final Field ECRC_CHECK_ENABLE = CONTROL.bit("ECRCChkEn", 8);
  public static final Field MULTIPLE_HEADERS = CONTROL.bit("MultHdrRecCap", 9);
  public static final Field MULTIPLE_HEADERS_ENABLE = CONTROL.bit("MultHdrRecEn", 10);
  public static final Field PREFIX_PRESENT = CONTROL.bit("TLPPfxPres", 11);
  public static final Field HEADER_LOG_CAPABLE = CONTROL.bit("HdrLogCap", 12);

  private static final Register ROOT_COMMAND = new Register(KEY, "RootCmd", 0x2c, 4);
  private static final Register ROOT_STATUS = new Register(KEY, "RootSta", 0x30, 4);
  private static final Register SOURCES = new Register(KEY, "ErrorSrc", 0x34, 4);

  /** Fields that only root ports and event collectors have. */
  public static final List<Field> ROOT =
      List.of(
          ROOT_COMMAND.bit("CERptEn", 0),
          ROOT_COMMAND.bit("NFERptEn", 1),
          ROOT_COMMAND.bit("FERptEn", 2),
          ROOT_STATUS.bit("CERcvd", 0),
          ROOT_STATUS.bit("MultCERcvd", 1),
          ROOT_STATUS.bit("UERcvd", 2),
          ROOT_STATUS.bit("MultUERcvd", 3),
          ROOT_STATUS.bit("FirstFatal", 4),
          ROOT_STATUS.bit("NonFatalMsg", 5),
          ROOT_STATUS.bit("FatalMsg", 6),
          ROOT_STATUS.bits("IntMsgNum", 31, 27, DECIMAL),
          SOURCES.bits("ERR_COR", 15, 0, HEX4),
          SOURCES.bits("ERR_FATAL/NONFATAL", 31, 16, HEX4));

  public static final Layout LAYOUT = new Layout(KEY, "Advanced Error Reporting", 0x48, fields());

  private Aer() {}

  private static List<Field> fields() {
    List<Field> all = new ArrayList<>();
    all.addAll(bits(UE_STATUS, UNCORRECTABLE, RW1C));
    all.addAll(bits(UE_MASK, UNCORRECTABLE, RW));
    all.addAll(SEVERITY);
    all.addAll(bits(CE_STATUS, CORRECTABLE, RW1C));
    all.addAll(bits(CE_MASK, CORRECTABLE, RW));
    all.addAll(
        List.of(
            FIRST_ERROR,
            ECRC_GENERATION,
            ECRC_GENERATION_ENABLE,
            ECRC_CHECK,
            ECRC_CHECK_ENABLE,
            MULTIPLE_HEADERS,
            MULTIPLE_HEADERS_ENABLE,
            PREFIX_PRESENT,
            HEADER_LOG_CAPABLE));
    for (int i = 0; i < 4; i++) {
      all.add(new Register(KEY, "HeaderLog" + i, 0x1c + 4 * i, 4).whole(RO, HEX8));
    }
    return all;
  }

  private static List<Field> bits(Register register, List<String> names, Access access) {
    List<Field> fields = new ArrayList<>();
    for (int bit = 0; bit < names.size(); bit++) {
      if (!names.get(bit).isEmpty()) {
        fields.add(register.bit(names.get(bit), bit, access));
      }
    }
    return fields;
  }
}
