package dev.adit.pci.spec;

import static dev.adit.pci.spec.Format.DECIMAL;
import static dev.adit.pci.spec.Formats.HEX4;
import static dev.adit.pci.spec.Formats.SPEED;
import static dev.adit.pci.spec.Formats.WIDTH;

import java.util.List;

/**
 * The link, slot and root registers of the PCI Express capability (PCIe 7.5.3.6 to 7.5.3.14 and
 * 7.5.3.18 to 7.5.3.20). Functions integrated in a root complex have no link, and only ports with a
 * slot have slot registers.
 */
public final class PciExpressLink {
  private static final CapabilityKey KEY = PciExpress.KEY;
  private static final Register LNK_CAP = new Register(KEY, "LnkCap", 0x0c, 4);
  private static final Register LNK_CTL = new Register(KEY, "LnkCtl", 0x10, 2);
  private static final Register LNK_STA = new Register(KEY, "LnkSta", 0x12, 2);
  private static final Register SLT_CAP = new Register(KEY, "SltCap", 0x14, 4);
  private static final Register SLT_CTL = new Register(KEY, "SltCtl", 0x18, 2);
  private static final Register SLT_STA = new Register(KEY, "SltSta", 0x1a, 2);
  private static final Register ROOT_CTL = new Register(KEY, "RootCtl", 0x1c, 2);
  private static final Register ROOT_CAP = new Register(KEY, "RootCap", 0x1e, 2);
  private static final Register ROOT_STA = new Register(KEY, "RootSta", 0x20, 4);
  private static final Register LNK_CAP_2 = new Register(KEY, "LnkCap2", 0x2c, 4);
  private static final Register LNK_CTL_2 = new Register(KEY, "LnkCtl2", 0x30, 2);
  private static final Register LNK_STA_2 = new Register(KEY, "LnkSta2", 0x32, 2);

  private static final Format ASPM_SUPPORT = Format.names("not supported", "L0s", "L1", "L0s L1");

  private static final Format L0S_EXIT =
      Format.names("<64ns", "<128ns", "<256ns", "<512ns", "<1us", "<2us", "<4us", "unlimited");
  private static final Format L1_EXIT =
      Format.names("<1us", "<2us", "<4us", "<8us", "<16us", "<32us", "<64us", "unlimited");

  public static final Field MAX_SPEED = LNK_CAP.bits("Speed", 3, 0, SPEED);
  public static final Field MAX_WIDTH = LNK_CAP.bits("Width", 9, 4, WIDTH);
  public static final Field SPEED_NOW = LNK_STA.bits("Speed", 3, 0, SPEED);
  public static final Field WIDTH_NOW = LNK_STA.bits("Width", 9, 4, WIDTH);

  /** Fields of a function with a link. */
  public static final List<Field> LINK =
      List.of(
          LNK_CAP.bits("Port #", 31, 24, DECIMAL),
          MAX_SPEED,
          MAX_WIDTH,
          LNK_CAP.bits("ASPM", 11, 10, ASPM_SUPPORT),
          LNK_CAP.bits("Exit Latency L0s", 14, 12, L0S_EXIT),
          LNK_CAP.bits("Exit Latency L1", 17, 15, L1_EXIT),
          LNK_CAP.bit("ClockPM", 18),
          LNK_CAP.bit("Surprise", 19),
          LNK_CAP.bit("LLActRep", 20),
          LNK_CAP.bit("BwNot", 21),
          LNK_CAP.bit("ASPMOptComp", 22),
          LNK_CTL.bits(
              "ASPM",
              1,
              0,
              Format.names("Disabled", "L0s Enabled", "L1 Enabled", "L0s L1 Enabled")),
          LNK_CTL.bits("RCB", 3, 3, Format.names("64 bytes", "128 bytes")),
          LNK_CTL.bit("LnkDisable", 4),
          LNK_CTL.bit("CommClk", 6),
          LNK_CTL.bit("ExtSynch", 7),
          LNK_CTL.bit("ClockPM", 8),
          LNK_CTL.bit("AutWidDis", 9),
          LNK_CTL.bit("BWInt", 10),
          LNK_CTL.bit("AutBWInt", 11),
          SPEED_NOW,
          WIDTH_NOW,
          LNK_STA.bit("TrErr", 10),
          LNK_STA.bit("Train", 11),
          LNK_STA.bit("SlotClk", 12),
          LNK_STA.bit("DLActive", 13),
          LNK_STA.bit("BWMgmt", 14),
          LNK_STA.bit("ABWMgmt", 15));

  /** Fields of a port with a slot. */
  public static final List<Field> SLOT =
      List.of(
          SLT_CAP.bit("AttnBtn", 0),
          SLT_CAP.bit("PwrCtrl", 1),
          SLT_CAP.bit("MRL", 2),
          SLT_CAP.bit("AttnInd", 3),
          SLT_CAP.bit("PwrInd", 4),
          SLT_CAP.bit("Surprise", 5),
          SLT_CAP.bit("HotPlug", 6),
          SLT_CAP.bits("Slot #", 31, 19, DECIMAL),
          SLT_CAP.bit("Interlock", 17),
          SLT_CAP.bit("NoCompl", 18),
          SLT_CTL.bit("AttnBtn", 0),
          SLT_CTL.bit("PwrFlt", 1),
          SLT_CTL.bit("MRL", 2),
          SLT_CTL.bit("PresDet", 3),
          SLT_CTL.bit("CmdCplt", 4),
          SLT_CTL.bit("HPIrq", 5),
          SLT_CTL.bit("LinkChg", 12),
          SLT_CTL.bits("AttnInd", 7, 6, Format.names("Unknown", "On", "Blink", "Off")),
          SLT_CTL.bits("PwrInd", 9, 8, Format.names("Unknown", "On", "Blink", "Off")),
          SLT_CTL.bit("Power", 10),
          SLT_CTL.bit("Interlock", 11),
          SLT_STA.bit("AttnBtn", 0),
          SLT_STA.bit("PowerFlt", 1),
          SLT_STA.bit("MRLChanged", 2),
          SLT_STA.bit("PresDetChanged", 3),
          SLT_STA.bit("CmdCplt", 4),
          SLT_STA.bit("MRL", 5),
          SLT_STA.bit("PresDet", 6),
          SLT_STA.bit("Interlock", 7),
          SLT_STA.bit("LinkState", 8));

  /** Fields of a root port or an event collector. */
  public static final List<Field> ROOT =
      List.of(
          ROOT_CAP.bit("CRSVisible", 0),
          ROOT_CTL.bit("ErrCorrectable", 0),
          ROOT_CTL.bit("ErrNon-Fatal", 1),
          ROOT_CTL.bit("ErrFatal", 2),
          ROOT_CTL.bit("PMEIntEna", 3),
          ROOT_CTL.bit("CRSVisible", 4),
          ROOT_STA.bits("PME ReqID", 15, 0, HEX4),
          ROOT_STA.bit("PMEStatus", 16),
          ROOT_STA.bit("PMEPending", 17));

  /** Fields that version 2 of the capability adds for a function with a link. */
  public static final List<Field> LINK_2 =
      List.of(
          LNK_CAP_2.bits("Supported Link Speeds", 7, 1, PciExpressLink::speeds),
          LNK_CAP_2.bit("Crosslink", 8),
          LNK_CAP_2.bit("Retimer", 23),
          LNK_CAP_2.bit("2Retimers", 24),
          LNK_CAP_2.bit("DRS", 31),
          LNK_CTL_2.bits("Target Link Speed", 3, 0, value -> SPEED.text(Math.max(value, 1))),
          LNK_CTL_2.bit("EnterCompliance", 4),
          LNK_CTL_2.bit("SpeedDis", 5),
          LNK_CTL_2.bit("EnterModifiedCompliance", 10),
          LNK_CTL_2.bit("ComplianceSOS", 11),
          LNK_STA_2.bit("EqualizationComplete", 1),
          LNK_STA_2.bit("EqualizationPhase1", 2),
          LNK_STA_2.bit("EqualizationPhase2", 3),
          LNK_STA_2.bit("EqualizationPhase3", 4),
          LNK_STA_2.bit("LinkEqualizationRequest", 5),
          LNK_STA_2.bit("Retimer", 6),
          LNK_STA_2.bit("2Retimers", 7));

  private PciExpressLink() {}

  private static String speeds(long mask) {
    long highest = 63L - Long.numberOfLeadingZeros(mask);
    if (mask == 0) {
      return "unknown";
    }
    return highest == 0 ? SPEED.text(1) : "2.5-" + SPEED.text(highest + 1);
  }
}
