package dev.adit.interrupts.store;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.Message;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Programs a {@link QueueStore} by commands. Changes are collected while the domain holds the lock
 * and sent to the device, one command for each queue, when it lets go: a command may have to wait,
 * and what changes in between belongs together.
 */
public final class QueueChip implements StoreChip {
  /** The device's command interface. */
  @FunctionalInterface
  public interface Commands {
    /** {@return whether the device has taken the context from the mailbox} */
    boolean modify(int queue, long mailbox);
  }

  private record Context(Message message, int control) {}

  private static final Context FREE = new Context(new Message(0, 0), MessageEntries.MASK);

  private final GuestMemory memory;
  private final long mailbox;
  private final Commands commands;
  private final Context[] contexts;
  private final Map<Integer, Context> changed = new TreeMap<>();
  private long sent;

  /**
   * Makes one.
   *
   * @param queues contexts of the store
   * @param memory the memory the device reaches
   * @param mailbox address of 16 bytes that nothing else uses
   * @param commands the device's command interface
   */
  public QueueChip(int queues, GuestMemory memory, long mailbox, Commands commands) {
    this.memory = memory;
    this.mailbox = mailbox;
    this.commands = commands;
    contexts = new Context[queues];
    Arrays.fill(contexts, FREE);
  }

  /** {@return how many commands were sent} */
  public long sent() {
    return sent;
  }

  @Override
  public StoreTraits traits() {
    return StoreTraits.IMS_QUEUE;
  }

  @Override
  public int size() {
    return contexts.length;
  }

  @Override
  public void bind(int index, Cookie cookie) {
    int owner = QueueStore.FORMAT.owned(cookie.pasid());
    change(index, new Context(FREE.message(), owner | MessageEntries.MASK | QueueStore.FORGET));
  }

  @Override
  public void store(int index, Message message) {
    change(index, new Context(message, contexts[index].control()));
  }

  @Override
  public void mask(int index, boolean masked) {
    Context now = contexts[index];
    int rest = now.control() & ~MessageEntries.MASK;
    change(index, new Context(now.message(), masked ? rest | MessageEntries.MASK : rest));
  }

  @Override
  public void clear(int index) {
    // Only sending clears pending, and the next owner must not find it.
    mask(index, false);
    unlock();
    change(index, FREE);
  }

  private void change(int index, Context context) {
    contexts[index] = context;
    changed.put(index, context);
  }

  @Override
  public void unlock() {
    try {
      changed.forEach(this::send);
    } finally {
      changed.clear();
    }
  }

  private void send(int queue, Context context) {
    memory.setLong(mailbox, context.message().address());
    long data = Integer.toUnsignedLong(context.message().data());
    memory.setLong(mailbox + 8, data | ((long) context.control() << 32));
    sent++;
    if (!commands.modify(queue, mailbox)) {
      throw new DomainException(
          DomainException.Reason.STORE, "The device refused the context of queue " + queue);
    }
    contexts[queue] = new Context(context.message(), context.control() & ~QueueStore.FORGET);
  }
}
