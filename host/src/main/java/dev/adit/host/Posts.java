package dev.adit.host;

import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.domain.MessageDomain;
import dev.adit.interrupts.domain.Quotas;
import dev.adit.interrupts.domain.RemapDomain;
import dev.adit.interrupts.domain.VectorDomain;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.remap.VtdConfig;
import dev.adit.interrupts.remap.VtdEntries;
import dev.adit.interrupts.remap.VtdUnit;
import dev.adit.interrupts.spec.PostedDescriptor;
import dev.adit.interrupts.spec.VtdFields;
import dev.adit.interrupts.spec.VtdRegister;
import java.lang.foreign.Arena;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The interrupt side of the host: a remapping unit of Adit's own, switched on, with its table and a
 * posted-interrupt descriptor for each virtual device. What a physical function sends goes through
 * here; what arrives in a descriptor goes on to the device's guest at once, on the sender's thread.
 */
final class Posts implements MessageSink {
  private static final long BASE = 0x10_0000;
  private static final int ENTRIES = 65_536;
  private static final long DESCRIPTORS = BASE + ENTRIES * 16L;
  private static final int MOST = 8192;

  private final GuestMemory memory =
      GuestMemory.of(
          BASE,
          Arena.ofAuto().allocate(ENTRIES * 16L + (long) MOST * PostedDescriptor.BYTES, 4096));
  private final VtdUnit unit = new VtdUnit(VtdConfig.hardware(), memory, new Notified());
  private final RemapDomain domain;
  private final AtomicReferenceArray<@Nullable IntConsumer> guests =
      new AtomicReferenceArray<>(MOST);
  private final BitSet taken = new BitSet();
  private final LongAdder messages = new LongAdder();
  private final LongAdder faults = new LongAdder();
  private final OwnedEntries owned;
  private volatile Consumer<Blocked> blocked = each -> {};

  Posts() {
    write(VtdRegister.IRTA, BASE | VtdFields.EIME.mask() | 15);
    write(VtdRegister.GCMD, VtdFields.SIRTP.mask());
    write(VtdRegister.GCMD, VtdFields.IRE.mask());
    owned =
        new OwnedEntries(
            new VtdEntries(
                unit::invalidate, memory, BASE, ENTRIES, true, false, IsolationLevel.REQUESTER_ID));
    domain =
        new RemapDomain(
            owned, new VectorDomain(1, Quotas.none("vectors")), Quotas.none("remapping entries"));
  }

  private void write(VtdRegister register, long value) {
    unit.write(register.offset(), register.bytes(), value);
  }

  /** {@return who composes messages} */
  MessageDomain domain() {
    return domain;
  }

  /** Sets who is told of blocked messages. */
  void blocked(Consumer<Blocked> listener) {
    blocked = listener;
  }

  /** {@return messages that came} */
  long messages() {
    return messages.sum();
  }

  /** {@return messages that were blocked} */
  long faults() {
    return faults.sum();
  }

  @Override
  public void send(long address, int data, int requesterId, int pasid) {
    messages.increment();
    long outcome = unit.remap(address, data, requesterId, pasid);
    if (Outcome.isFault(outcome)) {
      faults.increment();
      Outcome read = new Outcome(outcome);
      blocked.accept(new Blocked(read, requesterId, owned.owner(read.index())));
    }
  }

  /**
   * Makes a way to a guest.
   *
   * @throws DomainException if there are too many already
   */
  synchronized Post open() {
    int slot = taken.nextClearBit(0);
    if (slot >= MOST) {
      throw new DomainException(
          DomainException.Reason.EXHAUSTED, "All " + MOST + " descriptors are taken");
    }
    taken.set(slot);
    return new Post(slot);
  }

  /** A guest's posted-interrupt descriptor. */
  final class Post {
    private final int slot;

    private Post(int slot) {
      this.slot = slot;
    }

    /** {@return what an interrupt is to be aimed at} */
    Target target(int vector) {
      return new Target.Posted(at(slot), vector, false);
    }

    /**
     * Says who takes what is posted from now on.
     *
     * @param guest gets the vectors, 0 to 255; must neither block nor allocate
     */
    void lead(IntConsumer guest) {
      guests.set(slot, guest);
    }

    /** Gives the descriptor back; no entry is aimed at it any more. */
    void close() {
      synchronized (Posts.this) {
        guests.set(slot, null);
        for (int word = 0; word < PostedDescriptor.BYTES; word += 8) {
          memory.setLong(at(slot) + word, 0);
        }
        taken.clear(slot);
      }
    }
  }

  private static long at(int slot) {
    return DESCRIPTORS + (long) slot * PostedDescriptor.BYTES;
  }

  /** Stands where a processor would take the notification. */
  private final class Notified implements InterruptBus {
    @Override
    public void deliver(int destination, int vector, int attributes) {
      // No entry is aimed at a processor.
    }

    @Override
    public void notify(int destination, int vector, long descriptor) {
      int slot = (int) ((descriptor - DESCRIPTORS) / PostedDescriptor.BYTES);
      IntConsumer guest = guests.get(slot);
      clearOutstanding(descriptor + PostedDescriptor.CONTROL);
      for (int word = 0; word < 4; word++) {
        long bits = take(descriptor + 8L * word);
        while (bits != 0) {
          if (guest != null) {
            guest.accept(64 * word + Long.numberOfTrailingZeros(bits));
          }
          bits &= bits - 1;
        }
      }
    }

    /** First this, then the bits: who posts later sees it clear and notifies again. */
    private void clearOutstanding(long control) {
      long now;
      do {
        now = memory.getLong(control);
      } while (!memory.compareAndSet(control, now, PostedDescriptor.ON.set(now, 0)));
    }

    private long take(long word) {
      long bits = memory.getLong(word);
      while (bits != 0 && !memory.compareAndSet(word, bits, 0)) {
        bits = memory.getLong(word);
      }
      return bits;
    }
  }
}
