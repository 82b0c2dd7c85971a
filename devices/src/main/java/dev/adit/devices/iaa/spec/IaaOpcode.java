package dev.adit.devices.iaa.spec;

import org.jspecify.annotations.Nullable;

/**
 * The operations that this model has (Intel IAA Architecture Specification, chapter "Descriptor
 * types"; codes as in Linux' include/uapi/linux/idxd.h). All others are not announced.
 */
public enum IaaOpcode {
  NOOP(0x00, "no-op"),
  DRAIN(0x02, "drain"),
  DECOMPRESS(0x42, "decompress"),
  COMPRESS(0x43, "compress");

  private final int code;
  private final String text;

  IaaOpcode(int code, String text) {
    this.code = code;
    this.text = text;
  }

  /** {@return the number in the descriptor, and of the bit in OPCAP} */
  public int code() {
    return code;
  }

  /** {@return it in words} */
  public String text() {
    return text;
  }

  /** {@return the operation with a code, or null} */
  public static @Nullable IaaOpcode of(int code) {
    return switch (code) {
      case 0x00 -> NOOP;
      case 0x02 -> DRAIN;
      case 0x42 -> DECOMPRESS;
      case 0x43 -> COMPRESS;
      default -> null;
    };
  }
}
