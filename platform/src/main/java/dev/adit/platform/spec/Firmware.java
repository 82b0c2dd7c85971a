package dev.adit.platform.spec;

import java.util.Optional;

/** SMBIOS structure type 0, what the firmware says of itself (SMBIOS 3.7, 7.1). */
public final class Firmware {
  private static final int EXTENSION_BYTE_2 = 0x13;
  private static final int VIRTUAL_MACHINE = 1 << 4;

  private Firmware() {}

  /**
   * {@return whether the firmware says "virtual machine"; empty when the structure is another one
   * or too short to say}
   */
  public static Optional<Boolean> virtualMachine(byte[] raw) {
    Bytes structure = Bytes.of(raw);
    if (structure.length() <= EXTENSION_BYTE_2
        || structure.u8(0) != 0
        || structure.u8(1) <= EXTENSION_BYTE_2) {
      return Optional.empty();
    }
    return Optional.of((structure.u8(EXTENSION_BYTE_2) & VIRTUAL_MACHINE) != 0);
  }

  /** {@return structure 0 of a whole SMBIOS table, or empty} */
  public static Optional<byte[]> find(byte[] dmi) {
    Bytes table = Bytes.of(dmi);
    int at = 0;
    while (at + 4 <= table.length() && table.u8(at + 1) >= 4) {
      int end = at + table.u8(at + 1);
      if (table.u8(at) == 0) {
        return Optional.of(java.util.Arrays.copyOfRange(dmi, at, Math.min(end, dmi.length)));
      }
      // Strings follow the structure; two zero bytes end them.
      while (end + 1 < table.length() && table.u16(end) != 0) {
        end++;
      }
      at = end + 2;
    }
    return Optional.empty();
  }
}
