package dev.adit.vfiouser.dma;

import dev.adit.vfiouser.DmaSpace;
import dev.adit.vfiouser.DmaSpace.Access;
import dev.adit.vfiouser.DmaView;
import dev.adit.vfiouser.posix.OpenFiles;
import dev.adit.vfiouser.spec.Command;
import dev.adit.vfiouser.spec.DmaAccess;
import dev.adit.vfiouser.spec.Header;
import dev.adit.vfiouser.spec.Wire;
import dev.adit.vfiouser.wire.Exchange;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One thread's window on a {@link DmaSpace}. Accesses happen between {@link #begin} and {@link
 * #end}; keep the time between them short, because whoever takes memory away waits for it.
 *
 * <p>No method allocates, apart from the first access to memory that is reached by messages.
 */
final class MappedView implements DmaView {
  /** Data of one message, and of one bounce of heap memory. */
  private static final int CHUNK = 64 << 10;

  private static final int DATA = Header.SIZE + DmaAccess.SIZE;
  private static final VarHandle ACTIVE;

  static {
    try {
      ACTIVE = MethodHandles.lookup().findVarHandle(MappedView.class, "active", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Mappings space;
  private final DmaTable table;

  /** The version of the table that the section began with, 0 outside of sections. */
  @SuppressWarnings("unused") // through ACTIVE
  private volatile long active;

  private long seen;
  private @Nullable Mapping hit;
  private @Nullable MemorySegment segment;
  private long offset;
  private @Nullable Exchange exchange;

  MappedView(Mappings space, DmaTable table) {
    this.space = space;
    this.table = table;
  }

  long active() {
    return active;
  }

  @Override
  public void begin() {
    ACTIVE.setVolatile(this, space.version());
    long now = space.version();
    if (now != seen) {
      seen = now;
      hit = null;
    }
  }

  @Override
  public void end() {
    ACTIVE.setRelease(this, 0L);
  }

  @Override
  public long resolve(long address, long length, Access access) {
    Mapping mapping = hit;
    if (mapping == null || !mapping.contains(address)) {
      mapping = table.find(address);
      if (mapping == null) {
        return 0;
      }
      hit = mapping;
    }
    if (!mapping.permits(access)) {
      return 0;
    }
    long inside = address - mapping.first();
    long run = mapping.last() - address + 1;
    if (run > 0 && run < length) {
      run = table.run(mapping, address, length, access);
    }
    segment = mapping.backing() instanceof Backing.Mapped mapped ? mapped.segment : null;
    offset = mapping.offset() + inside;
    return run > 0 ? Math.min(run, length) : length;
  }

  @Override
  public @Nullable MemorySegment segment() {
    return segment;
  }

  @Override
  public long offset() {
    return offset;
  }

  @Override
  public long read(long address, MemorySegment into, long at, long length) {
    return transfer(Access.READ, address, into, at, length);
  }

  @Override
  public long write(long address, MemorySegment from, long at, long length) {
    return transfer(Access.WRITE, address, from, at, length);
  }

  private long transfer(Access access, long address, MemorySegment memory, long at, long length) {
    long done = 0;
    while (done < length) {
      long run = resolve(address + done, length - done, access);
      if (run == 0) {
        break;
      }
      MemorySegment direct = segment;
      if (direct == null) {
        run = indirect(access, address + done, memory, at + done, run);
        if (run <= 0) {
          break;
        }
      } else if (access == Access.READ) {
        MemorySegment.copy(direct, offset, memory, at + done, run);
      } else {
        MemorySegment.copy(memory, at + done, direct, offset, run);
      }
      done += run;
    }
    return done;
  }

  /** {@return bytes transferred, at most a chunk; 0 or less for none} */
  private long indirect(Access access, long address, MemorySegment memory, long at, long length) {
    Mapping mapping = hit;
    if (mapping == null) {
      return 0;
    }
    int count = (int) Math.min(length, CHUNK);
    return mapping.backing() instanceof Backing.Called file
        ? byCall(access, file.fd, memory, at, count)
        : byMessage(access, address, memory, at, count);
  }

  private long byCall(Access access, int fd, MemorySegment memory, long at, int count) {
    MemorySegment bounce = exchange().message(DATA + CHUNK);
    if (access == Access.WRITE) {
      MemorySegment.copy(memory, at, bounce, 0, count);
      return OpenFiles.write(fd, bounce, count, offset);
    }
    int got = OpenFiles.read(fd, bounce, count, offset);
    if (got > 0) {
      MemorySegment.copy(bounce, 0, memory, at, got);
    }
    return got;
  }

  private long byMessage(Access access, long address, MemorySegment memory, long at, int wanted) {
    Mappings.Remote remote = space.remote();
    if (remote == null) {
      return 0;
    }
    int count = Math.min(wanted, remote.maxData());
    Exchange call = exchange();
    MemorySegment message = call.message(DATA + CHUNK);
    message.set(Wire.U64, Header.SIZE + DmaAccess.ADDRESS, address);
    message.set(Wire.U64, Header.SIZE + DmaAccess.COUNT, count);
    if (access == Access.WRITE) {
      MemorySegment.copy(memory, at, message, DATA, count);
      return remote.call(call, Command.DMA_WRITE, DATA + count) == 0 ? count : 0;
    }
    if (remote.call(call, Command.DMA_READ, DATA) != 0 || call.length() < count) {
      return 0;
    }
    // The data are the end of the reply; early servers of QEMU had a shorter head before them.
    MemorySegment.copy(call.reply(), call.length() - count, memory, at, count);
    return count;
  }

  private Exchange exchange() {
    Exchange made = exchange;
    if (made == null) {
      made = new Exchange(DATA + CHUNK);
      exchange = made;
    }
    return made;
  }

  /** Ends the use of the view, which must not be in a section. */
  @Override
  public void close() {
    end();
    space.forget(this);
  }
}
