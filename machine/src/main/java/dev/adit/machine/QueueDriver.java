package dev.adit.machine;

import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.store.ImsChip;
import dev.adit.interrupts.store.QueueChip;
import dev.adit.interrupts.store.StoreChip;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The driver of a {@link QueueFunction}: one queue, of which each piece of work interrupts. */
public final class QueueDriver implements AutoCloseable {
  private static final int NO_PASID = -1;
  private static final int IMS_ENTRIES = 256;
  private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(2);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final PciDevice device;
  private final long page;
  private final DmaBuffer target;
  private final Interrupt interrupt;
  private final int handle;

  /**
   * Brings a queue up.
   *
   * @param store where this variant of the function keeps its messages
   * @param queue the queue to use
   * @param pasid what to set as the queue's PASID, or -1
   */
  public QueueDriver(PciDevice device, QueueFunction.Store store, int queue, int pasid) {
    this.device = device;
    page = (long) queue * QueueFunction.PAGE;
    FunctionSwitches.turnOn(device);
    target = device.allocate(4);
    device.write(0, queue * 8L, 4, pasid == NO_PASID ? 0 : 1 | pasid << 12);
    Interrupt _ = device.msix(0);
    boolean tied = store == QueueFunction.Store.QUEUE_MEMORY;
    Optional<PciDevice.Entry> granted = device.ims(chip(store), tied ? queue : -1, pasid);
    interrupt = granted.map(PciDevice.Entry::interrupt).orElseGet(() -> device.msix(queue + 1));
    handle = granted.map(PciDevice.Entry::index).orElse((queue + 1) | QueueFunction.MSIX_HANDLE);
  }

  private StoreChip chip(QueueFunction.Store store) {
    if (store == QueueFunction.Store.DEVICE_MEMORY) {
      return new ImsChip(
          QueueFunction.STORE_FORMAT, device.window(0, QueueFunction.IMS), IMS_ENTRIES);
    }
    DmaBuffer mailbox = device.allocate(16);
    GuestMemory memory = GuestMemory.of(mailbox.address(), mailbox.memory());
    return new QueueChip(QueueFunction.QUEUES, memory, mailbox.address(), this::modify);
  }

  private boolean modify(int context, long mailbox) {
    device.write(0, QueueFunction.MAILBOX, 8, mailbox);
    device.write(0, QueueFunction.COMMAND, 4, context);
    return device.read(0, QueueFunction.ANSWER, 4) == 1;
  }

  /**
   * Does work of which each piece ends with an interrupt, one after another.
   *
   * @return how many pieces were done and signalled
   */
  public int work(int pieces) {
    for (int i = 0; i < pieces; i++) {
      long seen = interrupt.count();
      device.write(2, page + QueueFunction.ADDRESS, 8, target.address());
      device.write(2, page + QueueFunction.DATA, 4, i + 1);
      device.write(2, page + QueueFunction.HANDLE, 4, handle);
      device.write(2, page + QueueFunction.DOORBELL, 4, 1);
      if (interrupt.await(seen, TIMEOUT) == seen || target.memory().get(INT, 0) != i + 1) {
        return i;
      }
    }
    return pieces;
  }

  @Override
  public void close() {
    device.close();
  }
}
