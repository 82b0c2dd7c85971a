package dev.adit.vfiouser.server;

import dev.adit.vfiouser.ServerEvents.Kind;
import dev.adit.vfiouser.VfioUserException;
import dev.adit.vfiouser.dma.Mappings;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.spec.Command;
import dev.adit.vfiouser.spec.Header;
import dev.adit.vfiouser.spec.Wire;
import dev.adit.vfiouser.wire.Capabilities;
import dev.adit.vfiouser.wire.Channel;
import dev.adit.vfiouser.wire.Exchange;
import dev.adit.vfiouser.wire.Fds;
import dev.adit.vfiouser.wire.Outbox;
import dev.adit.vfiouser.wire.Reply;
import java.lang.foreign.MemorySegment;

/**
 * One connection to a server: negotiates, hands commands to {@link Commands}, and sees to it that
 * what the client takes away is let go of before it is told so.
 */
public final class ServerConnection implements Channel.Handler, Mappings.Remote {
  private static final int TICK = 1;
  private static final int HANDSHAKE_TICK = 100;

  private final DeviceServer server;
  private final Channel channel;
  private final Commands commands;
  private final long patience;
  private final long since = System.nanoTime();
  private Capabilities peer = Capabilities.DEFAULT;
  private boolean attached;
  private boolean over;
  private boolean pumpFails;

  // A removal that waits for engines, and the reply to send then.
  private long removal;
  private long removalSince;
  private byte[] removalReply = {};

  /** A VERSION that waits for the client before to be gone. */
  private byte[] introduction = {};

  private long introducedSince;

  ServerConnection(DeviceServer server, int fd) {
    this.server = server;
    patience = server.options().patience().toNanos();
    channel = new Channel(server.loop(), fd, this, server.options().maxQueued());
    commands = new Commands(server, this);
  }

  void open() {
    channel.open();
    server.loop().tick(channel, HANDSHAKE_TICK);
  }

  Channel channel() {
    return channel;
  }

  Capabilities peer() {
    return peer;
  }

  boolean attached() {
    return attached;
  }

  /** {@return whether this client is going: it has hung up, or engines still use its memory} */
  boolean leaves() {
    return over || channel.hungUp();
  }

  /** {@return 0 or an errno, after a client has introduced itself} */
  int negotiate(Capabilities client) {
    if (attached) {
      return Libc.EINVAL;
    }
    if (!server.attach(this)) {
      return Libc.EBUSY;
    }
    peer = client;
    attached = true;
    server.loop().untick(channel);
    server.dma().connect(this);
    server.device().attached();
    return 0;
  }

  @Override
  public void command(MemorySegment message, long at, int size, Fds fds) {
    int command = Short.toUnsignedInt(message.get(Wire.U16, at + Header.COMMAND));
    int error;
    try {
      if (!attached && command != Command.VERSION) {
        error = Libc.EINVAL;
      } else if (fds.truncated()) {
        error = Libc.EMFILE;
      } else if (!attached && server.isBeingLeft() && !hasWaited()) {
        introduceLater(message, at, size);
        return;
      } else {
        error = commands.handle(command, message, at, size, fds);
      }
    } catch (VfioUserException e) {
      error = e.errno();
    } catch (RuntimeException e) {
      server.events().event(Kind.DEVICE_FAILED, 0);
      error = Libc.EIO;
    }
    if (error != 0) {
      server.events().event(Kind.ERROR_REPLY, error);
      replyError(message, at, error);
    }
  }

  /** Keeps VERSION until the client before is gone; what comes after it waits, too. */
  private void introduceLater(MemorySegment message, long at, int size) {
    if (introducedSince == 0) {
      introducedSince = System.nanoTime();
    }
    introduction = message.asSlice(at, size).toArray(Wire.U8);
    channel.hold();
    server.loop().tick(channel, TICK);
  }

  /** {@return whether it has waited for the client before as long as one may} */
  private boolean hasWaited() {
    return introducedSince != 0 && System.nanoTime() - introducedSince > patience;
  }

  private void introduce() {
    MemorySegment message = MemorySegment.ofArray(introduction);
    introduction = new byte[0];
    command(message, 0, (int) message.byteSize(), Fds.NONE);
    if (introduction.length == 0) {
      channel.release();
    }
  }

  /** Answers with the payload that stands in the outbox behind the header. */
  void reply(MemorySegment message, long at, int payload, int[] fds) {
    if ((message.get(Wire.U32, at + Header.FLAGS) & Header.NO_REPLY) == 0) {
      Outbox outbox = server.loop().outbox;
      Reply.head(outbox.buffer, message, at, Header.SIZE + payload, 0);
      channel.sender().send(outbox, Header.SIZE + payload, fds);
    }
  }

  private void replyError(MemorySegment message, long at, int errno) {
    if ((message.get(Wire.U32, at + Header.FLAGS) & Header.NO_REPLY) == 0) {
      Outbox outbox = server.loop().outbox;
      Reply.head(outbox.buffer, message, at, Header.SIZE, errno);
      channel.sender().send(outbox, Header.SIZE);
    }
  }

  /**
   * Answers a command by repeating its payload once nobody uses what was removed any more. Until
   * then, later commands wait.
   */
  void replyWhenQuiescent(long removed, MemorySegment message, long at, int payload) {
    if (quiescentSoon(removed)) {
      MemorySegment.copy(
          message, at + Header.SIZE, server.loop().outbox.buffer, Header.SIZE, payload);
      reply(message, at, payload, Commands.NO_FDS);
      return;
    }
    removal = removed;
    removalSince = System.nanoTime();
    removalReply = message.asSlice(at, Header.SIZE + payload).toArray(Wire.U8);
    channel.hold();
    server.loop().tick(channel, TICK);
  }

  private boolean quiescentSoon(long removed) {
    for (int i = 0; i < 100; i++) {
      if (server.dma().quiescent(removed)) {
        return true;
      }
      Thread.onSpinWait();
    }
    return false;
  }

  @Override
  public void tick(long now) {
    if (over) {
      finishIfQuiescent();
    } else if (removal != 0) {
      finishRemoval(now);
    } else if (introduction.length > 0) {
      if (!server.isBeingLeft() || hasWaited()) {
        introduce();
      }
    } else if (!attached && now - since > patience) {
      server.events().event(Kind.SILENT, 0);
      channel.close();
    }
  }

  private void finishRemoval(long now) {
    boolean quiescent = server.dma().quiescent(removal);
    if (!quiescent && now - removalSince < patience) {
      return;
    }
    server.loop().untick(channel);
    removal = 0;
    MemorySegment request = MemorySegment.ofArray(removalReply);
    if (quiescent) {
      int payload = removalReply.length - Header.SIZE;
      MemorySegment.copy(request, Header.SIZE, server.loop().outbox.buffer, Header.SIZE, payload);
      reply(request, 0, payload, Commands.NO_FDS);
    } else {
      server.events().event(Kind.STUCK, 0);
      replyError(request, 0, Libc.EBUSY);
    }
    channel.release();
  }

  @Override
  public void garbled(int errno) {
    server.events().event(Kind.GARBLED, errno);
  }

  void end() {
    channel.close();
  }

  @Override
  public void closed() {
    over = true;
    if (!attached) {
      server.gone(this);
      return;
    }
    server.dma().connect(null);
    try {
      commands.close();
      server.device().detached();
    } catch (RuntimeException e) {
      server.events().event(Kind.DEVICE_FAILED, 0);
    }
    removal = Math.max(removal, server.dma().remove(0, -1L));
    finishIfQuiescent();
    if (over && attached) {
      server.loop().tick(channel, TICK);
    }
  }

  /** The next client may come when nobody uses the memory of this one. */
  private void finishIfQuiescent() {
    if (server.dma().quiescent(removal)) {
      attached = false;
      server.loop().untick(channel);
      server.gone(this);
    }
  }

  @Override
  public int maxData() {
    return Math.max(1, peer.maxData());
  }

  @Override
  public int call(Exchange exchange, int command, int size) {
    boolean here = server.loop().here();
    if (here && pumpFails) {
      return Libc.ETIMEDOUT;
    }
    long deadline = System.nanoTime() + server.options().dmaTimeout().toNanos();
    int error = channel.calls().call(exchange, command, size, Commands.NO_FDS, deadline);
    if (here && error == Libc.ETIMEDOUT) {
      // This client answers nothing while it waits for us, as QEMU does; do not try again.
      pumpFails = true;
    }
    exchange.fds().close();
    return error;
  }

  @Override
  public boolean start(Exchange exchange, int command, int size) {
    return channel.calls().start(exchange, command, size);
  }

  @Override
  public void finish(Exchange exchange) {
    long deadline = System.nanoTime() + server.options().dmaTimeout().toNanos();
    channel.calls().finish(exchange, deadline);
    exchange.fds().close();
  }
}
