package dev.adit.devices.dsa;

import java.util.Arrays;

/**
 * An error that cannot be told by a completion record, or not only (section 5.8). One for each
 * engine is filled in and reported again and again, so it must not be kept.
 */
public final class DeviceError {
  /** PCI configuration was changed while the device was enabled. */
  static final int CONFIGURATION_CHANGED = 0x51;

  /** A command was written while one was active. */
  static final int COMMAND_ACTIVE = 0x52;

  /** A descriptor was written to a full dedicated work queue. */
  static final int QUEUE_FULL = 0x53;

  /** An event could not be written to the log. */
  static final int LOG_FAILED = 0x54;

  /** The longest completion record, in 8 bytes. */
  static final int RECORD_WORDS = 8;

  static final int NO_WQ = -1;

  /** In {@link #logInfo}: the descriptor came through a portal of the message store. */
  static final int IMS_PORTAL = 1 << 17;

  int code;
  int wq;
  boolean descriptor;
  boolean batchMember;
  boolean write;
  boolean priv;
  int opcode;
  int pasid;
  int batchIndex;
  boolean infoValid;
  int info;
  long address;

  /** Event log only: bits 63:32 of the second quadword. */
  int logInfo;

  // Event log only: the completion record that could not be written, or zeros.
  final long[] record = new long[RECORD_WORDS];

  DeviceError() {}

  /** {@return the PASID of the descriptor that had the error, 0 if it had none} */
  public int pasid() {
    return pasid;
  }

  /** Takes over an error of a physical function as its tenant is to see it. */
  DeviceError become(DeviceError other, int newWq) {
    begin(other.code, newWq);
    descriptor = other.descriptor;
    batchMember = other.batchMember;
    write = other.write;
    opcode = other.opcode;
    batchIndex = other.batchIndex;
    infoValid = other.infoValid;
    info = other.info;
    address = other.address;
    logInfo = other.logInfo & ~IMS_PORTAL;
    System.arraycopy(other.record, 0, record, 0, RECORD_WORDS);
    return this;
  }

  /** Starts over with an error that belongs to no descriptor. */
  DeviceError begin(int newCode, int newWq) {
    code = newCode;
    wq = newWq;
    descriptor = false;
    batchMember = false;
    write = false;
    priv = false;
    opcode = 0;
    pasid = 0;
    batchIndex = 0;
    infoValid = false;
    info = 0;
    address = 0;
    logInfo = 0;
    Arrays.fill(record, 0);
    return this;
  }
}
