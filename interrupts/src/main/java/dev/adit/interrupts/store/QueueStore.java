package dev.adit.interrupts.store;

import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.InFlight;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.spec.EntryFormat;
import dev.adit.interrupts.spec.MessageEntry;
import java.util.function.IntUnaryOperator;

/**
 * Interrupt messages in queue memory: each queue has a context in system memory that holds, beside
 * whatever else, the pair of its interrupt. The device fetches a context when it needs it, keeps a
 * copy, and writes it back when it makes room. While it has a copy, what software writes to the
 * memory is not seen and may be overwritten; so software changes a context by a command, and the
 * answer means that the device has the new one and that no message of the old one is on its way.
 *
 * <pre>
 *   bytes 7:0    message address, bits 1:0 are not looked at
 *   bytes 11:8   message data
 *   bytes 15:12  0 mask   1 pending   2 forget   3 PASID enable   31:12 PASID
 * </pre>
 *
 * <p>Forget counts in a command only: what is pending is dropped, for a context that gets an owner.
 *
 * <p>No write to such a store can be trapped. If a tenant can write the memory, it can choose the
 * message; nothing in here stops it, and that is the point.
 */
public final class QueueStore implements MessageStore {
  /** Bytes of a context. */
  public static final int CONTEXT_BYTES = MessageEntry.BYTES;

  /** The control word of a context; the address may be any. */
  static final EntryFormat FORMAT = new EntryFormat(1 << 1, 0, 1 << 3, 12, 0, 0);

  /** Control, of a command: nothing is pending any more. */
  static final int FORGET = 1 << 2;

  private static final int CACHED = 1 << 4;

  private final MessageEntries copies;
  private final GuestMemory memory;
  private final long base;
  private final MessageSink sink;
  private final int requesterId;
  private final IntUnaryOperator tag;
  private final InFlight inFlight = new InFlight();

  /**
   * Makes a store whose messages carry no PASID, as all hardware does, and whose device has no
   * copies yet.
   */
  public QueueStore(int queues, GuestMemory memory, long base, MessageSink sink, int requesterId) {
    this(queues, memory, base, sink, requesterId, _ -> NO_PASID);
  }

  /**
   * Makes a store whose device has no copies yet.
   *
   * @param queues contexts
   * @param memory the memory the device reaches
   * @param base address of the first context, a multiple of 16
   * @param sink where messages go
   * @param requesterId bus, device and function of the sender, 16 bits
   * @param tag an extension past all hardware: the PASID that a queue's messages are tagged with,
   *     which is not the one in the context, since whoever writes the context chooses that
   */
  public QueueStore(
      int queues,
      GuestMemory memory,
      long base,
      MessageSink sink,
      int requesterId,
      IntUnaryOperator tag) {
    copies = new MessageEntries(queues);
    this.memory = memory;
    this.base = base;
    this.sink = sink;
    this.requesterId = requesterId;
    this.tag = tag;
  }

  @Override
  public int size() {
    return copies.size();
  }

  /**
   * The command that changes a context: the device takes it from a mailbox, into its copy and into
   * memory. Pending stays, unless the command says otherwise.
   *
   * @param mailbox address of a context as it is to be
   * @return whether the queue exists and the mailbox could be read
   */
  public boolean modify(int queue, long mailbox) {
    if (!copies.has(queue) || !memory.holds(mailbox, CONTEXT_BYTES)) {
      return false;
    }
    replace(queue, mailbox);
    // Without the lock: a queue that fires may be waiting for it, to fetch its context.
    inFlight.await();
    return true;
  }

  private synchronized void replace(int queue, long mailbox) {
    long rest = memory.getLong(mailbox + 8);
    take(queue, memory.getLong(mailbox), rest, copies.pending(queue));
    if (((int) (rest >>> 32) & FORGET) != 0) {
      // After the new owner is in place: the former one can set it no more.
      copies.clearPending(queue);
    }
    writeBack(queue);
    open(queue);
  }

  /** Makes the device forget its copy, as it does when it needs the room; writes it back first. */
  public synchronized void evict(int queue) {
    if (copies.has(queue) && (copies.control(queue) & CACHED) != 0) {
      writeBack(queue);
      copies.clearPending(queue);
      copies.commit(queue, 0, 0, MessageEntries.MASK);
    }
  }

  @Override
  public void fire(int entry) {
    boolean _ = signal(entry, WindowedStore.ANY_CAUSE);
  }

  @Override
  public boolean complete(int entry, int pasid) {
    return pasid != WindowedStore.ANY_CAUSE && signal(entry, pasid);
  }

  private boolean signal(int entry, int cause) {
    if (!copies.has(entry)) {
      return false;
    }
    int slot = inFlight.enter();
    try {
      return sendOrMark(entry, cause);
    } finally {
      inFlight.leave(slot);
    }
  }

  private boolean sendOrMark(int entry, int cause) {
    for (; ; ) {
      long s = copies.state(entry);
      if ((s & CACHED) == 0) {
        if (!fetch(entry)) {
          return false;
        }
      } else if (cause != WindowedStore.ANY_CAUSE && owner(s) != cause) {
        return false;
      } else if ((s & MessageEntries.MASK) != 0) {
        if (copies.replace(entry, s, s | MessageEntries.PENDING)) {
          return true;
        }
      } else {
        long to = copies.address(entry, s);
        int with = copies.data(entry, s);
        if (copies.state(entry) == s) {
          sink.send(to, with, requesterId, tag.applyAsInt(entry));
          return true;
        }
      }
    }
  }

  @Override
  public boolean admits(int entry, int pasid) {
    boolean known = copies.has(entry) && ((copies.control(entry) & CACHED) != 0 || fetch(entry));
    return known && owner(copies.state(entry)) == pasid;
  }

  private static int owner(long state) {
    return FORMAT.owner((int) state);
  }

  /** Gets a copy of a context; false if there is no memory where it should be. */
  private synchronized boolean fetch(int queue) {
    if ((copies.control(queue) & CACHED) != 0) {
      return true;
    }
    long at = base + (long) queue * CONTEXT_BYTES;
    if (!memory.holds(at, CONTEXT_BYTES)) {
      return false;
    }
    long rest = memory.getLong(at + 8);
    take(queue, memory.getLong(at), rest, ((int) (rest >>> 32) & FORMAT.pending()) != 0);
    open(queue);
    return true;
  }

  private void take(int queue, long address, long rest, boolean pending) {
    int control = ((int) (rest >>> 32) & FORMAT.writable()) | CACHED;
    // Pending first and behind a mask, so that whoever opens the entry finds it.
    if (pending) {
      copies.setPending(queue);
    }
    copies.commit(queue, address & ~3L, (int) rest, control);
  }

  /** Sends what is pending if the mask is off. */
  private void open(int queue) {
    for (; ; ) {
      long s = copies.state(queue);
      if ((s & MessageEntries.PENDING) == 0 || (s & MessageEntries.MASK) != 0) {
        return;
      }
      long to = copies.address(queue, s);
      int with = copies.data(queue, s);
      if (copies.replace(queue, s, s & ~MessageEntries.PENDING)) {
        sink.send(to, with, requesterId, tag.applyAsInt(queue));
        return;
      }
    }
  }

  private void writeBack(int queue) {
    long at = base + (long) queue * CONTEXT_BYTES;
    if (memory.holds(at, CONTEXT_BYTES)) {
      long s = copies.state(queue);
      boolean pending = (s & MessageEntries.PENDING) != 0;
      long control = ((int) s & FORMAT.writable()) | (pending ? FORMAT.pending() : 0);
      memory.setLong(at, copies.address(queue, s));
      memory.setLong(at + 8, Integer.toUnsignedLong(copies.data(queue, s)) | (control << 32));
    }
  }
}
