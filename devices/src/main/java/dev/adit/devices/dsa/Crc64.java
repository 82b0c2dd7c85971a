package dev.adit.devices.dsa;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.adit.devices.dsa.spec.Descriptor;
import java.lang.foreign.MemorySegment;

/** The register of the 64-bit CRC of NVMe (polynomial 0x1AD93D23594C93659), eight bytes a step. */
final class Crc64 {
  /** The polynomial without its top bit, reflected. */
  private static final long POLYNOMIAL = 0x9a6c9329ac4bc9b5L;

  /** [k][b]: what byte b does to the register, k bytes later. */
  private static final long[][] TABLES = new long[8][256];

  static {
    for (int b = 0; b < 256; b++) {
      long register = b;
      for (int bit = 0; bit < 8; bit++) {
        register = (register >>> 1) ^ (POLYNOMIAL & -(register & 1));
      }
      TABLES[0][b] = register;
    }
    for (int k = 1; k < TABLES.length; k++) {
      for (int b = 0; b < 256; b++) {
        long before = TABLES[k - 1][b];
        TABLES[k][b] = before >>> 8 ^ TABLES[0][(int) before & 0xff];
      }
    }
  }

  private long register;

  void start(long register) {
    this.register = register;
  }

  /** Takes in the first bytes of a block. */
  void update(MemorySegment block, int count) {
    long r = register;
    int i = 0;
    for (; i + Long.BYTES <= count; i += Long.BYTES) {
      r ^= block.get(Descriptor.LONG, i);
      r =
          TABLES[7][(int) r & 0xff]
              ^ TABLES[6][(int) (r >>> 8) & 0xff]
              ^ TABLES[5][(int) (r >>> 16) & 0xff]
              ^ TABLES[4][(int) (r >>> 24) & 0xff]
              ^ TABLES[3][(int) (r >>> 32) & 0xff]
              ^ TABLES[2][(int) (r >>> 40) & 0xff]
              ^ TABLES[1][(int) (r >>> 48) & 0xff]
              ^ TABLES[0][(int) (r >>> 56)];
    }
    for (; i < count; i++) {
      r = r >>> 8 ^ TABLES[0][(int) (r ^ block.get(JAVA_BYTE, i)) & 0xff];
    }
    register = r;
  }

  /** {@return the register: not inverted, least significant bit first} */
  long register() {
    return register;
  }
}
