package dev.adit.devices.sdi;

import dev.adit.pci.EmulatedConfigSpace;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * A suspended virtual SDI, everything that its guest can see.
 *
 * @param config the configuration space
 * @param registers those of its work
 * @param table the MSI-X table
 * @param pending bit n for a vector n that waits to be unmasked
 * @param waits whether a doorbell was rung while it was suspended
 */
record SdiState(
    MemorySegment config,
    MemorySegment registers,
    MemorySegment table,
    long pending,
    boolean waits) {
  private static final int MAGIC = 0x41445349;
  private static final int VERSION = 1;
  private static final int REST = 2 * Integer.BYTES + 1 + 2 * Long.BYTES;

  /** {@return it as bytes: magic, version, all parts, and a checksum} */
  byte[] bytes() {
    ByteBuffer bytes =
        ByteBuffer.allocate(
            REST + (int) (config.byteSize() + registers.byteSize() + table.byteSize()));
    bytes.putInt(MAGIC).putInt(VERSION).put((byte) (waits ? 1 : 0)).putLong(pending);
    bytes.put(config.asByteBuffer()).put(registers.asByteBuffer()).put(table.asByteBuffer());
    return bytes.putLong(checksum(bytes.array())).array();
  }

  private static long checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, bytes.length - Long.BYTES);
    return crc.getValue();
  }

  /**
   * {@return what {@link #bytes} wrote, whoever has had the bytes meanwhile}
   *
   * @param tableBytes of the MSI-X table that it must have
   * @throws IllegalArgumentException if it is something else
   */
  static SdiState parse(byte[] bytes, int tableBytes) {
    int registers = SdiWork.savedBytes();
    if (bytes.length != REST + EmulatedConfigSpace.SIZE + registers + tableBytes) {
      throw bad("it has " + bytes.length + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (in.getInt() != MAGIC || in.getInt() != VERSION) {
      throw bad("it is something else, or of another version");
    }
    if (in.getLong(bytes.length - Long.BYTES) != checksum(bytes)) {
      throw bad("its checksum is wrong");
    }
    boolean waits = in.get() != 0;
    long pending = in.getLong();
    return new SdiState(
        next(in, EmulatedConfigSpace.SIZE),
        next(in, registers),
        next(in, tableBytes),
        pending,
        waits);
  }

  private static MemorySegment next(ByteBuffer in, int length) {
    byte[] part = new byte[length];
    in.get(part);
    return MemorySegment.ofArray(part);
  }

  private static IllegalArgumentException bad(String why) {
    return new IllegalArgumentException("This is no suspended SDI: " + why);
  }
}
