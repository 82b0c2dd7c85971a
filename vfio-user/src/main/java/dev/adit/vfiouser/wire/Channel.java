package dev.adit.vfiouser.wire;

import dev.adit.vfiouser.posix.Epoll;
import dev.adit.vfiouser.posix.Eventfds;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.posix.OpenFiles;
import dev.adit.vfiouser.spec.Header;
import dev.adit.vfiouser.spec.Wire;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;

/**
 * One end of a connection: cuts the stream into messages, gives commands to a handler strictly in
 * their order, and replies to whoever waits for them. Both sides of the protocol are built on it.
 *
 * <p>Incoming commands are set aside while {@link #hold held} or while a handler waits for a reply;
 * replies are never set aside, so that neither side can wait for the other in a circle.
 */
public final class Channel implements EventLoop.Source {
  /** What takes the commands of the other side. Called by the loop's thread. */
  public interface Handler {
    /**
     * A command has come.
     *
     * @param message where it lies, valid for this call
     * @param at offset of its header
     * @param size bytes, header included, at least {@link Header#SIZE}
     * @param fds what came with it; what is left in there is closed afterwards
     */
    void command(MemorySegment message, long at, int size, Fds fds);

    /** The stream cannot be understood any more; it ends. */
    void garbled(int errno);

    /** The connection is over. */
    void closed();

    /** Time passes, see {@link EventLoop#tick}. */
    void tick(long now);
  }

  private record Deferred(MemorySegment message, Fds fds) {}

  private static final byte[] NOTHING = {};

  /** A stash that may stay while it is empty. */
  private static final int SMALL = 16 << 10;

  private final EventLoop loop;
  private final Handler handler;
  private final int quota;
  private final Sender sender;
  private final Calls calls = new Calls(this);
  private final Queue<Deferred> deferred = new ArrayDeque<>();
  private int fd;
  private int deferredBytes;
  private boolean held;
  private boolean handling;
  private int interest = Epoll.IN;

  // The received bytes being looked at, and the fds of the first and of the last message in them.
  private MemorySegment window = MemorySegment.NULL;
  private long position;
  private long limit;
  private Fds firstFds = Fds.NONE;
  private Fds lastFds = Fds.NONE;

  // An incomplete message, between two receives.
  private byte[] stash = NOTHING;
  private int stashed;

  // A long incomplete message: it is received in place, not copied for each piece that comes.
  private MemorySegment assembly = MemorySegment.NULL;
  private long assembled;

  /**
   * Takes over a connected socket; {@link #open} starts it.
   *
   * @param quota bytes that may be set aside in each direction before the other side has to wait
   */
  public Channel(EventLoop loop, int fd, Handler handler, int quota) {
    this.loop = loop;
    this.fd = fd;
    this.handler = handler;
    this.quota = quota;
    this.sender = new Sender(fd, this::pending);
  }

  EventLoop loop() {
    return loop;
  }

  /** {@return the commands we send} */
  public Calls calls() {
    return calls;
  }

  public Sender sender() {
    return sender;
  }

  boolean isOpen() {
    return fd >= 0;
  }

  /** {@return whether nobody is at the other end any more, though this one may not have seen it} */
  public boolean hungUp() {
    return fd < 0 || Eventfds.hungUp(fd);
  }

  public void open() {
    loop.add(fd, this, true);
  }

  @Override
  public void ready(int events) {
    if (fd >= 0 && (events & Epoll.OUT) != 0) {
      sender.flush();
      resume();
    }
    if (fd >= 0 && (events & ~Epoll.OUT) != 0) {
      if ((interest & Epoll.IN) != 0) {
        receive();
      } else if ((events & (Epoll.HUP | Epoll.ERR)) != 0) {
        close();
      }
    }
  }

  @Override
  public void tick(long now) {
    handler.tick(now);
  }

  @Override
  public void failed() {
    close();
  }

  private void receive() {
    Inbox in = loop.inbox;
    if (assembled > 0) {
      assemble(in);
      return;
    }
    if (stashed > 0) {
      MemorySegment.copy(stash, 0, in.buffer, ValueLayout.JAVA_BYTE, 0, stashed);
    }
    int received = in.receive(fd, stashed);
    if (received > 0) {
      window = in.buffer;
      position = 0;
      limit = (long) stashed + received;
      stashed = 0;
      lastFds = Fds.of(in);
      work();
    } else if (received != -Libc.EAGAIN) {
      close();
    }
  }

  private void assemble(Inbox in) {
    int received = in.receive(fd, assembly, assembled);
    if (received > 0) {
      Fds.of(in).close(); // fds in the middle of a message
      assembled += received;
      if (assembled == assembly.byteSize()) {
        window = assembly;
        position = 0;
        limit = assembled;
        assembled = 0;
        work();
      }
    } else if (received != -Libc.EAGAIN) {
      close();
    }
  }

  /** Handles what can be handled and keeps the rest. */
  private void work() {
    do {
      runDeferred();
      parse();
    } while (fd >= 0 && !held && !deferred.isEmpty());
    if (fd >= 0) {
      keep();
      updateInterest();
    }
  }

  private void parse() {
    while (fd >= 0 && limit - position >= Header.SIZE) {
      long at = position;
      long size = Integer.toUnsignedLong(window.get(Wire.U32, at + Header.LENGTH));
      if (size < Header.SIZE || size > Inbox.MAX_MESSAGE) {
        handler.garbled(Libc.EINVAL);
        close();
        return;
      }
      if (size > limit - at) {
        return;
      }
      boolean reply = isReply(window, at);
      if (!reply && backlogged()) {
        return;
      }
      position = at + size;
      Fds fds = claim(position == limit);
      if (reply) {
        calls.complete(window, at, (int) size, fds);
      } else if (setsAside()) {
        defer(at, (int) size, fds);
      } else {
        handle(window, at, (int) size, fds);
      }
    }
  }

  private static boolean isReply(MemorySegment message, long at) {
    int type = message.get(Wire.U32, at + Header.FLAGS) & Header.TYPE_MASK;
    return type == Header.TYPE_REPLY;
  }

  private boolean setsAside() {
    return held || handling || !deferred.isEmpty();
  }

  /** {@return the fds of the message that was just cut off the window} */
  private Fds claim(boolean last) {
    Fds mine = firstFds;
    firstFds = Fds.NONE;
    if (last && !lastFds.isEmpty()) {
      if (mine.isEmpty()) {
        mine = lastFds;
      } else {
        lastFds.close(); // fds in the middle of a message
      }
      lastFds = Fds.NONE;
    }
    return mine;
  }

  private void handle(MemorySegment message, long at, int size, Fds fds) {
    handling = true;
    try {
      handler.command(message, at, size, fds);
    } finally {
      handling = false;
      fds.close();
    }
  }

  private void defer(long at, int size, Fds fds) {
    byte[] copy = window.asSlice(at, size).toArray(ValueLayout.JAVA_BYTE);
    deferred.add(new Deferred(MemorySegment.ofArray(copy), fds));
    deferredBytes += size;
  }

  private void runDeferred() {
    while (fd >= 0 && !held && !deferred.isEmpty()) {
      Deferred next = deferred.remove();
      int size = (int) next.message.byteSize();
      deferredBytes -= size;
      handle(next.message, 0, size, next.fds);
    }
  }

  /** Keeps the rest of the window for the next receive. */
  private void keep() {
    int rest = (int) (limit - position);
    if (rest > SMALL && !backlogged()) {
      keepLong(rest);
      return;
    }
    if (rest > stash.length) {
      stash = new byte[Math.max(rest, Math.min(2 * rest, SMALL))];
    } else if (rest == 0 && stash.length > SMALL) {
      stash = NOTHING;
    }
    MemorySegment.copy(window, ValueLayout.JAVA_BYTE, position, stash, 0, rest);
    stashed = rest;
    position = limit = 0;
    if (!backlogged()) {
      settleFds();
    }
  }

  private void keepLong(int rest) {
    long size = Integer.toUnsignedLong(window.get(Wire.U32, position + Header.LENGTH));
    MemorySegment whole =
        assembly.byteSize() == size ? assembly : Arena.ofAuto().allocate(size, Long.BYTES);
    MemorySegment.copy(window, position, whole, 0, rest);
    assembly = whole;
    assembled = rest;
    position = limit = 0;
    settleFds();
  }

  /** One incomplete message is left, the first and the last. */
  private void settleFds() {
    if (firstFds.isEmpty()) {
      firstFds = lastFds;
    } else {
      lastFds.close(); // fds in the middle of a message
    }
    lastFds = Fds.NONE;
  }

  /** {@return whether commands have to stay where they are until there is room for more} */
  private boolean backlogged() {
    return (setsAside() && deferredBytes > quota) || sender.queued() > quota;
  }

  /** Sets aside the commands that come from now on, until {@link #release}. */
  public void hold() {
    held = true;
  }

  /** Goes on with what was set aside. */
  public void release() {
    held = false;
    if (fd >= 0 && !handling) {
      resume();
    }
  }

  /** Looks again at what was left. */
  private void resume() {
    window = MemorySegment.ofArray(Arrays.copyOf(stash, stashed));
    position = 0;
    limit = stashed;
    stashed = 0;
    work();
  }

  private void updateInterest() {
    int wanted = backlogged() ? 0 : Epoll.IN;
    wanted |= sender.queued() > 0 ? Epoll.OUT : 0;
    if (wanted != interest) {
      interest = wanted;
      loop.interest(fd, wanted);
    }
  }

  private void updateIfOpen() {
    if (fd >= 0) {
      updateInterest();
    }
  }

  /** Something could not be sent at once. Called by the thread that tried. */
  private void pending() {
    if (!loop.here()) {
      try {
        loop.execute(this::updateIfOpen);
      } catch (RejectedExecutionException e) {
        // The loop has ended, and the connection with it: there is nothing to send to.
        return;
      }
    }
  }

  /**
   * Serves the socket inside a handler until a reply has come: replies are taken, commands set
   * aside in their order.
   */
  void pump(Exchange exchange, long deadline) {
    Inbox in = loop.inner();
    if (assembled > 0) {
      window = assembly;
      position = 0;
      limit = assembled;
      assembled = 0;
    }
    if (window.address() != in.buffer.address()) {
      MemorySegment.copy(window, position, in.buffer, 0, limit - position);
      window = in.buffer;
      limit -= position;
      position = 0;
    }
    boolean outer = handling;
    handling = true;
    parse();
    while (fd >= 0 && !exchange.done() && System.nanoTime() < deadline && !backlogged()) {
      if (sender.queued() > 0) {
        sender.flush();
      }
      pumpOnce(in);
    }
    handling = outer;
    if (!exchange.done()) {
      exchange.abandon();
    }
  }

  private void pumpOnce(Inbox in) {
    if (position > 0) {
      MemorySegment.copy(in.buffer, position, in.buffer, 0, limit - position);
      limit -= position;
      position = 0;
    }
    int received = in.receive(fd, limit);
    if (received > 0) {
      settleFds();
      limit += received;
      lastFds = Fds.of(in);
      parse();
    } else if (received == -Libc.EAGAIN) {
      if (!loop.spins()) {
        Eventfds.readable(fd, sender.queued() > 0 ? 1 : 100);
      }
    } else {
      close();
    }
  }

  /** Ends the connection and closes everything that came over it. */
  public void close() {
    if (fd < 0) {
      return;
    }
    int old = fd;
    fd = -1;
    loop.remove(old, this);
    sender.close();
    OpenFiles.close(old);
    firstFds.close();
    lastFds.close();
    firstFds = lastFds = Fds.NONE;
    deferred.forEach(d -> d.fds.close());
    deferred.clear();
    calls.failAll(Libc.ECONNRESET);
    handler.closed();
  }
}
