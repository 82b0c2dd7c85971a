package dev.adit.devices.dsa.spec;

/** Error codes of the command status register (5.8.3). */
public enum CommandError {
  NONE(0x00),
  NOT_SUPPORTED(0x01),
  WQ_INDEX(0x02),
  HARDWARE(0x03),
  RESERVED_OPERAND(0x04),
  HALTED(0x05),
  DEVICE_NOT_DISABLED(0x10),
  ENABLE_UNSPECIFIED(0x11),
  BUS_MASTER(0x12),
  PAGE_REQUEST_ALLOCATION(0x13),
  SUM_OF_WQ_SIZES(0x14),
  GROUP_CONFIG(0x15),
  GROUP_WQS(0x16),
  GROUP_ENGINES(0x17),
  READ_BUFFERS(0x18),
  EVENT_LOG(0x19),
  ATS(0x1A),
  EVENT_LOG_PASID(0x1B),
  DEVICE_NOT_ENABLED(0x20),
  WQ_NOT_DISABLED(0x21),
  WQ_SIZE(0x22),
  WQ_PRIORITY(0x23),
  WQ_MODE(0x24),
  WQ_BLOCK_ON_FAULT(0x25),
  WQ_PASID_ENABLE(0x26),
  WQ_BATCH_SIZE(0x27),
  WQ_TRANSFER_SIZE(0x28),
  WQ_PRIV(0x2A),
  WQ_OCCUPANCY_INTERRUPT(0x2B),
  WQ_ATS(0x2C),
  WQ_OPCFG(0x2D),
  WQ_PRS(0x2E),
  DISABLE_NOT_ENABLED(0x31),
  WQ_NOT_ENABLED(0x32),
  INTERRUPT_INDEX(0x41),
  NO_HANDLE(0x42);

  private final int code;

  CommandError(int code) {
    this.code = code;
  }

  /** {@return the number in CMDSTATUS bits 7:0} */
  public int code() {
    return code;
  }
}
