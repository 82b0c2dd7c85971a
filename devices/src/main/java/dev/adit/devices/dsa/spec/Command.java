package dev.adit.devices.dsa.spec;

import org.jspecify.annotations.Nullable;

/** Codes of the command register (3.15, 9.2.12). */
public enum Command {
  ENABLE_DEVICE(1, 0),
  DISABLE_DEVICE(2, 0),
  DRAIN_ALL(3, 0),
  ABORT_ALL(4, 0),
  RESET_DEVICE(5, 0),
  ENABLE_WQ(6, 0xFF),
  DISABLE_WQ(7, 0xFFFFF),
  DRAIN_WQ(8, 0xFFFFF),
  ABORT_WQ(9, 0xFFFFF),
  RESET_WQ(10, 0xFFFFF),
  DRAIN_PASID(11, 0xFFFFF),
  ABORT_PASID(12, 0xFFFFF),
  REQUEST_INT_HANDLE(13, 0x1FFFF),
  RELEASE_INT_HANDLE(14, 0x1FFFF);

  private static final @Nullable Command[] BY_CODE = new Command[32];

  static {
    for (Command command : values()) {
      BY_CODE[command.code] = command;
    }
  }

  private final int code;
  private final int operandMask;

  Command(int code, int operandMask) {
    this.code = code;
    this.operandMask = operandMask;
  }

  /** {@return the code, which is also the number of its bit in CMDCAP} */
  public int code() {
    return code;
  }

  /** {@return the operand bits that are not reserved} */
  public int operandMask() {
    return operandMask;
  }

  /** {@return the command of a code, or null if there is none known here} */
  public static @Nullable Command of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
