package dev.adit.interrupts.store;

import dev.adit.interrupts.Bytes;
import dev.adit.interrupts.InFlight;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.RegisterWindow;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The MSI capability as a store: one pair for up to 32 vectors, in configuration space (PCI Express
 * Base Specification, "MSI Capability Structures"), in its form with 64-bit address and masks:
 *
 * <pre>
 *   0x02  control: 0 enable   3:1 vectors that the function has   6:4 vectors that it may use, both
 *         as powers of two     7 64-bit address   8 masks
 *   0x04  address, 64 bits    0x0C  data, 16 bits    0x10  mask bits    0x14  pending bits
 * </pre>
 *
 * <p>A vector's message is the data with its low bits replaced by the vector. The pair becomes live
 * with the next write to data or control, so that a message in flight is never a mix. A read is
 * answered when the messages that were on their way are through.
 */
public final class MsiStore implements MessageStore, RegisterWindow {
  /** Bytes of the capability. */
  public static final int BYTES = 0x18;

  private static final int ADDRESS = 0x04;
  private static final int DATA = 0x0C;
  private static final int MASK = 0x10;
  private static final int PENDING = 0x14;
  private static final int ENABLE = 1;
  private static final int WIDE_AND_MASKS = 1 << 7 | 1 << 8;
  private static final int WRITABLE_CONTROL = ENABLE | 7 << 4;

  /** What the device sends by; replaced as a whole. */
  private record Live(long address, int data, int control) {
    boolean enabled() {
      return (control & ENABLE) != 0;
    }

    int vectors() {
      return 1 << Math.min(control >>> 4 & 7, 5);
    }
  }

  private final int size;
  private final MessageSink sink;
  private final int requesterId;
  private final InFlight inFlight = new InFlight();
  private final AtomicInteger mask = new AtomicInteger();
  private final AtomicInteger pending = new AtomicInteger();
  private volatile Live live = new Live(0, 0, 0);

  // The registers as they read; changed under the lock only.
  private long address;
  private int data;
  private int control;

  /**
   * Makes a store in its reset state.
   *
   * @param size vectors, a power of two up to 32
   * @param sink where messages go
   * @param requesterId bus, device and function of the sender, 16 bits
   */
  public MsiStore(int size, MessageSink sink, int requesterId) {
    if (size < 1 || size > 32 || Integer.bitCount(size) != 1) {
      throw new IllegalArgumentException("MSI has 1, 2, 4, 8, 16 or 32 vectors, not " + size);
    }
    this.size = size;
    this.sink = sink;
    this.requesterId = requesterId;
    control = fixed();
  }

  private int fixed() {
    return WIDE_AND_MASKS | Integer.numberOfTrailingZeros(size) << 1;
  }

  /** Puts the capability into its reset state. */
  public synchronized void reset() {
    address = 0;
    data = 0;
    control = fixed();
    live = new Live(0, 0, 0);
    mask.set(0);
    pending.set(0);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public long read(long offset, int width) {
    if (!Bytes.shaped(offset, width) || offset + width > BYTES) {
      return Bytes.ones(width);
    }
    long value = register(offset, width);
    inFlight.await();
    return value;
  }

  private synchronized long register(long offset, int width) {
    long value = 0;
    for (int i = 0; i < width; i++) {
      int at = (int) offset + i;
      value |= (word(at & ~3) >>> (8 * (at & 3)) & 0xFF) << (8 * i);
    }
    return value;
  }

  private long word(int at) {
    return switch (at) {
      case 0 -> (long) control << 16;
      case ADDRESS -> address & 0xFFFF_FFFFL;
      case ADDRESS + 4 -> address >>> 32;
      case DATA -> data;
      case MASK -> Integer.toUnsignedLong(mask.get());
      case PENDING -> Integer.toUnsignedLong(pending.get());
      default -> 0;
    };
  }

  @Override
  public synchronized void write(long offset, int width, long value) {
    if (!Bytes.shaped(offset, width) || offset + width > BYTES) {
      return;
    }
    for (int at = (int) offset & ~3; at < offset + width; at += 4) {
      long word = word(at);
      int from = (int) Math.max(offset, at);
      int to = (int) Math.min(offset + width, at + 4);
      for (int i = from; i < to; i++) {
        word = Bytes.set(word, i & 3, 1, value >>> (8 * (i - offset)));
      }
      store(at, word);
    }
    settle();
  }

  private void store(int at, long word) {
    switch (at) {
      case 0 -> {
        control = ((int) (word >>> 16) & WRITABLE_CONTROL) | fixed();
        live = new Live(address, data, control);
      }
      case ADDRESS -> address = (address & 0xFFFF_FFFF_0000_0000L) | (word & 0xFFFF_FFFCL);
      case ADDRESS + 4 -> address = (address & 0xFFFF_FFFFL) | (word << 32);
      case DATA -> {
        data = (int) word & 0xFFFF;
        live = new Live(address, data, control);
      }
      case MASK -> mask.set((int) word & (int) ((1L << size) - 1));
      default -> {
        // Pending bits are read-only.
      }
    }
  }

  @Override
  public void fire(int entry) {
    if (entry < 0 || entry >= size) {
      return;
    }
    int slot = inFlight.enter();
    try {
      Live now = live;
      if (now.enabled() && (mask.get() >>> entry & 1) == 0) {
        send(now, entry);
        return;
      }
      pending.accumulateAndGet(1 << entry, (bits, bit) -> bits | bit);
      settle();
    } finally {
      inFlight.leave(slot);
    }
  }

  /** Sends what is pending and may go; by one who has a slot, or the lock that reads take. */
  private void settle() {
    for (; ; ) {
      Live now = live;
      int ready = pending.get() & ~mask.get();
      if (ready == 0 || !now.enabled()) {
        return;
      }
      int bit = Integer.lowestOneBit(ready);
      int before = pending.getAndAccumulate(bit, (bits, taken) -> bits & ~taken);
      if ((before & bit) != 0) {
        send(now, Integer.numberOfTrailingZeros(bit));
      }
    }
  }

  private void send(Live now, int entry) {
    // A function that may use fewer vectors than it has folds the others onto them.
    int low = now.vectors() - 1;
    sink.send(now.address(), (now.data() & ~low) | (entry & low), requesterId, NO_PASID);
  }

  @Override
  public boolean admits(int entry, int pasid) {
    return entry >= 0 && entry < size;
  }
}
