package dev.adit.machine;

import static dev.adit.machine.DsaWork.copy;

import dev.adit.devices.dsa.spec.CompletionRecord;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/** Trials of the operations that move, compare and sum up data. */
final class DataTrials {
  private static final int WORD = 8;
  private static final int DELTA_ENTRY = 10;

  private DataTrials() {}

  static List<DsaTrial> all() {
    return List.of(
        new DsaTrial(Opcode.NOOP, w -> {}, (w, r) -> true),
        new DsaTrial(Opcode.BATCH, DataTrials::halves, (w, r) -> moved(w)),
        new DsaTrial(Opcode.DRAIN, w -> {}, (w, r) -> true),
        new DsaTrial(Opcode.MEMORY_MOVE, DsaWork::operands, (w, r) -> moved(w)),
        new DsaTrial(Opcode.FILL, DataTrials::fill, DataTrials::filled),
        new DsaTrial(Opcode.COMPARE, DataTrials::oneByteOff, DataTrials::found),
        new DsaTrial(Opcode.COMPARE_PATTERN, DataTrials::patternOneByteOff, DataTrials::found),
        new DsaTrial(Opcode.CREATE_DELTA, DataTrials::changeWords, DataTrials::deltaCreated),
        new DsaTrial(Opcode.APPLY_DELTA, DataTrials::deltaToApply, (w, r) -> moved(w)),
        new DsaTrial(Opcode.DUALCAST, DataTrials::dualcast, DataTrials::castTwice),
        new DsaTrial(Opcode.CRC, DataTrials::crcOperands, (w, r) -> crc(r) == crc32c(w)),
        new DsaTrial(Opcode.COPY_CRC, DsaWork::operands, (w, r) -> moved(w) && crc(r) == crc32c(w)),
        new DsaTrial(Opcode.CACHE_FLUSH, DataTrials::flush, (w, r) -> true));
  }

  private static boolean moved(DsaWork w) {
    return Arrays.equals(w.sourceBytes(), w.destinationBytes());
  }

  /** A batch of two moves; the list lies in the third buffer. */
  private static void halves(DsaWork w) {
    w.size = Math.max(2, w.size);
    int half = w.size / 2;
    MemorySegment list = w.other.memory();
    list.asSlice(0, 2 * Descriptor.BYTES).fill((byte) 0);
    for (int i = 0; i < 2; i++) {
      long at = (long) i * Descriptor.BYTES;
      list.set(ValueLayout.JAVA_BYTE, at + Descriptor.OPCODE, (byte) Opcode.MEMORY_MOVE.code());
      long from = w.skew + (long) i * half;
      list.set(DsaWork.LONG, at + Descriptor.SOURCE, w.source.address() + from);
      list.set(DsaWork.LONG, at + Descriptor.DESTINATION, w.destination.address() + from);
      list.set(DsaWork.INT, at + Descriptor.SIZE, i == 0 ? half : w.size - half);
    }
    w.put(Descriptor.SOURCE, w.other.address());
    w.putInt(Descriptor.SIZE, 2);
  }

  private static void fill(DsaWork w) {
    w.put(Descriptor.SOURCE, w.random.nextLong());
    w.put(Descriptor.DESTINATION, w.destination.address() + w.skew);
    w.putInt(Descriptor.SIZE, w.size);
  }

  private static boolean filled(DsaWork w, MemorySegment record) {
    long pattern = w.descriptor.get(DsaWork.LONG, Descriptor.SOURCE);
    byte[] bytes = w.destinationBytes();
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != (byte) (pattern >>> (i % WORD * 8))) {
        return false;
      }
    }
    return true;
  }

  private static void oneByteOff(DsaWork w) {
    w.operands();
    MemorySegment.copy(w.source.memory(), w.skew, w.destination.memory(), w.skew, w.size);
    flip(w, w.destination);
  }

  private static void patternOneByteOff(DsaWork w) {
    long pattern = w.random.nextLong();
    for (int i = 0; i < w.size; i++) {
      byte b = (byte) (pattern >>> (i % WORD * 8));
      w.source.memory().set(ValueLayout.JAVA_BYTE, w.skew + (long) i, b);
    }
    flip(w, w.source);
    w.operands();
    w.put(Descriptor.DESTINATION, pattern);
  }

  /** Changes one byte and remembers which in the third buffer. */
  private static void flip(DsaWork w, DmaBuffer buffer) {
    long at = w.random.nextInt(w.size);
    byte old = buffer.memory().get(ValueLayout.JAVA_BYTE, w.skew + at);
    buffer.memory().set(ValueLayout.JAVA_BYTE, w.skew + at, (byte) (old ^ 0x10));
    w.other.memory().set(DsaWork.LONG, 0, at);
  }

  private static boolean found(DsaWork w, MemorySegment record) {
    int offset = record.get(DsaWork.INT, CompletionRecord.BYTES_COMPLETED);
    return record.get(ValueLayout.JAVA_BYTE, CompletionRecord.RESULT) == 1
        && offset == w.other.memory().get(DsaWork.LONG, 0);
  }

  private static void wholeWords(DsaWork w) {
    w.size = Math.max(WORD, w.size / WORD * WORD);
    w.skew = w.skew / WORD * WORD;
    w.operands();
    MemorySegment.copy(w.source.memory(), w.skew, w.destination.memory(), w.skew, w.size);
    for (int i = w.random.nextInt(20); i >= 0; i--) {
      long at = w.skew + (long) w.random.nextInt(w.size / WORD) * WORD;
      w.destination.memory().set(DsaWork.LONG, at, w.random.nextLong());
    }
  }

  private static void changeWords(DsaWork w) {
    wholeWords(w);
    w.put(Descriptor.DELTA_ADDRESS, w.other.address());
    w.putInt(Descriptor.DELTA_MAX_SIZE, 100 * DELTA_ENTRY);
  }

  private static boolean deltaCreated(DsaWork w, MemorySegment record) {
    byte[] expected = delta(w);
    int size = record.get(DsaWork.INT, CompletionRecord.WORD_16);
    return record.get(ValueLayout.JAVA_BYTE, CompletionRecord.RESULT) == 1
        && size == expected.length
        && Arrays.equals(expected, copy(w.other, 0, size));
  }

  /** The delta from destination to source, to be applied to the destination. */
  private static void deltaToApply(DsaWork w) {
    wholeWords(w);
    byte[] delta = delta(w);
    MemorySegment changed = w.destination.memory().asSlice(w.skew, w.size);
    MemorySegment original = w.source.memory().asSlice(w.skew, w.size);
    MemorySegment spare = MemorySegment.ofArray(changed.toArray(ValueLayout.JAVA_BYTE));
    changed.copyFrom(original);
    original.copyFrom(spare);
    MemorySegment.copy(delta, 0, w.other.memory(), ValueLayout.JAVA_BYTE, 0, delta.length);
    w.put(Descriptor.SOURCE, w.other.address());
    w.putInt(Descriptor.DELTA_SIZE, delta.length);
  }

  /** {@return what turns the source into the destination: offset in words, and the new word} */
  private static byte[] delta(DsaWork w) {
    MemorySegment record = MemorySegment.ofArray(new byte[w.size / WORD * DELTA_ENTRY]);
    int length = 0;
    for (int i = 0; i < w.size / WORD; i++) {
      long word = w.destination.memory().get(DsaWork.LONG, w.skew + (long) i * WORD);
      if (word != w.source.memory().get(DsaWork.LONG, w.skew + (long) i * WORD)) {
        record.set(DsaWork.SHORT, length, (short) i);
        record.set(DsaWork.LONG, length + 2, word);
        length += DELTA_ENTRY;
      }
    }
    return record.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
  }

  private static void dualcast(DsaWork w) {
    w.operands();
    w.put(Descriptor.DESTINATION_2, w.other.address() + w.skew);
  }

  private static boolean castTwice(DsaWork w, MemorySegment record) {
    return moved(w) && Arrays.equals(w.sourceBytes(), copy(w.other, w.skew, w.size));
  }

  private static void crcOperands(DsaWork w) {
    w.operands();
    w.put(Descriptor.DESTINATION, 0);
  }

  private static int crc(MemorySegment record) {
    return record.get(DsaWork.INT, CompletionRecord.WORD_16);
  }

  private static int crc32c(DsaWork w) {
    CRC32C crc = new CRC32C();
    crc.update(w.sourceBytes());
    return (int) crc.getValue();
  }

  private static void flush(DsaWork w) {
    w.put(Descriptor.DESTINATION, w.destination.address() + w.skew);
    w.putInt(Descriptor.SIZE, w.size);
    w.flags(Flags.CACHE_CONTROL);
  }
}
