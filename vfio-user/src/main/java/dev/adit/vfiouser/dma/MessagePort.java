package dev.adit.vfiouser.dma;

import dev.adit.vfiouser.DwordPort;
import dev.adit.vfiouser.spec.Command;
import dev.adit.vfiouser.spec.DmaAccess;
import dev.adit.vfiouser.spec.Header;
import dev.adit.vfiouser.spec.Wire;
import dev.adit.vfiouser.wire.Exchange;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Writes single DWORDs to the client's bus beside its memory, which is what interrupt messages are:
 * the client's interrupt controller takes them, or its IOMMU first. They go out as DMA_WRITE and
 * arrive in their order; several may be on their way at once.
 *
 * <p>For one thread at a time, and never for the one that serves the socket. Nothing allocates.
 */
final class MessagePort implements DwordPort {
  private static final int DEPTH = 32;
  private static final int DATA = Header.SIZE + DmaAccess.SIZE;
  private static final int SIZE = DATA + Integer.BYTES;

  private final Mappings space;
  private final Exchange[] exchanges = new Exchange[DEPTH];
  private final Mappings.@Nullable Remote[] under = new Mappings.@Nullable Remote[DEPTH];
  private int next;

  MessagePort(Mappings space) {
    this.space = space;
    for (int i = 0; i < DEPTH; i++) {
      exchanges[i] = new Exchange(SIZE + DATA);
    }
  }

  @Override
  public void ready() {
    Mappings.Remote remote = under[next];
    if (remote != null) {
      remote.finish(exchanges[next]);
      under[next] = null;
    }
  }

  @Override
  public boolean write(long address, int value) {
    Mappings.Remote remote = space.remote();
    if (remote == null || under[next] != null) {
      return false;
    }
    Exchange exchange = exchanges[next];
    MemorySegment message = exchange.message(SIZE);
    message.set(Wire.U64, Header.SIZE + DmaAccess.ADDRESS, address);
    message.set(Wire.U64, Header.SIZE + DmaAccess.COUNT, Integer.BYTES);
    message.set(Wire.U32, DATA, value);
    if (!remote.start(exchange, Command.DMA_WRITE, SIZE)) {
      return false;
    }
    under[next] = remote;
    next = (next + 1) % DEPTH;
    return true;
  }
}
