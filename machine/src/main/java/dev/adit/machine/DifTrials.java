package dev.adit.machine;

import static dev.adit.machine.DsaWork.copy;

import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Opcode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Trials of the data integrity field operations, with blocks of 512 bytes: after each block a tuple
 * of guard (T10 CRC), application tag and a reference tag that counts up, all big-endian.
 */
final class DifTrials {
  private static final int BLOCK = 512;
  private static final int TUPLE = 8;
  private static final int T10_POLYNOMIAL = 0x8BB7;

  private DifTrials() {}

  static List<DsaTrial> all() {
    return List.of(
        new DsaTrial(Opcode.DIF_CHECK, DifTrials::check, (w, r) -> true),
        new DsaTrial(Opcode.DIF_INSERT, DifTrials::insert, DifTrials::inserted),
        new DsaTrial(Opcode.DIF_STRIP, DifTrials::strip, DifTrials::stripped),
        new DsaTrial(Opcode.DIF_UPDATE, DifTrials::update, DifTrials::updated),
        new DsaTrial(Opcode.DIX_GENERATE, DifTrials::insert, DifTrials::generated));
  }

  /** {@return the number of blocks of this piece of work} */
  private static int blocks(DsaWork w) {
    return 1 + w.size % 40;
  }

  private static int seed(DsaWork w) {
    return 1000 + w.size;
  }

  private static int tag(DsaWork w) {
    return w.size & 0x7FFF;
  }

  private static void insert(DsaWork w) {
    w.skew = w.skew / TUPLE * TUPLE;
    int blocks = blocks(w);
    w.operands();
    w.putInt(Descriptor.SIZE, blocks * BLOCK);
    tags(w, Descriptor.DIF_DESTINATION_TAGS, seed(w), tag(w));
  }

  /** Protected data in the source buffer. */
  private static void check(DsaWork w) {
    byte[] plain = copy(w.source, w.skew, (long) blocks(w) * BLOCK);
    byte[] protectedData = protect(plain, seed(w), tag(w));
    MemorySegment.copy(
        protectedData, 0, w.source.memory(), ValueLayout.JAVA_BYTE, w.skew, protectedData.length);
    w.operands();
    w.put(Descriptor.DESTINATION, 0);
    w.putInt(Descriptor.SIZE, protectedData.length);
    tags(w, Descriptor.DIF_SOURCE_TAGS, seed(w), tag(w));
  }

  private static void strip(DsaWork w) {
    check(w);
    w.put(Descriptor.DESTINATION, w.destination.address() + w.skew);
  }

  private static void update(DsaWork w) {
    strip(w);
    tags(w, Descriptor.DIF_DESTINATION_TAGS, seed(w) + 7, tag(w) ^ 0x55);
  }

  private static void tags(DsaWork w, int at, int reference, int application) {
    w.putInt(at, reference);
    w.putShort(at + 4, 0);
    w.putShort(at + 6, application);
  }

  private static boolean inserted(DsaWork w, MemorySegment record) {
    byte[] plain = copy(w.source, w.skew, (long) blocks(w) * BLOCK);
    return is(w.destination, w.skew, protect(plain, seed(w), tag(w)));
  }

  private static boolean stripped(DsaWork w, MemorySegment record) {
    return is(w.destination, w.skew, plain(w));
  }

  private static boolean updated(DsaWork w, MemorySegment record) {
    return is(w.destination, w.skew, protect(plain(w), seed(w) + 7, tag(w) ^ 0x55));
  }

  private static boolean generated(DsaWork w, MemorySegment record) {
    byte[] plain = copy(w.source, w.skew, (long) blocks(w) * BLOCK);
    byte[] all = protect(plain, seed(w), tag(w));
    ByteBuffer tuples = ByteBuffer.allocate(blocks(w) * TUPLE);
    for (int i = 0; i < blocks(w); i++) {
      tuples.put(all, i * (BLOCK + TUPLE) + BLOCK, TUPLE);
    }
    return is(w.destination, w.skew, tuples.array());
  }

  private static boolean is(DmaBuffer buffer, int at, byte[] expected) {
    return Arrays.equals(expected, copy(buffer, at, expected.length));
  }

  /** {@return the blocks of the source buffer without their tuples} */
  private static byte[] plain(DsaWork w) {
    ByteBuffer plain = ByteBuffer.allocate(blocks(w) * BLOCK);
    for (int i = 0; i < blocks(w); i++) {
      plain.put(copy(w.source, w.skew + (long) i * (BLOCK + TUPLE), BLOCK));
    }
    return plain.array();
  }

  private static byte[] protect(byte[] plain, int reference, int application) {
    int blocks = plain.length / BLOCK;
    ByteBuffer all = ByteBuffer.allocate(blocks * (BLOCK + TUPLE));
    for (int i = 0; i < blocks; i++) {
      all.put(plain, i * BLOCK, BLOCK);
      all.putShort((short) t10(plain, i * BLOCK));
      all.putShort((short) application).putInt(reference + i);
    }
    return all.array();
  }

  /** The T10 CRC of a block, bit by bit. */
  private static int t10(byte[] data, int from) {
    int crc = 0;
    for (int i = from; i < from + BLOCK; i++) {
      crc ^= (data[i] & 0xFF) << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc << 1 ^ ((crc & 0x8000) != 0 ? T10_POLYNOMIAL : 0)) & 0xFFFF;
      }
    }
    return crc;
  }
}
