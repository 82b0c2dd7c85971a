package dev.adit.devices.iaa;

import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/** What the accelerator computes over the uncompressed data beside its work. */
final class Checksums {
  private final CRC32 crc = new CRC32();
  private final CRC32C castagnoli = new CRC32C();
  private int crcValue;
  private int xor;

  /**
   * Reads data.
   *
   * @param rfc3720 whether the CRC is that of iSCSI
   */
  void over(byte[] data, int length, boolean rfc3720) {
    if (rfc3720) {
      castagnoli.reset();
      castagnoli.update(data, 0, length);
      crcValue = (int) castagnoli.getValue();
    } else {
      crc.reset();
      crc.update(data, 0, length);
      crcValue = (int) crc.getValue();
    }
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum ^= (data[i] & 0xFF) << (8 * (i & 1));
    }
    xor = sum;
  }

  int crc() {
    return crcValue;
  }

  /** {@return all 16-bit words, the last one filled up with zeros, exclusive or} */
  int xor() {
    return xor;
  }
}
