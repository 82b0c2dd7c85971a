package dev.adit.vfiouser.wire;

import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.spec.Header;
import dev.adit.vfiouser.spec.Wire;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One command of ours and its reply. Used again and again by one thread; the loop's thread of the
 * channel fills in the reply.
 */
public final class Exchange {
  private static final int IDLE = 0, WAITING = 1, FILLING = 2, DONE = 3;

  private final AtomicInteger state = new AtomicInteger(IDLE);
  private Outbox outbox;
  private volatile @Nullable Thread waiter;
  private int id;
  private int command;
  private int error;
  private int length;
  private Fds fds = Fds.NONE;

  /**
   * Makes room for messages.
   *
   * @param size bytes, at first
   */
  public Exchange(long size) {
    outbox = new Outbox(Arena.ofAuto(), size);
  }

  /** {@return where the command is composed, header first} */
  Outbox outbox() {
    return outbox;
  }

  /** {@return room for a message of some size} */
  public MemorySegment message(long size) {
    if (outbox.buffer.byteSize() < size) {
      outbox = new Outbox(Arena.ofAuto(), size);
    }
    return outbox.buffer;
  }

  void begin(int newId, int newCommand, int size, int flags) {
    MemorySegment message = outbox.buffer;
    message.set(Wire.U16, Header.ID, (short) newId);
    message.set(Wire.U16, Header.COMMAND, (short) newCommand);
    message.set(Wire.U32, Header.LENGTH, size);
    message.set(Wire.U32, Header.FLAGS, flags);
    message.set(Wire.U32, Header.ERRNO, 0);
    id = newId;
    command = newCommand;
    error = 0;
    length = 0;
    fds = Fds.NONE;
    waiter = Thread.currentThread();
    state.set(WAITING);
  }

  int id() {
    return id;
  }

  boolean answers(int replyId, int replyCommand) {
    return id == replyId && command == replyCommand;
  }

  /** {@return whether somebody still waits; {@link #complete} has to follow then} */
  boolean claim() {
    return state.compareAndSet(WAITING, FILLING);
  }

  /** Takes over a reply. By the loop's thread. */
  void complete(MemorySegment from, long at, int size, Fds received) {
    int payload = size - Header.SIZE;
    int flags = from.get(Wire.U32, at + Header.FLAGS);
    if ((flags & Header.ERROR) != 0) {
      int errno = from.get(Wire.U32, at + Header.ERRNO);
      error = errno > 0 ? errno : Libc.EIO;
    }
    MemorySegment into = message(payload);
    MemorySegment.copy(from, at + Header.SIZE, into, 0, payload);
    length = payload;
    fds = received;
    finish();
  }

  /** There will be no reply. By any thread. */
  void fail(int errno) {
    if (state.compareAndSet(WAITING, FILLING)) {
      error = errno;
      finish();
    }
  }

  private void finish() {
    Thread thread = waiter;
    state.set(DONE);
    LockSupport.unpark(thread);
  }

  boolean done() {
    return state.get() == DONE;
  }

  /** Sleeps until there is a reply or the time ({@link System#nanoTime}) has come. */
  void await(long deadline) {
    boolean interrupted = false;
    while (!done()) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        abandon();
        break;
      }
      LockSupport.parkNanos(this, left);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Gives up, unless the reply is just coming in. */
  void abandon() {
    fail(Libc.ETIMEDOUT);
    while (!done()) {
      Thread.onSpinWait();
    }
  }

  /** {@return 0, or the errno of the reply} */
  int error() {
    return error;
  }

  /** {@return the payload of the reply, from 0 to {@link #length}} */
  public MemorySegment reply() {
    return outbox.buffer;
  }

  public int length() {
    return length;
  }

  public Fds fds() {
    return fds;
  }
}
