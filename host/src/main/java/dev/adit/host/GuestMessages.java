package dev.adit.host;

import dev.adit.interrupts.MessageSink;
import dev.adit.vfiouser.DwordPort;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Takes a guest's own interrupt messages to the guest, as writes on its bus. Whoever sends does not
 * wait; a thread of its own carries the messages to the client, in the order in which they came.
 *
 * <p>A message that is sent again before it has left is carried once, as an interrupt controller
 * would merge it. So there are never more on their way than there are different messages, and none
 * is lost for want of room: each has a place of its own from its first use on. A guest that uses
 * more than {@value #PLACES} different ones loses those beyond.
 */
public final class GuestMessages implements MessageSink, AutoCloseable {
  private static final int PLACES = 1 << 14;
  private static final int PROBES = 64;
  private static final long RANGE = 0xFEE;
  private static final long USED = 1L << 63;
  private static final long WAITING = 1L << 62;

  private final DwordPort port;

  /** Place: used, waiting, address 19:0 in bits 51:32, data in 31:0. */
  private final AtomicLongArray places = new AtomicLongArray(PLACES);

  /** Places that wait, plus 1, in order; each is in here once at most, so it never overflows. */
  private final AtomicIntegerArray line = new AtomicIntegerArray(PLACES);

  private final AtomicInteger last = new AtomicInteger();
  private int first;
  private final AtomicLong lost = new AtomicLong();
  private volatile long sent;
  private volatile boolean asleep;
  private volatile boolean closed;
  private final Thread carrier;

  GuestMessages(DwordPort port) {
    this.port = port;
    carrier = Thread.ofPlatform().daemon().name("guest-messages").start(this::carry);
  }

  @Override
  public void send(long address, int data, int requesterId, int pasid) {
    if (address >>> 20 != RANGE) {
      lost.incrementAndGet();
      return;
    }
    long message = USED | (address & 0xFFFFF) << 32 | Integer.toUnsignedLong(data);
    long spread = message * 0x9E37_79B9_7F4A_7C15L;
    int place = (int) (spread >>> 50);
    for (int probe = 0; probe < PROBES; ) {
      long there = places.get(place);
      if (there != 0 && (there & ~WAITING) != message) {
        place = (place + 1) & (PLACES - 1);
        probe++;
      } else if ((there & WAITING) != 0) {
        return;
      } else if (places.compareAndSet(place, there, message | WAITING)) {
        join(place);
        return;
      }
    }
    lost.incrementAndGet();
  }

  private void join(int place) {
    line.set(last.getAndIncrement() & (PLACES - 1), place + 1);
    if (asleep) {
      LockSupport.unpark(carrier);
    }
  }

  private void carry() {
    while (!closed) {
      port.ready();
      if (!carryOne()) {
        asleep = true;
        if (line.get(first & (PLACES - 1)) == 0 && !closed) {
          LockSupport.park(this);
        }
        asleep = false;
      }
    }
  }

  /** Under a lock, so that {@link #discard} finds every message either waiting or gone. */
  private synchronized boolean carryOne() {
    long message = take();
    if (message == 0) {
      return false;
    }
    if (port.write(RANGE << 20 | (message >>> 32 & 0xFFFFF), (int) message)) {
      sent++;
    } else {
      lost.incrementAndGet();
    }
    return true;
  }

  /** {@return the next message, which may be sent anew from now on; 0 if none waits} */
  private long take() {
    int at = first & (PLACES - 1);
    int place = line.get(at) - 1;
    if (place < 0) {
      return 0;
    }
    line.set(at, 0);
    first++;
    long there = places.get(place);
    places.set(place, there & ~WAITING);
    return there;
  }

  /**
   * Forgets what has not left, when the function is reset or the guest is gone. What is sent before
   * the call does not leave after it.
   */
  public synchronized void discard() {
    while (take() != 0) {
      // Dropped: whom it was meant for does not expect it any more.
    }
  }

  /** {@return how many messages have left} */
  public long sent() {
    return sent;
  }

  /** {@return how many found no guest, or no room} */
  public long lost() {
    return lost.get();
  }

  @Override
  public void close() {
    closed = true;
    discard();
    LockSupport.unpark(carrier);
  }
}
