package dev.adit.devices.dsa.spec;

import static dev.adit.devices.dsa.spec.Flags.BLOCK_ON_FAULT;
import static dev.adit.devices.dsa.spec.Flags.CACHE_CONTROL;
import static dev.adit.devices.dsa.spec.Flags.CHECK_RESULT;
import static dev.adit.devices.dsa.spec.Flags.STRICT_ORDER;
import static dev.adit.devices.dsa.spec.Flags.TC_1;
import static dev.adit.devices.dsa.spec.Flags.TC_2;
import static dev.adit.devices.dsa.spec.Flags.TC_3;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The operations, each with the flags it allows and the bytes of its descriptor that must be zero
 * (section 5.4, tables 5-3 and 5-5). Flags that every operation allows are not listed; whether a
 * listed flag may really be used also hangs on the device's capabilities and on the work queue.
 */
public enum Opcode {
  NOOP(0x00, "no-op", 0, bytes(16, 35) | bytes(38, 63), false),
  BATCH(
      0x01,
      "batch",
      TC_1,
      bytes(24, 31) | bytes(38, 63),
      false,
      new Option(Flags.BATCH_CONTINUE, 15, 0)),
  DRAIN(
      0x02,
      "drain",
      0,
      bytes(32, 35) | bytes(38, 63),
      false,
      new Option(Flags.DRAIN_READBACK_1, 9, 0),
      new Option(Flags.DRAIN_READBACK_2, 9, 0),
      new Option(Flags.DRAIN_SUPPRESS_A, Option.ALWAYS, 0),
      new Option(Flags.DRAIN_SUPPRESS_B, Option.ALWAYS, 0)),
  MEMORY_MOVE(
      0x03,
      "memory move",
      BLOCK_ON_FAULT | CACHE_CONTROL | STRICT_ORDER | TC_1 | TC_2,
      bytes(38, 63),
      false),
  FILL(
      0x04,
      "fill",
      BLOCK_ON_FAULT | CACHE_CONTROL | STRICT_ORDER | TC_2,
      bytes(38, 63),
      false,
      new Option(Flags.FILL_16, 10, bytes(40, 47))),
  COMPARE(
      0x05,
      "compare",
      BLOCK_ON_FAULT | CHECK_RESULT | TC_1 | TC_2,
      bytes(38, 39) | bytes(41, 63),
      true),
  COMPARE_PATTERN(
      0x06,
      "compare pattern",
      BLOCK_ON_FAULT | CHECK_RESULT | TC_1,
      bytes(38, 39) | bytes(41, 63),
      true),
  CREATE_DELTA(
      0x07,
      "create delta record",
      BLOCK_ON_FAULT | CHECK_RESULT | CACHE_CONTROL | STRICT_ORDER | TC_1 | TC_2 | TC_3,
      bytes(38, 39) | bytes(52, 55) | bytes(57, 63),
      true),
  APPLY_DELTA(
      0x08,
      "apply delta record",
      BLOCK_ON_FAULT | CACHE_CONTROL | STRICT_ORDER | TC_1 | TC_2,
      bytes(38, 39) | bytes(44, 63),
      false),
  DUALCAST(
      0x09,
      "dualcast",
      BLOCK_ON_FAULT | CACHE_CONTROL | STRICT_ORDER | TC_1 | TC_2 | TC_3,
      bytes(38, 39) | bytes(48, 63),
      false),
  TRANSLATION_FETCH(
      0x0a,
      "translation fetch",
      BLOCK_ON_FAULT,
      bytes(24, 31) | bytes(38, 47) | bytes(52, 63),
      false),
  CRC(
      0x10,
      "CRC generation",
      BLOCK_ON_FAULT | TC_1 | TC_3,
      bytes(24, 31) | bytes(38, 39) | bytes(44, 63),
      true,
      new Option(Flags.CRC_READ_SEED, Option.ALWAYS, bytes(48, 55)),
      new Option(Flags.CRC_BYPASS_INVERSION, Option.ALWAYS, 0),
      new Option(Flags.CRC_BYPASS_REFLECTION, Option.ALWAYS, 0),
      new Option(Flags.CRC_64, 11, bytes(44, 47))),
  COPY_CRC(
      0x11,
      "copy with CRC generation",
      BLOCK_ON_FAULT | CACHE_CONTROL | STRICT_ORDER | TC_1 | TC_2 | TC_3,
      bytes(38, 39) | bytes(44, 63),
      true,
      new Option(Flags.CRC_READ_SEED, Option.ALWAYS, bytes(48, 55)),
      new Option(Flags.CRC_BYPASS_INVERSION, Option.ALWAYS, 0),
      new Option(Flags.CRC_BYPASS_REFLECTION, Option.ALWAYS, 0),
      new Option(Flags.CRC_64, 11, bytes(44, 47))),
  DIF_CHECK(
      0x12,
      "DIF check",
      BLOCK_ON_FAULT | TC_1,
      bytes(24, 31) | bytes(38, 39) | bytes(41, 41) | bytes(43, 47) | bytes(56, 63),
      true),
  DIF_INSERT(
      0x13,
      "DIF insert",
      BLOCK_ON_FAULT | CACHE_CONTROL | STRICT_ORDER | TC_1 | TC_2,
      bytes(38, 40) | bytes(43, 55),
      false),
  DIF_STRIP(
      0x14,
      "DIF strip",
      BLOCK_ON_FAULT | CACHE_CONTROL | STRICT_ORDER | TC_1 | TC_2,
      bytes(38, 39) | bytes(41, 41) | bytes(43, 47) | bytes(56, 63),
      false),
  DIF_UPDATE(
      0x15,
      "DIF update",
      BLOCK_ON_FAULT | CACHE_CONTROL | STRICT_ORDER | TC_1 | TC_2,
      bytes(38, 39) | bytes(43, 47),
      false),
  DIX_GENERATE(
      0x17,
      "DIX generate",
      BLOCK_ON_FAULT | CACHE_CONTROL | STRICT_ORDER | TC_1 | TC_2,
      bytes(38, 40) | bytes(43, 55),
      false),
  CACHE_FLUSH(
      0x20,
      "cache flush",
      BLOCK_ON_FAULT | CACHE_CONTROL | STRICT_ORDER | TC_2,
      bytes(16, 23) | bytes(38, 63),
      false);

  /**
   * A flag of one operation (bits 23:16).
   *
   * @param flag the bit
   * @param capability the bit of GENCAP that allows it, or {@link #ALWAYS}
   * @param bytes the reserved bytes of the descriptor that it puts to use, bit n for byte n
   */
  public record Option(int flag, int capability, long bytes) {
    /** Stands for "whatever the capabilities". */
    public static final int ALWAYS = -1;
  }

  private static final @Nullable Opcode[] BY_CODE = new Opcode[256];

  static {
    for (Opcode opcode : values()) {
      BY_CODE[opcode.code] = opcode;
    }
  }

  private final int code;
  private final String text;
  private final int flags;
  private final long reserved;
  private final boolean recordRequired;

  @SuppressWarnings("ImmutableEnumChecker") // The list comes from List.of.
  private final List<Option> options;

  Opcode(
      int code, String text, int flags, long reserved, boolean recordRequired, Option... options) {
    this.code = code;
    this.text = text;
    this.flags = flags;
    this.reserved = reserved;
    this.recordRequired = recordRequired;
    this.options = List.of(options);
  }

  /** {@return the operation with a code, or null if there is none} */
  public static @Nullable Opcode of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }

  /** {@return the number in the descriptor, and of the bit in OPCAP and OPCFG} */
  public int code() {
    return code;
  }

  /** {@return the name in words} */
  public String text() {
    return text;
  }

  /** {@return the flags of bits 15:0 that the operation allows besides those always allowed} */
  public int flags() {
    return flags;
  }

  /** {@return the descriptor bytes that must be zero, bit n for byte n} */
  public long reserved() {
    return reserved;
  }

  /** {@return whether the descriptor must ask for a completion record} */
  public boolean recordRequired() {
    return recordRequired;
  }

  /** {@return the operation's own flags} */
  public List<Option> options() {
    return options;
  }

  private static long bytes(int first, int last) {
    return (-1L << first) & (-1L >>> (63 - last));
  }
}
