package dev.adit.devices.sdi;

import static dev.adit.devices.sdi.spec.SdiLayout.*;

import dev.adit.devices.Dma;
import dev.adit.interrupts.Bytes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The registers of one SDI's user: a copy that is asked for, and what became of the last one. */
final class SdiWork {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int BYTES = 0x28;

  private final MemorySegment registers = MemorySegment.ofArray(new byte[BYTES + Long.BYTES]);

  /** {@return bytes of the registers} */
  long read(long offset, int width) {
    return offset >= 0 && offset <= BYTES - width
        ? Bytes.get(registers.get(LONG, offset), 0, width)
        : Bytes.ones(width);
  }

  /** {@return whether a write is one to the doorbell} */
  boolean write(long offset, int width, long value) {
    if (offset >= SOURCE && offset + width <= DOORBELL) {
      for (int i = 0; i < width; i++) {
        registers.set(ValueLayout.JAVA_BYTE, offset + i, (byte) (value >>> (8 * i)));
      }
    }
    return offset == DOORBELL;
  }

  int handle() {
    return (int) read(HANDLE, 4);
  }

  void set(int register, int value) {
    registers.set(
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), register, value);
  }

  /**
   * Copies what the registers say.
   *
   * @param buffer of {@link dev.adit.devices.sdi.spec.SdiLayout#MOST_BYTES}
   * @return the status
   */
  int copy(Dma.View view, MemorySegment buffer) {
    long length = read(LENGTH, 4);
    if (length < 1 || length > MOST_BYTES) {
      return BAD_LENGTH;
    }
    view.begin();
    try {
      boolean good =
          view.read(Dma.NO_PASID, read(SOURCE, 8), buffer, 0, length) == length
              && view.write(Dma.NO_PASID, read(DESTINATION, 8), buffer, 0, length) == length;
      return good ? DONE : BAD_ADDRESS;
    } finally {
      view.end();
    }
  }

  /** {@return all registers, for {@link #restore}} */
  MemorySegment save() {
    return MemorySegment.ofArray(registers.asSlice(0, BYTES).toArray(ValueLayout.JAVA_BYTE));
  }

  void restore(MemorySegment saved) {
    registers.copyFrom(saved.asSlice(0, BYTES));
  }

  /** Takes the registers of another. */
  void copyFrom(SdiWork other) {
    registers.copyFrom(other.registers);
  }

  void clear() {
    registers.fill((byte) 0);
  }

  /** {@return bytes of {@link #save}} */
  static int savedBytes() {
    return BYTES;
  }
}
