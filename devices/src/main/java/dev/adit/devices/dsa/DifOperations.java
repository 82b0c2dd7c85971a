package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Dif;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The operations on data integrity fields (sections 8.3.14 to 8.3.18), one block at a time.
 *
 * <p>The application tag written is the seed as it stands; the destination's mask only goes back
 * into the record. (Known clients insert with a mask of zeros and with a mask of ones and expect
 * the same tag from hardware.)
 */
final class DifOperations {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int APP = 2;
  private static final int REF = 4;
  private static final int ALL_F = 0xffff;

  private final Bus bus;
  private final Outcome outcome;
  private final byte[] bytes = new byte[Bus.BLOCK];
  private final MemorySegment block = MemorySegment.ofArray(bytes);
  private final DifTags source = new DifTags();
  private final DifTags destination = new DifTags();

  private Opcode opcode = Opcode.DIF_CHECK;
  private int blockSize;
  private int difFlags;
  private int sourceFlags;
  private int destinationFlags;

  DifOperations(Bus bus, Outcome outcome) {
    this.bus = bus;
    this.outcome = outcome;
  }

  void run(Opcode opcode, MemorySegment d, long at) {
    load(opcode, d, at);
    long size = Descriptor.size(d, at);
    long from = Descriptor.source(d, at);
    long to = Descriptor.destination(d, at);
    int read = blockSize + (checks() ? Dif.BYTES : 0);
    int written = bytesWritten();
    int start = opcode == Opcode.DIX_GENERATE ? blockSize : 0;
    long done = 0;
    while (done < size && bus.fetch(from, block, 0, read, 0) == read) {
      int guard = guard();
      if (checks() && !sound(guard)) {
        break;
      }
      if (generates()) {
        tag(guard);
      }
      if (written > 0 && bus.store(to, block, start, written, 1) < written) {
        break;
      }
      source.next();
      destination.next();
      from += read;
      to += written;
      done += read;
    }
    outcome.bytesCompleted = done < size ? done : 0;
    outcome.word16 = checks() ? source.word() : 0;
    outcome.word24 = generates() ? destination.word() : 0;
  }

  private void load(Opcode opcode, MemorySegment d, long at) {
    this.opcode = opcode;
    difFlags = Descriptor.byteAt(d, at, Descriptor.DIF_FLAGS);
    sourceFlags = Descriptor.byteAt(d, at, Descriptor.DIF_SOURCE_FLAGS);
    destinationFlags = Descriptor.byteAt(d, at, Descriptor.DIF_DESTINATION_FLAGS);
    blockSize = Dif.blockSize(difFlags);
    source.load(
        Descriptor.longAt(d, at, Descriptor.DIF_SOURCE_TAGS),
        (sourceFlags & Dif.SOURCE_REF_FIXED) == 0,
        (sourceFlags & Dif.SOURCE_APP_INCREMENTS) != 0);
    destination.load(
        Descriptor.longAt(d, at, Descriptor.DIF_DESTINATION_TAGS),
        (destinationFlags & Dif.REF_FIXED) == 0,
        (destinationFlags & Dif.APP_INCREMENTS) != 0);
  }

  /** {@return whether the source has fields} */
  private boolean checks() {
    return switch (opcode) {
      case DIF_CHECK, DIF_STRIP, DIF_UPDATE -> true;
      default -> false;
    };
  }

  /** {@return whether the destination gets fields} */
  private boolean generates() {
    return switch (opcode) {
      case DIF_INSERT, DIF_UPDATE, DIX_GENERATE -> true;
      default -> false;
    };
  }

  private int bytesWritten() {
    return switch (opcode) {
      case DIF_STRIP -> blockSize;
      case DIF_INSERT, DIF_UPDATE -> blockSize + Dif.BYTES;
      case DIX_GENERATE -> Dif.BYTES;
      default -> 0;
    };
  }

  private int guard() {
    int crc = Guard.crc((difFlags & Dif.INVERT_SEED) != 0 ? ALL_F : 0, bytes, 0, blockSize);
    return (difFlags & Dif.INVERT_RESULT) != 0 ? crc ^ ALL_F : crc;
  }

  /** Compares the block's field with what it should be, and sets status and result if it is not. */
  private boolean sound(int guard) {
    int itsGuard = block.get(SHORT, blockSize) & ALL_F;
    int itsApp = block.get(SHORT, blockSize + APP) & ALL_F;
    int itsRef = block.get(INT, blockSize + REF);
    int errors = 0;
    boolean tagsF = itsApp == ALL_F && itsRef == -1;
    if (tagsF && itsGuard == ALL_F && flag(Dif.ALL_F_DETECT)) {
      errors = flag(Dif.ALL_F_ERROR) ? Dif.ALL_F_DETECTED : 0;
    } else if (!(itsApp == ALL_F && flag(Dif.APP_F_DETECT))
        && !(tagsF && flag(Dif.TAGS_F_DETECT))) {
      errors |= itsGuard != guard && !flag(Dif.GUARD_CHECK_OFF) ? Dif.GUARD_ERROR : 0;
      errors |= ((itsApp ^ source.app()) & ~source.appMask()) != 0 ? Dif.APP_ERROR : 0;
      errors |= itsRef != source.ref() && !flag(Dif.REF_CHECK_OFF) ? Dif.REF_ERROR : 0;
    }
    if (errors != 0) {
      outcome.status = Status.DIF;
      outcome.result = errors;
    }
    return errors == 0;
  }

  private boolean flag(int sourceFlag) {
    return (sourceFlags & sourceFlag) != 0;
  }

  /** Writes the field behind the block, except what is passed through. */
  private void tag(int guard) {
    if ((destinationFlags & Dif.PASS_GUARD) == 0) {
      block.set(SHORT, blockSize, (short) guard);
    }
    if ((destinationFlags & Dif.PASS_APP) == 0) {
      block.set(SHORT, blockSize + APP, (short) destination.app());
    }
    if ((destinationFlags & Dif.PASS_REF) == 0) {
      block.set(INT, blockSize + REF, destination.ref());
    }
  }
}
