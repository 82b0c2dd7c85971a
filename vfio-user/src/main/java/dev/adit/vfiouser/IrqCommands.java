package dev.adit.vfiouser;

import dev.adit.vfiouser.spec.Header;
import dev.adit.vfiouser.spec.IrqInfo;
import dev.adit.vfiouser.spec.IrqSet;
import dev.adit.vfiouser.spec.Wire;
import java.lang.foreign.MemorySegment;

/** DEVICE_GET_IRQ_INFO and DEVICE_SET_IRQS. */
final class IrqCommands {
  private final VfioUserServer server;
  private final ServerConnection connection;

  IrqCommands(VfioUserServer server, ServerConnection connection) {
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
    if (Integer.compareUnsigned(index, server.interrupts().irqs().size()) >= 0) {
      return Libc.EINVAL;
    }
    Irq irq = server.interrupts().irqs().get(index);
    int flags = message.get(Wire.U32, in + IrqSet.FLAGS);
    int start = message.get(Wire.U32, in + IrqSet.START);
    int count = message.get(Wire.U32, in + IrqSet.COUNT);
    if (start < 0 || count < 0 || start > irq.count() || count > irq.count() - start) {
      return Libc.EINVAL;
    }
    long bools = in + IrqSet.SIZE;
    int error =
        switch (flags) {
          case IrqSet.DATA_EVENTFD | IrqSet.ACTION_TRIGGER -> assign(index, start, count, fds);
          case IrqSet.DATA_NONE | IrqSet.ACTION_TRIGGER ->
              fds.count() > 0
                  ? Libc.EINVAL
                  : count == 0
                      ? disable(index, start)
                      : apply(flags, index, start, count, message, -1);
          case IrqSet.DATA_NONE | IrqSet.ACTION_MASK, IrqSet.DATA_NONE | IrqSet.ACTION_UNMASK ->
              fds.count() > 0 || count == 0
                  ? Libc.EINVAL
                  : apply(flags, index, start, count, message, -1);
          case IrqSet.DATA_BOOL | IrqSet.ACTION_TRIGGER,
              IrqSet.DATA_BOOL | IrqSet.ACTION_MASK,
              IrqSet.DATA_BOOL | IrqSet.ACTION_UNMASK ->
              fds.count() > 0 || count == 0 || payload - IrqSet.SIZE < count
                  ? Libc.EINVAL
                  : apply(flags, index, start, count, message, bools);
          default -> Libc.EINVAL;
        };
    if (error == 0) {
      connection.reply(message, at, 0, Commands.NO_FDS);
    }
    return error;
  }

  /** Gives vectors their eventfds, or takes them away if there is no fd. */
  private int assign(int index, int start, int count, Fds fds) {
    if (count == 0 || (fds.count() != 0 && fds.count() != count)) {
      return Libc.EINVAL;
    }
    for (int i = 0; i < fds.count(); i++) {
      if (!Eventfds.is(fds.get(i))) {
        return Libc.EINVAL;
      }
    }
    for (int i = 0; i < count; i++) {
      int fd = fds.count() == 0 ? -1 : fds.take(i);
      server.interrupts().vector(index, start + i).assign(fd);
    }
    return 0;
  }

  private int disable(int index, int start) {
    if (start != 0) {
      return Libc.EINVAL;
    }
    int vectors = server.interrupts().irqs().get(index).count();
    for (int i = 0; i < vectors; i++) {
      server.interrupts().vector(index, i).assign(-1);
    }
    return 0;
  }

  /**
   * Triggers, masks or unmasks vectors.
   *
   * @param bools where their bytes are, or -1 for all vectors of the range
   */
  private int apply(int flags, int index, int start, int count, MemorySegment message, long bools) {
    Irq irq = server.interrupts().irqs().get(index);
    if ((flags & IrqSet.ACTION_TRIGGER) == 0 && !irq.maskable()) {
      return Libc.EINVAL;
    }
    for (int i = 0; i < count; i++) {
      if (bools < 0 || message.get(Wire.U8, bools + i) != 0) {
        Vector vector = server.interrupts().vector(index, start + i);
        switch (flags & ~(IrqSet.DATA_NONE | IrqSet.DATA_BOOL)) {
          case IrqSet.ACTION_MASK -> vector.mask();
          case IrqSet.ACTION_UNMASK -> vector.unmask();
          default -> vector.signal();
        }
      }
    }
    return 0;
  }
}
