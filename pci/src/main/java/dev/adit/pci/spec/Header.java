package dev.adit.pci.spec;

import static dev.adit.pci.spec.Access.RO;
import static dev.adit.pci.spec.Access.RW;
import static dev.adit.pci.spec.Access.RW1C;
import static dev.adit.pci.spec.Format.DECIMAL;
import static dev.adit.pci.spec.Format.HEX;

/** The first 64 bytes: what all header types share, and the rest of type 0 (PCIe 7.5.1). */
public final class Header {
  private static final Register COMMAND = register("Control", 0x04, 2);
  private static final Register STATUS = register("Status", 0x06, 2);
  private static final Register TYPE = register("Header Type", 0x0e, 1);

  public static final Field VENDOR_ID = register("Vendor ID", 0x00, 2).whole(RO, HEX);
  public static final Field DEVICE_ID = register("Device ID", 0x02, 2).whole(RO, HEX);

  /** Responds to I/O cycles; no emulated function has I/O BARs. */
  public static final Field IO_SPACE = COMMAND.bit("I/O", 0);

  /** Responds to memory cycles. */
  public static final Field MEMORY_SPACE = COMMAND.bit("Mem", 1, RW);

  /** May send requests: DMA and message-signalled interrupts. */
  public static final Field BUS_MASTER = COMMAND.bit("BusMaster", 2, RW);

  public static final Field SPECIAL_CYCLE = COMMAND.bit("SpecCycle", 3);
  public static final Field WRITE_INVALIDATE = COMMAND.bit("MemWINV", 4);
  public static final Field VGA_SNOOP = COMMAND.bit("VGASnoop", 5);
  public static final Field PARITY_RESPONSE = COMMAND.bit("ParErr", 6, RW);
  public static final Field STEPPING = COMMAND.bit("Stepping", 7);
  public static final Field SERR_ENABLE = COMMAND.bit("SERR", 8, RW);
  public static final Field FAST_BACK_ENABLE = COMMAND.bit("FastB2B", 9);
  public static final Field INTX_DISABLE = COMMAND.bit("DisINTx", 10, RW);

  public static final Field INTX_STATUS = STATUS.bit("INTx", 3);
  public static final Field CAPABILITY_LIST = STATUS.bit("Cap", 4);
  public static final Field MHZ_66 = STATUS.bit("66MHz", 5);
  public static final Field USER_FEATURES = STATUS.bit("UDF", 6);
  public static final Field FAST_BACK = STATUS.bit("FastB2B", 7);
  public static final Field MASTER_PARITY_ERROR = STATUS.bit("ParErr", 8, RW1C);
  public static final Field DEVSEL =
      STATUS.bits("DEVSEL", 10, 9, Format.names("fast", "medium", "slow", "??"));
  public static final Field SIGNALED_TARGET_ABORT = STATUS.bit(">TAbort", 11, RW1C);
  public static final Field RECEIVED_TARGET_ABORT = STATUS.bit("<TAbort", 12, RW1C);
  public static final Field RECEIVED_MASTER_ABORT = STATUS.bit("<MAbort", 13, RW1C);
  public static final Field SIGNALED_SYSTEM_ERROR = STATUS.bit(">SERR", 14, RW1C);
  public static final Field PARITY_ERROR = STATUS.bit("<PERR", 15, RW1C);

  public static final Field REVISION_ID = register("Revision ID", 0x08, 1).whole(RO, HEX);
  public static final Field PROGRAMMING_INTERFACE =
      register("Programming Interface", 0x09, 1).whole(RO, HEX);

  /** Base class and sub-class. */
  public static final Field CLASS = register("Class", 0x0a, 2).whole(RO, HEX);

  public static final Field CACHE_LINE_SIZE = register("Cache Line Size", 0x0c, 1).whole(RW, HEX);
  public static final Field LATENCY_TIMER = register("Latency", 0x0d, 1).whole(RO, DECIMAL);
  public static final Field HEADER_TYPE = TYPE.bits("Header Type", 6, 0, HEX);
  public static final Field MULTI_FUNCTION = TYPE.bit("Multi-Function", 7);
  public static final Field BIST = register("BIST", 0x0f, 1).whole(RO, HEX);

  public static final Field SUBSYSTEM_VENDOR_ID =
      register("Subsystem Vendor ID", 0x2c, 2).whole(RO, HEX);
  public static final Field SUBSYSTEM_ID = register("Subsystem ID", 0x2e, 2).whole(RO, HEX);
  public static final Field CAPABILITIES_POINTER =
      register("Capabilities Pointer", 0x34, 1).whole(RO, HEX);
  public static final Field INTERRUPT_LINE = register("Interrupt Line", 0x3c, 1).whole(RW, DECIMAL);
  public static final Field INTERRUPT_PIN = register("Interrupt Pin", 0x3d, 1).whole(RO, DECIMAL);

  /** Where the first base address register lies. */
  public static final int BAR0 = 0x10;

  public static final Layout LAYOUT =
      Layout.of(
          CapabilityKey.HEADER,
          "Header",
          0x40,
          VENDOR_ID,
          DEVICE_ID,
          IO_SPACE,
          MEMORY_SPACE,
          BUS_MASTER,
          SPECIAL_CYCLE,
          WRITE_INVALIDATE,
          VGA_SNOOP,
          PARITY_RESPONSE,
          STEPPING,
          SERR_ENABLE,
          FAST_BACK_ENABLE,
          INTX_DISABLE,
          INTX_STATUS,
          CAPABILITY_LIST,
          MHZ_66,
          USER_FEATURES,
          FAST_BACK,
          MASTER_PARITY_ERROR,
          DEVSEL,
          SIGNALED_TARGET_ABORT,
          RECEIVED_TARGET_ABORT,
          RECEIVED_MASTER_ABORT,
          SIGNALED_SYSTEM_ERROR,
          PARITY_ERROR,
          REVISION_ID,
          PROGRAMMING_INTERFACE,
          CLASS,
          CACHE_LINE_SIZE,
          LATENCY_TIMER,
          HEADER_TYPE,
          MULTI_FUNCTION,
          BIST,
          SUBSYSTEM_VENDOR_ID,
          SUBSYSTEM_ID,
          CAPABILITIES_POINTER,
          INTERRUPT_LINE,
          INTERRUPT_PIN);

  private Header() {}

  private static Register register(String name, int offset, int bytes) {
    return new Register(CapabilityKey.HEADER, name, offset, bytes);
  }
}
