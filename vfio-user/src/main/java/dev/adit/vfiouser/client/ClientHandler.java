package dev.adit.vfiouser.client;

import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.spec.Command;
import dev.adit.vfiouser.spec.DmaAccess;
import dev.adit.vfiouser.spec.Header;
import dev.adit.vfiouser.spec.Wire;
import dev.adit.vfiouser.wire.Capabilities;
import dev.adit.vfiouser.wire.Channel;
import dev.adit.vfiouser.wire.EventLoop;
import dev.adit.vfiouser.wire.Fds;
import dev.adit.vfiouser.wire.Reply;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Serves the server's DMA_READ and DMA_WRITE. */
public final class ClientHandler implements Channel.Handler {
  private static final int DATA = Header.SIZE + DmaAccess.SIZE;

  private final EventLoop loop;
  private final ClientMemory memory;
  private @Nullable Channel channel;

  public ClientHandler(EventLoop loop, ClientMemory memory) {
    this.loop = loop;
    this.memory = memory;
  }

  public void attach(Channel made) {
    channel = made;
  }

  @Override
  public void command(MemorySegment message, long at, int size, Fds fds) {
    int command = Short.toUnsignedInt(message.get(Wire.U16, at + Header.COMMAND));
    switch (command) {
      case Command.DMA_READ -> read(message, at, size);
      case Command.DMA_WRITE -> write(message, at, size);
      default -> reply(message, at, 0, Libc.ENOSYS);
    }
  }

  private void read(MemorySegment message, long at, int size) {
    MemorySegment found = find(message, at, size, false);
    if (found == null || found.byteSize() > Capabilities.MAX_DATA) {
      reply(message, at, 0, Libc.ENODEV);
      return;
    }
    composeHead(message, at);
    MemorySegment.copy(found, 0, loop.outbox.buffer, DATA, found.byteSize());
    reply(message, at, DmaAccess.SIZE + (int) found.byteSize(), 0);
  }

  private void write(MemorySegment message, long at, int size) {
    MemorySegment found = find(message, at, size, true);
    if (found == null || found.byteSize() > size - DATA) {
      reply(message, at, 0, Libc.ENODEV);
      return;
    }
    composeHead(message, at);
    MemorySegment.copy(message, at + DATA, found, 0, found.byteSize());
    reply(message, at, DmaAccess.SIZE, 0);
  }

  private @Nullable MemorySegment find(MemorySegment message, long at, int size, boolean write) {
    if (size < DATA) {
      return null;
    }
    long in = at + Header.SIZE;
    long address = message.get(Wire.U64, in + DmaAccess.ADDRESS);
    return memory.find(address, message.get(Wire.U64, in + DmaAccess.COUNT), write);
  }

  private void composeHead(MemorySegment message, long at) {
    MemorySegment.copy(message, at + Header.SIZE, loop.outbox.buffer, Header.SIZE, DmaAccess.SIZE);
  }

  private void reply(MemorySegment message, long at, int payload, int errno) {
    Channel open = channel;
    if (open != null && (message.get(Wire.U32, at + Header.FLAGS) & Header.NO_REPLY) == 0) {
      Reply.head(loop.outbox.buffer, message, at, Header.SIZE + payload, errno);
      open.sender().send(loop.outbox, Header.SIZE + payload);
    }
  }

  @Override
  public void garbled(int errno) {}

  @Override
  public void closed() {}

  @Override
  public void tick(long now) {}
}
