package dev.adit.vfiouser.wire;

import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.spec.Header;
import dev.adit.vfiouser.spec.Wire;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The commands we sent that wait for their replies. */
public final class Calls {
  private static final int SLOTS = 256;
  private static final int[] NO_FDS = {};

  private final Channel channel;
  private final ReentrantLock lock = new ReentrantLock();
  private final @Nullable Exchange[] outstanding = new @Nullable Exchange[SLOTS];
  private int nextId = 1;
  private boolean over;

  Calls(Channel channel) {
    this.channel = channel;
  }

  /**
   * Sends the command that is composed in an exchange and waits for its reply. On the loop's thread
   * the socket is served meanwhile.
   *
   * @param size bytes, header included
   * @param deadline by {@link System#nanoTime}
   * @return 0, or an errno
   */
  public int call(Exchange exchange, int command, int size, int[] fds, long deadline) {
    int id = enter(exchange, command, size, deadline);
    if (id < 0) {
      return Libc.ECONNRESET;
    }
    if (!channel.sender().send(exchange.outbox(), size, fds)) {
      exchange.fail(Libc.ECONNRESET);
    } else if (channel.loop().here()) {
      channel.pump(exchange, deadline);
    } else {
      exchange.await(deadline);
    }
    leave(exchange, id);
    return exchange.error();
  }

  /**
   * Sends the command that is composed in an exchange and does not wait; {@link #finish} does.
   *
   * @return whether it is on its way
   */
  public boolean start(Exchange exchange, int command, int size) {
    if (enter(exchange, command, size, System.nanoTime()) < 0) {
      return false;
    }
    if (!channel.sender().send(exchange.outbox(), size, NO_FDS)) {
      exchange.fail(Libc.ECONNRESET);
    }
    return true;
  }

  /** Waits for the reply to what was started, by the thread that did. */
  public void finish(Exchange exchange, long deadline) {
    exchange.await(deadline);
    leave(exchange, exchange.id());
  }

  /** Sends a command that wants no reply. */
  public boolean post(Exchange exchange, int command, int size) {
    exchange.begin(0, command, size, Header.NO_REPLY);
    return channel.sender().send(exchange.outbox(), size, NO_FDS);
  }

  /** {@return the id, or -1 if the connection is over or stays too busy} */
  private int enter(Exchange exchange, int command, int size, long deadline) {
    do {
      lock.lock();
      try {
        if (over) {
          return -1;
        }
        for (int i = 0; i < SLOTS; i++) {
          int id = nextId++ & 0xffff;
          if (outstanding[id % SLOTS] == null) {
            exchange.begin(id, command, size, 0);
            outstanding[id % SLOTS] = exchange;
            return id;
          }
        }
      } finally {
        lock.unlock();
      }
      LockSupport.parkNanos(100_000);
    } while (System.nanoTime() < deadline && !channel.loop().here());
    return -1;
  }

  private void leave(Exchange exchange, int id) {
    lock.lock();
    try {
      if (outstanding[id % SLOTS] == exchange) {
        outstanding[id % SLOTS] = null;
      }
    } finally {
      lock.unlock();
    }
  }

  /** A reply has come. One that nobody waits for (any more) is dropped. */
  void complete(MemorySegment message, long at, int size, Fds fds) {
    int id = Short.toUnsignedInt(message.get(Wire.U16, at + Header.ID));
    int command = Short.toUnsignedInt(message.get(Wire.U16, at + Header.COMMAND));
    Exchange exchange;
    lock.lock();
    try {
      exchange = outstanding[id % SLOTS];
      if (exchange != null && exchange.answers(id, command)) {
        outstanding[id % SLOTS] = null;
        exchange = exchange.claim() ? exchange : null;
      } else {
        exchange = null;
      }
    } finally {
      lock.unlock();
    }
    if (exchange == null) {
      fds.close();
    } else {
      exchange.complete(message, at, size, fds);
    }
  }

  void failAll(int errno) {
    lock.lock();
    try {
      over = true;
      for (int i = 0; i < SLOTS; i++) {
        Exchange exchange = outstanding[i];
        if (exchange != null) {
          exchange.fail(errno);
          outstanding[i] = null;
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
