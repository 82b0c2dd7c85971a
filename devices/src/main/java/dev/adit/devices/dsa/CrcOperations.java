package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import java.lang.foreign.MemorySegment;

/** CRC Generation and Copy with CRC Generation (section 8.3.12). */
final class CrcOperations {
  private final Bus bus;
  private final Outcome outcome;
  private final byte[] bytes = new byte[Bus.BLOCK];
  private final MemorySegment block = MemorySegment.ofArray(bytes);
  private final Crc32c crc32 = new Crc32c();
  private final Crc64 crc64 = new Crc64();

  CrcOperations(Bus bus, Outcome outcome) {
    this.bus = bus;
    this.outcome = outcome;
  }

  void crc(MemorySegment d, long at, boolean copy) {
    long size = Descriptor.size(d, at);
    int flags = Descriptor.flags(d, at);
    boolean wide = (flags & Flags.CRC_64) != 0;
    long seed = seed(d, at, flags, wide);
    boolean plain = (flags & Flags.CRC_BYPASS_INVERSION) != 0;
    if (wide) {
      crc64.start(plain ? Long.reverse(seed) : ~seed);
    } else {
      crc32.start(plain ? Integer.reverse((int) seed) : ~(int) seed);
    }
    long done = bus.faulted() ? 0 : data(d, at, size, copy, flags);
    outcome.bytesCompleted = done < size ? done : 0;
    if (wide) {
      long register = crc64.register();
      outcome.word16 = plain ? Long.reverse(register) : ~register;
    } else {
      int register = crc32.register();
      outcome.word16 = (plain ? Integer.reverse(register) : ~register) & 0xffff_ffffL;
    }
  }

  private long seed(MemorySegment d, long at, int flags, boolean wide) {
    if ((flags & Flags.CRC_READ_SEED) != 0) {
      long address = Descriptor.longAt(d, at, Descriptor.CRC_SEED_ADDRESS);
      block.set(Descriptor.LONG, 0, 0);
      bus.fetch(address, block, 0, wide ? Long.BYTES : Integer.BYTES, 2);
      return block.get(Descriptor.LONG, 0);
    }
    return wide
        ? Descriptor.longAt(d, at, Descriptor.CRC_SEED)
        : Descriptor.intAt(d, at, Descriptor.CRC_SEED);
  }

  private long data(MemorySegment d, long at, long size, boolean copy, int flags) {
    long from = Descriptor.source(d, at);
    long to = Descriptor.destination(d, at);
    boolean reverse = (flags & Flags.CRC_BYPASS_REFLECTION) != 0;
    boolean wide = (flags & Flags.CRC_64) != 0;
    long done = 0;
    while (done < size && !bus.faulted()) {
      int length = (int) Math.min(size - done, Bus.BLOCK);
      int got = bus.fetch(from + done, block, 0, length, 0);
      if (copy && got > 0) {
        got = bus.store(to + done, block, 0, got, 1);
      }
      if (reverse) {
        reverseBits(got);
      }
      if (wide) {
        crc64.update(block, got);
      } else {
        crc32.update(bytes, got);
      }
      done += got;
    }
    return done;
  }

  /** Turns the bits of each byte round; a few bytes behind the length may be turned, too. */
  private void reverseBits(int length) {
    for (int i = 0; i < length; i += Long.BYTES) {
      long word = block.get(Descriptor.LONG, i);
      block.set(Descriptor.LONG, i, Long.reverseBytes(Long.reverse(word)));
    }
  }
}
