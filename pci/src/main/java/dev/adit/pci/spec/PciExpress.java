package dev.adit.pci.spec;

import static dev.adit.pci.spec.Access.RW;
import static dev.adit.pci.spec.Access.RW1C;
import static dev.adit.pci.spec.Access.TRIGGER;
import static dev.adit.pci.spec.Format.DECIMAL;

/**
 * PCI Express, capability 0x10: the registers of the device (PCIe 7.5.3.1 to 7.5.3.5 and 7.5.3.15
 * to 7.5.3.17).
 */
public final class PciExpress {
  public static final CapabilityKey KEY = CapabilityKey.standard(0x10);
  static final Format PAYLOAD = Format.doubling(128, " bytes");
  static final Format TIMEOUT =
      Format.names(
          "50us to 50ms",
          "50us to 100us",
          "1ms to 10ms",
          "",
          "",
          "16ms to 55ms",
          "65ms to 210ms",
          "",
          "",
          "260ms to 900ms",
          "1s to 3.5s",
          "",
          "",
          "4s to 13s",
          "17s to 64s");

  /** Ranges A (50us to 10ms), B (to 250ms), C (to 4s) and D (to 64s) by bit. */
  private static final Format RANGES =
      Format.names(
          "Not Supported",
          "Range A",
          "Range B",
          "Range AB",
          "",
          "",
          "Range BC",
          "Range ABC",
          "",
          "",
          "",
          "",
          "",
          "",
          "Range BCD",
          "Range ABCD");

  /** Bytes that every version for every type of function has. */
  public static final int ALWAYS = 0x0c;

  /** Where the registers begin that version 2 added. */
  public static final int SECOND_VERSION = 0x24;

  private static final Register FLAGS = new Register(KEY, "Express", 0x02, 2);
  private static final Register DEV_CAP = new Register(KEY, "DevCap", 0x04, 4);
  private static final Register DEV_CTL = new Register(KEY, "DevCtl", 0x08, 2);
  private static final Register DEV_STA = new Register(KEY, "DevSta", 0x0a, 2);
  private static final Register DEV_CAP_2 = new Register(KEY, "DevCap2", 0x24, 4);
  private static final Register DEV_CTL_2 = new Register(KEY, "DevCtl2", 0x28, 2);

  /** The values of {@link #TYPE}. */
  public enum Type {
    ENDPOINT(0, "Endpoint"),
    LEGACY_ENDPOINT(1, "Legacy Endpoint"),
    ROOT_PORT(4, "Root Port"),
    UPSTREAM_PORT(5, "Upstream Port"),
    DOWNSTREAM_PORT(6, "Downstream Port"),
    PCIE_TO_PCI_BRIDGE(7, "PCI-Express to PCI/PCI-X Bridge"),
    PCI_TO_PCIE_BRIDGE(8, "PCI/PCI-X to PCI-Express Bridge"),
    ROOT_COMPLEX_INTEGRATED_ENDPOINT(9, "Root Complex Integrated Endpoint"),
    ROOT_COMPLEX_EVENT_COLLECTOR(10, "Root Complex Event Collector");

    private final int code;
    private final String text;

    Type(int code, String text) {
      this.code = code;
      this.text = text;
    }

    /** {@return the number in the register} */
    public int code() {
      return code;
    }

    private static String name(long code) {
      for (Type type : values()) {
        if (type.code == code) {
          return type.text;
        }
      }
      return "Unknown type " + code;
    }
  }

  public static final Field VERSION = FLAGS.bits("version", 3, 0, DECIMAL);
  public static final Field TYPE = FLAGS.bits("type", 7, 4, Type::name);
  public static final Field SLOT_IMPLEMENTED = FLAGS.bit("Slot", 8);
  public static final Field INTERRUPT_MESSAGE = FLAGS.bits("IntMsgNum", 13, 9, DECIMAL);
  public static final Field FLIT_MODE = FLAGS.bit("FLIT", 15);

  public static final Field MAX_PAYLOAD_SUPPORTED = DEV_CAP.bits("MaxPayload", 2, 0, PAYLOAD);
  public static final Field PHANTOM_FUNCTIONS =
      DEV_CAP.bits("PhantFunc", 4, 3, value -> Long.toString((1L << value) - 1));
  public static final Field EXTENDED_TAG = DEV_CAP.bit("ExtTag", 5);
  public static final Field L0S_LATENCY =
      DEV_CAP.bits(
          "Latency L0s",
          8,
          6,
          Format.names("<64ns", "<128ns", "<256ns", "<512ns", "<1us", "<2us", "<4us", "unlimited"));
  public static final Field L1_LATENCY =
      DEV_CAP.bits(
          "L1",
          11,
          9,
          Format.names("<1us", "<2us", "<4us", "<8us", "<16us", "<32us", "<64us", "unlimited"));
  public static final Field ATTENTION_BUTTON = DEV_CAP.bit("AttnBtn", 12);
  public static final Field ATTENTION_INDICATOR = DEV_CAP.bit("AttnInd", 13);
  public static final Field POWER_INDICATOR = DEV_CAP.bit("PwrInd", 14);
  public static final Field ROLE_BASED_ERRORS = DEV_CAP.bit("RBE", 15);
  public static final Field SLOT_POWER_VALUE = DEV_CAP.bits("SlotPowerValue", 25, 18, DECIMAL);
  public static final Field SLOT_POWER_SCALE = DEV_CAP.bits("SlotPowerScale", 27, 26, DECIMAL);

  /** Takes a function-level reset by {@link #INITIATE_FLR}. */
  public static final Field FLR = DEV_CAP.bit("FLReset", 28);

  public static final Field TEE_IO = DEV_CAP.bit("TEE-IO", 30);

  public static final Field CORRECTABLE_REPORT = DEV_CTL.bit("CorrErr", 0, RW);
  public static final Field NON_FATAL_REPORT = DEV_CTL.bit("NonFatalErr", 1, RW);
  public static final Field FATAL_REPORT = DEV_CTL.bit("FatalErr", 2, RW);
  public static final Field UNSUPPORTED_REPORT = DEV_CTL.bit("UnsupReq", 3, RW);
  public static final Field RELAXED_ORDERING = DEV_CTL.bit("RlxdOrd", 4, RW);
  public static final Field MAX_PAYLOAD = DEV_CTL.bits("MaxPayload", 7, 5, RW, PAYLOAD);
  public static final Field EXTENDED_TAG_ENABLE = DEV_CTL.bit("ExtTag", 8, RW);
  public static final Field PHANTOM_ENABLE = DEV_CTL.bit("PhantFunc", 9);
  public static final Field AUX_POWER_ENABLE = DEV_CTL.bit("AuxPwr", 10);
  public static final Field NO_SNOOP = DEV_CTL.bit("NoSnoop", 11, RW);
  public static final Field MAX_READ_REQUEST = DEV_CTL.bits("MaxReadReq", 14, 12, RW, PAYLOAD);

  /** Writing 1 resets the function, if {@link #FLR} is set. */
  public static final Field INITIATE_FLR = DEV_CTL.bit("FLReset", 15, TRIGGER);

  public static final Field CORRECTABLE_ERROR = DEV_STA.bit("CorrErr", 0, RW1C);
  public static final Field NON_FATAL_ERROR = DEV_STA.bit("NonFatalErr", 1, RW1C);
  public static final Field FATAL_ERROR = DEV_STA.bit("FatalErr", 2, RW1C);
  public static final Field UNSUPPORTED_REQUEST = DEV_STA.bit("UnsupReq", 3, RW1C);
  public static final Field AUX_POWER = DEV_STA.bit("AuxPwr", 4);
  public static final Field TRANSACTIONS_PENDING = DEV_STA.bit("TransPend", 5);

  public static final Field TIMEOUT_RANGES = DEV_CAP_2.bits("Completion Timeout", 3, 0, RANGES);
  public static final Field TIMEOUT_DISABLE = DEV_CAP_2.bit("TimeoutDis", 4);
  public static final Field ARI_FORWARDING = DEV_CAP_2.bit("ARIFwd", 5);
  public static final Field ATOMIC_ROUTING = DEV_CAP_2.bit("Routing", 6);
  public static final Field ATOMIC_32 = DEV_CAP_2.bit("32bit", 7);
  public static final Field ATOMIC_64 = DEV_CAP_2.bit("64bit", 8);
  public static final Field ATOMIC_CAS_128 = DEV_CAP_2.bit("128bitCAS", 9);
  public static final Field NO_RO_PR_PR = DEV_CAP_2.bit("NROPrPrP", 10);
  public static final Field LTR = DEV_CAP_2.bit("LTR", 11);
  public static final Field TPH_COMPLETER = DEV_CAP_2.bit("TPHComp", 12);
  public static final Field EXTENDED_TPH_COMPLETER = DEV_CAP_2.bit("ExtTPHComp", 13);
  public static final Field LN_SYSTEM =
      DEV_CAP_2.bits(
          "LN System CLS",
          15,
          14,
          Format.names("Not Supported", "64byte cachelines", "128byte cachelines", "Reserved"));
  public static final Field TAG_10_COMPLETER = DEV_CAP_2.bit("10BitTagComp", 16);
  public static final Field TAG_10_REQUESTER = DEV_CAP_2.bit("10BitTagReq", 17);
  public static final Field OBFF =
      DEV_CAP_2.bits(
          "OBFF",
          19,
          18,
          Format.names("Not Supported", "Via message", "Via WAKE#", "Via message/WAKE#"));
  public static final Field EXTENDED_FORMAT = DEV_CAP_2.bit("ExtFmt", 20);

  /** Takes end-to-end TLP prefixes, of which the PASID prefix is one. */
  public static final Field TLP_PREFIX = DEV_CAP_2.bit("EETLPPrefix", 21);

  /** Prefixes taken; 0 means 4. */
  public static final Field MAX_TLP_PREFIXES =
      DEV_CAP_2.bits("MaxEETLPPrefixes", 23, 22, value -> value == 0 ? "4" : "" + value);

  public static final Field EMERGENCY_POWER =
      DEV_CAP_2.bits(
          "EmergencyPowerReduction",
          25,
          24,
          Format.names("Not Supported", "Dev Specific", "Form Factor Dev Specific", "Reserved"));
  public static final Field EMERGENCY_POWER_INIT = DEV_CAP_2.bit("EmergencyPowerReductionInit", 26);

  /** Completes Deferrable Memory Writes, which ENQCMD sends. */
  public static final Field DMWR_COMPLETER = DEV_CAP_2.bit("DMWr", 28);

  public static final Field DMWR_LENGTHS =
      DEV_CAP_2.bits("DMWrLength", 30, 29, Format.names("64 bytes", "128 bytes"));
  public static final Field FRS = DEV_CAP_2.bit("FRS", 31);

  public static final Field TIMEOUT_VALUE = DEV_CTL_2.bits("Completion Timeout", 3, 0, RW, TIMEOUT);
  public static final Field TIMEOUT_DISABLED = DEV_CTL_2.bit("TimeoutDis", 4, RW);
  public static final Field ARI_FORWARDING_ENABLE = DEV_CTL_2.bit("ARIFwd", 5);
  public static final Field ATOMIC_REQUESTER = DEV_CTL_2.bit("ReqEn", 6);
  public static final Field ATOMIC_EGRESS_BLOCK = DEV_CTL_2.bit("EgressBlck", 7);
  public static final Field IDO_REQUEST = DEV_CTL_2.bit("IDOReq", 8);
  public static final Field IDO_COMPLETION = DEV_CTL_2.bit("IDOCompl", 9);
  public static final Field LTR_ENABLE = DEV_CTL_2.bit("LTR", 10, RW);
  public static final Field EMERGENCY_POWER_REQUEST =
      DEV_CTL_2.bit("EmergencyPowerReductionReq", 11);
  public static final Field TAG_10_ENABLE = DEV_CTL_2.bit("10BitTagReq", 12, RW);
  public static final Field OBFF_ENABLE =
      DEV_CTL_2.bits(
          "OBFF", 14, 13, Format.names("Disabled", "Via message A", "Via message B", "Via WAKE#"));
  public static final Field TLP_PREFIX_BLOCK = DEV_CTL_2.bit("EETLPPrefixBlk", 15);

  /** The capability of an endpoint, whose link registers are all zero in a root complex. */
  public static final Layout LAYOUT =
      Layout.of(
          KEY,
          "Express",
          0x3c,
          VERSION,
          TYPE,
          SLOT_IMPLEMENTED,
          INTERRUPT_MESSAGE,
          FLIT_MODE,
          MAX_PAYLOAD_SUPPORTED,
          PHANTOM_FUNCTIONS,
          EXTENDED_TAG,
          L0S_LATENCY,
          L1_LATENCY,
          ATTENTION_BUTTON,
          ATTENTION_INDICATOR,
          POWER_INDICATOR,
          ROLE_BASED_ERRORS,
          SLOT_POWER_VALUE,
          SLOT_POWER_SCALE,
          FLR,
          TEE_IO,
          CORRECTABLE_REPORT,
          NON_FATAL_REPORT,
          FATAL_REPORT,
          UNSUPPORTED_REPORT,
          RELAXED_ORDERING,
          MAX_PAYLOAD,
          EXTENDED_TAG_ENABLE,
          PHANTOM_ENABLE,
          AUX_POWER_ENABLE,
          NO_SNOOP,
          MAX_READ_REQUEST,
          INITIATE_FLR,
          CORRECTABLE_ERROR,
          NON_FATAL_ERROR,
          FATAL_ERROR,
          UNSUPPORTED_REQUEST,
          AUX_POWER,
          TRANSACTIONS_PENDING,
          TIMEOUT_RANGES,
          TIMEOUT_DISABLE,
          ARI_FORWARDING,
          ATOMIC_ROUTING,
          ATOMIC_32,
          ATOMIC_64,
          ATOMIC_CAS_128,
          NO_RO_PR_PR,
          LTR,
          TPH_COMPLETER,
          EXTENDED_TPH_COMPLETER,
          LN_SYSTEM,
          TAG_10_COMPLETER,
          TAG_10_REQUESTER,
          OBFF,
          EXTENDED_FORMAT,
          TLP_PREFIX,
          MAX_TLP_PREFIXES,
          EMERGENCY_POWER,
          EMERGENCY_POWER_INIT,
          DMWR_COMPLETER,
          DMWR_LENGTHS,
          FRS,
          TIMEOUT_VALUE,
          TIMEOUT_DISABLED,
          ARI_FORWARDING_ENABLE,
          ATOMIC_REQUESTER,
          ATOMIC_EGRESS_BLOCK,
          IDO_REQUEST,
          IDO_COMPLETION,
          LTR_ENABLE,
          EMERGENCY_POWER_REQUEST,
          TAG_10_ENABLE,
          OBFF_ENABLE,
          TLP_PREFIX_BLOCK);

  private PciExpress() {}
}
