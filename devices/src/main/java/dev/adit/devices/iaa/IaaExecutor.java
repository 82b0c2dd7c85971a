package dev.adit.devices.iaa;

import dev.adit.devices.Dma;
import dev.adit.devices.dsa.Executor;
import dev.adit.devices.dsa.Limits;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Status;
import dev.adit.devices.iaa.spec.CompressionAecs;
import dev.adit.devices.iaa.spec.IaaDescriptor;
import dev.adit.devices.iaa.spec.IaaDescriptor.DecompressFlags;
import dev.adit.devices.iaa.spec.IaaOpcode;
import dev.adit.devices.iaa.spec.IaaStatus;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Compresses and decompresses. Both look back and ahead in their data, so an engine has it whole in
 * buffers of its own: as large as the largest transfer, made when the first descriptor needs them.
 */
final class IaaExecutor implements Executor {
  /** The largest transfer of the family. */
  static final int MOST_BYTES = 1 << 21;

  private static final int SMALL = 1 << 16;
  private static final int SOURCE = 0;
  private static final int DESTINATION = 1;
  private static final int SOURCE_2 = 2;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Dma.View view;
  private final Inflater inflater = new Inflater();
  private final Deflater deflater = new Deflater();
  private final Checksums checksums = new Checksums();
  private final MemorySegment aecs = MemorySegment.ofArray(new byte[CompressionAecs.BYTES]);
  private final long[] words = new long[8];
  private byte[] in = {};
  private byte[] out = {};

  private int pasid;
  private int status;
  private int error;
  private int invalidFlags;
  private int completed;
  private long faultAddress;
  private int faultOperand;

  IaaExecutor(Dma.View view) {
    this.view = view;
  }

  private void clear() {
    status = Status.NONE;
    error = 0;
    invalidFlags = 0;
    completed = 0;
    faultAddress = 0;
    faultOperand = 0;
    Arrays.fill(words, 0);
  }

  @Override
  public int check(MemorySegment d, long at, Limits limits, boolean inBatch) {
    clear();
    status = IaaCheck.check(d, at, limits);
    if (status == Status.INVALID_FLAGS) {
      invalidFlags = IaaCheck.invalidFlags(d, at, limits);
      words[2] = invalidFlags;
    }
    return status;
  }

  @Override
  public int execute(MemorySegment d, long at, Limits limits, int asPasid) {
    clear();
    pasid = asPasid;
    status = Status.SUCCESS;
    IaaOpcode opcode = IaaOpcode.of(Descriptor.opcode(d, at));
    try {
      switch (opcode) {
        case DECOMPRESS -> decompress(d, at);
        case COMPRESS -> compress(d, at);
        case DRAIN -> status = Status.NONE;
        case NOOP -> {}
        case null -> status = Status.OPCODE;
      }
    } catch (InternalError e) {
      // The JVM's word for SIGBUS: the file behind a mapping has been cut short.
      clear();
      status = Status.HARDWARE;
    }
    return status;
  }

  private void decompress(MemorySegment d, long at) {
    int flags = Descriptor.shortAt(d, at, IaaDescriptor.OPERATION_FLAGS);
    boolean suppressed = (flags & DecompressFlags.SUPPRESS_OUTPUT) != 0;
    int length = fetch(d, at);
    if (length < 0) {
      return;
    }
    int room =
        suppressed ? MOST_BYTES : (int) Descriptor.intAt(d, at, IaaDescriptor.MAX_DESTINATION);
    out = buffer(out, room);
    int result = inflater.run(in, length, flags, out, room);
    completed = inflater.consumed();
    if (result != 0) {
      status = result;
      error = inflater.error();
    }
    int size = inflater.size();
    if (result == IaaStatus.ANALYTICS_ERROR) {
      size(size, 0);
      return;
    }
    finish(d, at, out, size, size, 0, suppressed);
  }

  private void compress(MemorySegment d, long at) {
    int flags = Descriptor.shortAt(d, at, IaaDescriptor.OPERATION_FLAGS);
    int all = Descriptor.flags(d, at);
    int length = fetch(d, at);
    if (length < 0) {
      return;
    }
    aecs.fill((byte) 0);
    if ((all & IaaDescriptor.READ_AECS) != 0 && !readAecs(d, at, all)) {
      return;
    }
    int room = (int) Descriptor.intAt(d, at, IaaDescriptor.MAX_DESTINATION);
    out = buffer(out, room);
    error = deflater.run(in, length, flags, aecs, out, room);
    if (error != 0) {
      status = IaaStatus.ANALYTICS_ERROR;
      return;
    }
    completed = length;
    finish(d, at, in, length, deflater.size(), deflater.lastBits(), false);
    if (status == Status.SUCCESS && (all & IaaDescriptor.WRITE_AECS) != 0) {
      writeAecs(d, at, all);
    }
  }

  /**
   * {@return how many bytes of the first source lie in the buffer now; -1 if they are not all
   * there}
   */
  private int fetch(MemorySegment d, long at) {
    int length = (int) Descriptor.size(d, at);
    in = buffer(in, length);
    return read(Descriptor.source(d, at), MemorySegment.ofArray(in), length, SOURCE) ? length : -1;
  }

  private static byte[] buffer(byte[] now, int bytes) {
    return now.length >= bytes ? now : new byte[bytes <= SMALL ? SMALL : MOST_BYTES];
  }

  private boolean read(long address, MemorySegment into, int length, int operand) {
    long done = view.read(pasid, address, into, 0, length);
    return done == length || fault(address + done, operand, Status.PAGE_FAULT);
  }

  private boolean write(long address, MemorySegment from, int length, int operand) {
    long done = view.write(pasid, address, from, 0, length);
    return done == length || fault(address + done, operand, Status.PAGE_FAULT | Status.WRITE);
  }

  private boolean fault(long address, int operand, int code) {
    status = code;
    error = 0;
    completed = 0;
    faultAddress = address;
    faultOperand = operand;
    return false;
  }

  private boolean readAecs(MemorySegment d, long at, int flags) {
    long address = Descriptor.longAt(d, at, IaaDescriptor.SOURCE_2);
    long second = (flags & IaaDescriptor.TOGGLE_AECS) != 0 ? CompressionAecs.BYTES : 0;
    return read(address + second, aecs, CompressionAecs.BYTES, SOURCE_2);
  }

  /** What goes on is in the other one of two AECS. */
  private void writeAecs(MemorySegment d, long at, int flags) {
    aecs.set(INT, CompressionAecs.CRC, checksums.crc());
    aecs.set(INT, CompressionAecs.XOR, checksums.xor());
    long address = Descriptor.longAt(d, at, IaaDescriptor.SOURCE_2);
    long other = (flags & IaaDescriptor.TOGGLE_AECS) != 0 ? 0 : CompressionAecs.BYTES;
    boolean _ = write(address + other, aecs, CompressionAecs.BYTES, SOURCE_2);
  }

  /** Writes the output, and tells sizes and checksums of the uncompressed data. */
  private void finish(
      MemorySegment d, long at, byte[] plain, int length, int size, int bits, boolean suppressed) {
    checksums.over(plain, length, (Descriptor.flags(d, at) & IaaDescriptor.CRC_RFC3720) != 0);
    if (!suppressed
        && !write(Descriptor.destination(d, at), MemorySegment.ofArray(out), size, DESTINATION)) {
      return;
    }
    size(size, bits);
    words[3] |= (long) checksums.xor() << 48;
    words[4] = Integer.toUnsignedLong(checksums.crc());
  }

  private void size(int size, int bits) {
    words[3] = Integer.toUnsignedLong(size) | ((long) bits << 32);
  }

  @Override
  public int status() {
    return status;
  }

  @Override
  public int result() {
    return error;
  }

  @Override
  public int faultInfo() {
    return 0;
  }

  @Override
  public int bytesCompleted() {
    return completed;
  }

  @Override
  public long faultAddress() {
    return faultAddress;
  }

  @Override
  public int faultOperand() {
    return faultOperand;
  }

  @Override
  public int invalidFlags() {
    return invalidFlags;
  }

  @Override
  public long word(int index) {
    return words[index];
  }
}
