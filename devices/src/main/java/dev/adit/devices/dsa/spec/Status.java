package dev.adit.devices.dsa.spec;

/**
 * Completion status codes (section 8.2.1, table 5.6 of errors). The low six bits of the status
 * byte; bit 7 tells a write from a read in faults.
 */
public final class Status {
  public static final int NONE = 0x00;
  public static final int SUCCESS = 0x01;
  public static final int SUCCESS_FALSE = 0x02;
  public static final int PAGE_FAULT = 0x03;
  public static final int PAGE_REQUEST_INVALID = 0x04;
  public static final int BATCH_MEMBER = 0x05;
  public static final int BATCH_FAULT = 0x06;
  public static final int DELTA_ORDER = 0x07;
  public static final int DELTA_OFFSET = 0x08;
  public static final int DIF = 0x09;
  public static final int OPCODE = 0x10;
  public static final int INVALID_FLAGS = 0x11;
  public static final int RESERVED_FIELD = 0x12;
  public static final int TRANSFER_SIZE = 0x13;
  public static final int DESCRIPTOR_COUNT = 0x14;
  public static final int FIELD_VALUE = 0x15;
  public static final int OVERLAP = 0x16;
  public static final int DUALCAST_ALIGNMENT = 0x17;
  public static final int LIST_ALIGNMENT = 0x18;
  public static final int INTERRUPT_HANDLE = 0x19;
  public static final int RECORD_FAULT = 0x1a;
  public static final int RECORD_ALIGNMENT = 0x1b;
  public static final int ADDRESS_ALIGNMENT = 0x1c;
  public static final int PRIVILEGE = 0x1d;
  public static final int TRAFFIC_CLASS = 0x1e;
  public static final int READBACK_FAULT = 0x1f;
  public static final int HARDWARE = 0x20;
  public static final int HARDWARE_WRITE = 0x21;
  public static final int TRANSLATION = 0x22;
  public static final int DRAIN_LOGGED = 0x26;
  public static final int BATCH_LOGGED = 0x27;

  /** Set in the status byte when the access that failed was a write. */
  public static final int WRITE = 0x80;

  /** The status code in a status byte. */
  public static final int CODE_MASK = 0x3f;

  private Status() {}

  /** {@return what a status code means, in a few words} */
  public static String text(int status) {
    return switch (status & CODE_MASK) {
      case NONE -> "not completed";
      case SUCCESS -> "success";
      case SUCCESS_FALSE -> "success, false predicate";
      case PAGE_FAULT -> "page fault, partial completion";
      case PAGE_REQUEST_INVALID -> "page request answered invalid";
      case BATCH_MEMBER -> "a batch member was not successful";
      case BATCH_FAULT -> "fault on the descriptor list";
      case DELTA_ORDER -> "delta offsets do not increase";
      case DELTA_OFFSET -> "delta offset outside the destination";
      case DIF -> "data integrity field error";
      case OPCODE -> "unsupported operation";
      case INVALID_FLAGS -> "invalid flags";
      case RESERVED_FIELD -> "reserved field not zero";
      case TRANSFER_SIZE -> "invalid transfer size";
      case DESCRIPTOR_COUNT -> "descriptor count out of range";
      case FIELD_VALUE -> "unsupported field value";
      case OVERLAP -> "buffers overlap";
      case DUALCAST_ALIGNMENT -> "dualcast destinations differ in bits 11:0";
      case LIST_ALIGNMENT -> "descriptor list misaligned";
      case INTERRUPT_HANDLE -> "invalid interrupt handle";
      case RECORD_FAULT -> "fault on the completion record";
      case RECORD_ALIGNMENT -> "completion record misaligned";
      case ADDRESS_ALIGNMENT -> "address misaligned";
      case PRIVILEGE -> "privilege error";
      case TRAFFIC_CLASS -> "invalid traffic class";
      case READBACK_FAULT -> "fault on a readback address";
      case HARDWARE -> "hardware error";
      case HARDWARE_WRITE -> "hardware error on a write";
      case TRANSLATION -> "translation failed";
      case DRAIN_LOGGED -> "drain record went to the event log";
      case BATCH_LOGGED -> "batch record went to the event log";
      default -> "status 0x" + Integer.toHexString(status & CODE_MASK);
    };
  }
}
