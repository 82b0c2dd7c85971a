package dev.adit.interrupts.post;

import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.spec.PostedDescriptor;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Posted-interrupt descriptors in memory, and whose they are. What a unit posts is taken out at
 * once, by the thread that sent it, and handed to whom the descriptor belongs to: this is where a
 * processor would take the notification (VT-d 5.2.3).
 *
 * <p>Safe for several threads; delivering neither blocks nor allocates.
 */
public final class PostedDescriptors implements InterruptBus {
  private static final int NOTIFICATION = 0xF2;
  private static final int PIR_WORDS = 4;

  private final GuestMemory memory;
  private final long base;
  private final InterruptBus processors;
  private final AtomicReferenceArray<@Nullable IntConsumer> takers;
  private final BitSet taken = new BitSet();

  /**
   * Takes memory for descriptors, all of them free.
   *
   * @param memory zeroed at {@code base}
   * @param base address of the first, a multiple of 64
   * @param count how many
   * @param processors take what is meant for no descriptor of these
   */
  PostedDescriptors(GuestMemory memory, long base, int count, InterruptBus processors) {
    this.memory = memory;
    this.base = base;
    this.processors = processors;
    takers = new AtomicReferenceArray<>(count);
  }

  /**
   * Takes a descriptor; what is posted there before somebody {@link Post#lead takes} it is dropped.
   *
   * @throws DomainException if all are taken
   */
  public synchronized Post open() {
    int slot = taken.nextClearBit(0);
    if (slot >= takers.length()) {
      throw new DomainException(
          DomainException.Reason.EXHAUSTED, "All " + takers.length() + " descriptors are taken");
    }
    taken.set(slot);
    takers.set(slot, _ -> {});
    memory.setLong(at(slot) + PostedDescriptor.CONTROL, PostedDescriptor.control(0, NOTIFICATION));
    return new Post(slot);
  }

  /**
   * Takes a descriptor for somebody.
   *
   * @param taker as for {@link Post#lead}
   * @throws DomainException if all are taken
   */
  public Post open(IntConsumer taker) {
    Post post = open();
    post.lead(taker);
    return post;
  }

  /** A guest's descriptor. */
  public final class Post {
    private final int slot;

    private Post(int slot) {
      this.slot = slot;
    }

    /** {@return the descriptor's address} */
    public long address() {
      return at(slot);
    }

    /** {@return what an interrupt is to be aimed at} */
    public Target.Posted target(int vector) {
      return new Target.Posted(at(slot), vector, false);
    }

    /**
     * Says who takes what is posted from now on.
     *
     * @param taker gets the vectors, 0 to 255; must neither block nor allocate, may be called by
     *     several threads
     */
    public void lead(IntConsumer taker) {
      takers.set(slot, taker);
    }

    /** Gives the descriptor back, when no entry is aimed at it any more. */
    public void close() {
      synchronized (PostedDescriptors.this) {
        takers.set(slot, null);
        for (int word = 0; word < PostedDescriptor.BYTES; word += Long.BYTES) {
          memory.setLong(at(slot) + word, 0);
        }
        taken.clear(slot);
      }
    }
  }

  private long at(int slot) {
    return base + (long) slot * PostedDescriptor.BYTES;
  }

  private @Nullable IntConsumer taker(long descriptor) {
    long slot = (descriptor - base) / PostedDescriptor.BYTES;
    return descriptor >= base && slot < takers.length() ? takers.get((int) slot) : null;
  }

  /** Hands over an interrupt that was not posted, because nothing here can post. */
  void inject(long descriptor, int vector) {
    IntConsumer taker = taker(descriptor);
    if (taker != null) {
      taker.accept(vector);
    }
  }

  @Override
  public void deliver(int destination, int vector, int attributes) {
    processors.deliver(destination, vector, attributes);
  }

  @Override
  public void notify(int destination, int vector, long descriptor) {
    IntConsumer taker = taker(descriptor);
    if (taker == null) {
      processors.notify(destination, vector, descriptor);
      return;
    }
    clearOutstanding(descriptor + PostedDescriptor.CONTROL);
    for (int word = 0; word < PIR_WORDS; word++) {
      long bits = take(descriptor + (long) Long.BYTES * word);
      for (; bits != 0; bits &= bits - 1) {
        taker.accept(Long.SIZE * word + Long.numberOfTrailingZeros(bits));
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
