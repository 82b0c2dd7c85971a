package dev.adit.machine;

import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Opcode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Random;

/** One piece of work for a queue: a descriptor under construction and the buffers it names. */
final class DsaWork {
  /** Bytes of each buffer. */
  static final int SPACE = 128 << 10;

  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  final MemorySegment descriptor = MemorySegment.ofArray(new long[Descriptor.BYTES / 8]);
  final DmaBuffer source;
  final DmaBuffer destination;
  final DmaBuffer other;
  final Random random;

  /** Bytes of source data in this piece of work. */
  int size;

  /** Where in the source and destination buffers the data begins, so that nothing is aligned. */
  int skew;

  DsaWork(PciDevice device, Random random) {
    this.source = device.allocate(SPACE);
    this.destination = device.allocate(SPACE);
    this.other = device.allocate(SPACE);
    this.random = random;
  }

  /** Starts a new piece of work on random data. */
  void begin(Opcode opcode, int maxSize) {
    descriptor.fill((byte) 0);
    descriptor.set(ValueLayout.JAVA_BYTE, Descriptor.OPCODE, (byte) opcode.code());
    size = 1 + random.nextInt(maxSize);
    skew = random.nextInt(64);
    for (DmaBuffer buffer : new DmaBuffer[] {source, destination, other}) {
      for (long i = 0; i < SPACE; i += 8) {
        buffer.memory().set(LONG, i, random.nextLong());
      }
    }
  }

  void operands() {
    put(Descriptor.SOURCE, source.address() + skew);
    put(Descriptor.DESTINATION, destination.address() + skew);
    putInt(Descriptor.SIZE, size);
  }

  void flags(int flags) {
    putInt(Descriptor.FLAGS, descriptor.get(INT, Descriptor.FLAGS) | flags);
  }

  void put(int offset, long value) {
    descriptor.set(LONG, offset, value);
  }

  void putInt(int offset, int value) {
    descriptor.set(INT, offset, value);
  }

  void putShort(int offset, int value) {
    descriptor.set(SHORT, offset, (short) value);
  }

  void putByte(int offset, int value) {
    descriptor.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
  }

  /** {@return a copy of bytes from a buffer} */
  static byte[] copy(DmaBuffer from, long at, long length) {
    return from.memory().asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
  }

  byte[] sourceBytes() {
    return copy(source, skew, size);
  }

  byte[] destinationBytes() {
    return copy(destination, skew, size);
  }
}
