package dev.adit.vfiouser.server;

import dev.adit.vfiouser.Irq;
import dev.adit.vfiouser.ServerEvents;
import dev.adit.vfiouser.posix.Eventfds;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.posix.OpenFiles;
import dev.adit.vfiouser.spec.Header;
import dev.adit.vfiouser.spec.IrqInfo;
import dev.adit.vfiouser.spec.IrqSet;
import dev.adit.vfiouser.spec.Wire;
import dev.adit.vfiouser.wire.EventLoop;
import dev.adit.vfiouser.wire.Fds;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/** DEVICE_GET_IRQ_INFO and DEVICE_SET_IRQS. */
public final class IrqCommands {
  private static final int DATA = IrqSet.DATA_NONE | IrqSet.DATA_BOOL | IrqSet.DATA_EVENTFD;
  private static final int ACTION =
      IrqSet.ACTION_MASK | IrqSet.ACTION_UNMASK | IrqSet.ACTION_TRIGGER;

  private final DeviceServer server;
  private final ServerConnection connection;
  private final Map<Vector, Unmasker> unmaskers = new HashMap<>();

  IrqCommands(DeviceServer server, ServerConnection connection) {
    this.server = server;
    this.connection = connection;
  }

  int info(MemorySegment message, long at, int payload) {
    if (payload < IrqInfo.SIZE || !Commands.roomFor(message, at, IrqInfo.SIZE)) {
      return Libc.EINVAL;
    }
    int index = message.get(Wire.U32, at + Header.SIZE + IrqInfo.INDEX);
    if (Integer.compareUnsigned(index, server.interrupts().irqs().size()) >= 0) {
      return Libc.EINVAL;
    }
    Irq irq = server.interrupts().irqs().get(index);
    int flags =
        IrqInfo.EVENTFD
            | (irq.maskable() ? IrqInfo.MASKABLE : 0)
            | (irq.automasked() ? IrqInfo.AUTOMASKED : 0)
            | (irq.noresize() ? IrqInfo.NORESIZE : 0);
    MemorySegment out = server.loop().outbox.buffer;
    out.set(Wire.U32, Header.SIZE + IrqInfo.ARGSZ, IrqInfo.SIZE);
    out.set(Wire.U32, Header.SIZE + IrqInfo.FLAGS, flags);
    out.set(Wire.U32, Header.SIZE + IrqInfo.INDEX, index);
    out.set(Wire.U32, Header.SIZE + IrqInfo.COUNT, irq.count());
    connection.reply(message, at, IrqInfo.SIZE, Commands.NO_FDS);
    return 0;
  }

  int set(MemorySegment message, long at, int payload, Fds fds) {
    long in = at + Header.SIZE;
    if (payload < IrqSet.SIZE || !Commands.roomFor(message, at, IrqSet.SIZE)) {
      return Libc.EINVAL;
    }
    int index = message.get(Wire.U32, in + IrqSet.INDEX);
    int flags = message.get(Wire.U32, in + IrqSet.FLAGS);
    int start = message.get(Wire.U32, in + IrqSet.START);
    int count = message.get(Wire.U32, in + IrqSet.COUNT);
    if (!exists(index, start, count)
        || Integer.bitCount(flags & DATA) != 1
        || Integer.bitCount(flags & ACTION) != 1
        || (flags & ~(DATA | ACTION)) != 0) {
      return Libc.EINVAL;
    }
    int error =
        switch (flags & DATA) {
          case IrqSet.DATA_EVENTFD -> setEventfds(flags & ACTION, index, start, count, fds);
          case IrqSet.DATA_BOOL ->
              fds.count() > 0 || count == 0 || payload - IrqSet.SIZE < count
                  ? Libc.EINVAL
                  : apply(flags & ACTION, index, start, count, message, in + IrqSet.SIZE);
          default -> setNone(flags & ACTION, index, start, count, message, fds);
        };
    if (error == 0) {
      connection.reply(message, at, 0, Commands.NO_FDS);
    }
    return error;
  }

  private boolean exists(int index, int start, int count) {
    if (Integer.compareUnsigned(index, server.interrupts().irqs().size()) >= 0) {
      return false;
    }
    int vectors = server.interrupts().irqs().get(index).count();
    return start >= 0 && count >= 0 && start <= vectors && count <= vectors - start;
  }

  private int setNone(int action, int index, int start, int count, MemorySegment message, Fds fds) {
    if (fds.count() > 0) {
      return Libc.EINVAL;
    }
    if (count > 0) {
      return apply(action, index, start, count, message, -1);
    }
    if (action != IrqSet.ACTION_TRIGGER || start != 0) {
      return Libc.EINVAL;
    }
    int vectors = server.interrupts().irqs().get(index).count();
    for (int i = 0; i < vectors; i++) {
      assign(index, i, -1);
      replaceUnmasker(server.interrupts().vector(index, i), -1, index, i);
    }
    return 0;
  }

  /** Gives vectors their eventfds, or takes them away if there is no fd. */
  private int setEventfds(int action, int index, int start, int count, Fds fds) {
    boolean unmask = action == IrqSet.ACTION_UNMASK;
    if (count == 0
        || (fds.count() != 0 && fds.count() != count)
        || action == IrqSet.ACTION_MASK
        || (unmask && !server.interrupts().irqs().get(index).maskable())) {
      return Libc.EINVAL;
    }
    for (int i = 0; i < fds.count(); i++) {
      if (!Eventfds.is(fds.get(i))) {
        return Libc.EINVAL;
      }
    }
    for (int i = start; i < start + count; i++) {
      int fd = fds.count() == 0 ? -1 : fds.take(i - start);
      if (unmask) {
        replaceUnmasker(server.interrupts().vector(index, i), fd, index, i);
      } else {
        assign(index, i, fd);
      }
    }
    return 0;
  }

  private void assign(int index, int i, int fd) {
    Vector vector = server.interrupts().vector(index, i);
    boolean before = vector.deliverable();
    vector.assign(fd);
    tell(vector, before, index, i);
  }

  private void tell(Vector vector, boolean before, int index, int i) {
    if (vector.deliverable() != before) {
      try {
        server.device().vectorChanged(index, i, !before);
      } catch (RuntimeException e) {
        server.events().event(ServerEvents.Kind.DEVICE_FAILED, 0);
      }
    }
  }

  /**
   * Triggers, masks or unmasks vectors.
   *
   * @param bools where their bytes are, or -1 for all vectors of the range
   */
  private int apply(
      int action, int index, int start, int count, MemorySegment message, long bools) {
    if (action != IrqSet.ACTION_TRIGGER && !server.interrupts().irqs().get(index).maskable()) {
      return Libc.EINVAL;
    }
    for (int i = 0; i < count; i++) {
      if (bools < 0 || message.get(Wire.U8, bools + i) != 0) {
        Vector vector = server.interrupts().vector(index, start + i);
        boolean before = vector.deliverable();
        switch (action) {
          case IrqSet.ACTION_MASK -> vector.mask();
          case IrqSet.ACTION_UNMASK -> vector.unmask();
          default -> vector.signal();
        }
        tell(vector, before, index, start + i);
      }
    }
    return 0;
  }

  /** An eventfd by which the client unmasks a vector without a message. */
  private final class Unmasker implements EventLoop.Source {
    private final Vector vector;
    private final int fd;
    private final int index;
    private final int number;

    Unmasker(Vector vector, int fd, int index, int number) {
      this.vector = vector;
      this.fd = fd;
      this.index = index;
      this.number = number;
    }

    @Override
    public void ready(int events) {
      if (Eventfds.take(fd) > 0) {
        boolean before = vector.deliverable();
        vector.unmask();
        tell(vector, before, index, number);
      }
    }

    void close() {
      server.loop().remove(fd, this);
      OpenFiles.close(fd);
    }
  }

  private void replaceUnmasker(Vector vector, int fd, int index, int number) {
    Unmasker old = unmaskers.remove(vector);
    if (old != null) {
      old.close();
    }
    if (fd >= 0) {
      Unmasker made = new Unmasker(vector, fd, index, number);
      unmaskers.put(vector, made);
      server.loop().add(fd, made, false);
    }
  }

  /** The client is gone. */
  void close() {
    unmaskers.values().forEach(Unmasker::close);
    unmaskers.clear();
    for (int index = 0; index < server.interrupts().irqs().size(); index++) {
      int vectors = server.interrupts().irqs().get(index).count();
      for (int i = 0; i < vectors; i++) {
        boolean before = server.interrupts().vector(index, i).deliverable();
        server.interrupts().vector(index, i).clear();
        tell(server.interrupts().vector(index, i), before, index, i);
      }
    }
  }
}
