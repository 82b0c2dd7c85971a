package dev.adit.machine;

import dev.adit.interrupts.Message;
import dev.adit.interrupts.RegisterWindow;
import dev.adit.interrupts.domain.TrappedStore;
import dev.adit.interrupts.store.MsixTable;
import java.util.function.Consumer;

/**
 * The MSI-X table that a guest sees of a sub-device (Intel DSA Architecture Specification 3.0,
 * section 7.5.4): entry 0 is emulated, each further one is backed by an entry of the physical
 * function's store and allocated when the guest unmasks it.
 */
final class VirtualMsix implements RegisterWindow {
  private static final int ENTRY = 16;

  private final LentDsa lent;
  private final TrappedStore backed;
  private final MsixTable emulated;

  VirtualMsix(LentDsa lent, TrappedStore backed, Consumer<Message> controller) {
    this.lent = lent;
    this.backed = backed;
    emulated = new MsixTable(1, (to, with, _, _) -> controller.accept(new Message(to, with)), 0);
    emulated.control(true, false);
    lent.view().msix().route(0, () -> emulated.fire(0));
  }

  @Override
  public long read(long offset, int width) {
    return offset >= 0 && offset < ENTRY
        ? emulated.read(offset, width)
        : backed.read(offset - ENTRY, width);
  }

  @Override
  public void write(long offset, int width, long value) {
    if (offset >= 0 && offset < ENTRY) {
      emulated.write(offset, width, value);
      return;
    }
    backed.write(offset - ENTRY, width, value);
    int index = Math.clamp(offset / ENTRY - 1, -1, Integer.MAX_VALUE);
    int vector = index + 1;
    if (vector >= 1 && vector < lent.view().msix().size()) {
      lent.back(vector, backed.entry(index));
    }
  }
}
