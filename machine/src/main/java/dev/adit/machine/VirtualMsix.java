package dev.adit.machine;

import dev.adit.devices.PciFunction;
import dev.adit.interrupts.ImsArray;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.MsixTable;
import dev.adit.interrupts.RegisterWindow;
import dev.adit.interrupts.TrappedStore;
import java.util.function.Consumer;

/**
 * The MSI-X table that a guest sees of a sub-device (Intel DSA Architecture Specification 3.0,
 * section 7.5.4): entry 0 is emulated, each further one is backed by an entry of the physical
 * function's store and allocated when the guest unmasks it.
 */
final class VirtualMsix implements RegisterWindow {
  private static final int ENTRY = 16;

  private final PciFunction view;
  private final ImsArray ims;
  private final TrappedStore backed;
  private final MsixTable emulated;

  VirtualMsix(PciFunction view, ImsArray ims, TrappedStore backed, Consumer<Message> controller) {
    this.view = view;
    this.ims = ims;
    this.backed = backed;
    emulated = new MsixTable(1, (to, with, _, _) -> controller.accept(new Message(to, with)), 0);
    emulated.control(true, false);
    view.msix().route(0, () -> emulated.fire(0));
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
    int index = Math.clamp(offset / ENTRY - 1, -1, Integer.MAX_VALUE);
    // First the way to the entry: the write may give it back, and somebody else may get it.
    view.msix().route(index + 1, null);
    backed.write(offset - ENTRY, width, value);
    int entry = backed.entry(index);
    view.msix().route(index + 1, entry < 0 ? null : () -> ims.complete(entry));
  }
}
