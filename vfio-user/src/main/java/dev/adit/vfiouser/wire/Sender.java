package dev.adit.vfiouser.wire;

import dev.adit.vfiouser.posix.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sends whole messages from any thread and never blocks: what the socket does not take now waits in
 * a queue. Each message leaves in a call of its own, because QEMU wants the 16 bytes of a header
 * (and cloud-hypervisor 48 bytes) in one piece and fds on the first byte.
 */
public final class Sender {
  private static final int[] NO_FDS = {};

  /** The rest of a message; the fds go with its first byte. */
  private static final class Rest {
    private final byte[] bytes;
    private final int[] fds;

    private Rest(byte[] bytes, int[] fds) {
      this.bytes = bytes;
      this.fds = fds;
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Rest> queue = new ArrayDeque<>();
  private final Runnable pending;
  private final AtomicInteger queued = new AtomicInteger();
  private int socket;

  Sender(int socket, Runnable pending) {
    this.socket = socket;
    this.pending = pending;
  }

  /** {@return bytes that wait} */
  int queued() {
    return queued.get();
  }

  /** {@return whether the message is sent or will be, as far as one knows} */
  public boolean send(Outbox outbox, long length) {
    return send(outbox, length, NO_FDS);
  }

  /** Sends the message at the start of an outbox; fds stay the caller's. */
  public boolean send(Outbox outbox, long length, int[] fds) {
    lock.lock();
    try {
      if (socket < 0) {
        return false;
      }
      long sent = 0;
      if (queue.isEmpty()) {
        int result = outbox.send(socket, outbox.buffer, length, fds);
        if (result == length) {
          return true;
        }
        if (result < 0 && result != -Libc.EAGAIN) {
          return false; // the loop will see the end of the stream
        }
        sent = Math.max(result, 0);
      }
      enqueue(outbox.buffer.asSlice(sent, length - sent), sent == 0 ? fds : NO_FDS);
    } finally {
      lock.unlock();
    }
    pending.run();
    return true;
  }

  private void enqueue(MemorySegment rest, int[] fds) {
    queue.add(new Rest(rest.toArray(ValueLayout.JAVA_BYTE), fds));
    queued.addAndGet((int) rest.byteSize());
  }

  /** Sends what waits, as far as it goes. */
  void flush() {
    lock.lock();
    try {
      while (socket >= 0 && !queue.isEmpty()) {
        Rest head = queue.remove();
        int sent = send(head);
        queued.addAndGet(-Math.max(sent, 0));
        if (sent < head.bytes.length) {
          requeue(head, Math.max(sent, 0));
          return;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private int send(Rest rest) {
    try (Arena arena = Arena.ofConfined()) {
      Outbox outbox = new Outbox(arena, rest.bytes.length);
      MemorySegment.copy(rest.bytes, 0, outbox.buffer, ValueLayout.JAVA_BYTE, 0, rest.bytes.length);
      return outbox.send(socket, outbox.buffer, rest.bytes.length, rest.fds);
    }
  }

  private void requeue(Rest rest, int sent) {
    byte[] left = Arrays.copyOfRange(rest.bytes, sent, rest.bytes.length);
    queue.addFirst(new Rest(left, sent == 0 ? rest.fds : NO_FDS));
  }

  /** Sends nothing any more; the caller closes the socket afterwards. */
  void close() {
    lock.lock();
    try {
      socket = -1;
      queue.clear();
      queued.set(0);
    } finally {
      lock.unlock();
    }
  }
}
