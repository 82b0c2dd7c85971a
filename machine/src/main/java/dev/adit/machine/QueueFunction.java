package dev.adit.machine;

import dev.adit.devices.Dma;
import dev.adit.devices.PciFunction;
import dev.adit.interrupts.Bytes;
import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.spec.EntryFormat;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.MsixTable;
import dev.adit.interrupts.store.QueueStore;
import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.MsixCapability;
import dev.adit.pci.PasidCapability;
import dev.adit.pci.PcieCapability;
import dev.adit.pci.SiovCapability;
import dev.adit.pci.Switch;
import dev.adit.pci.spec.PciExpress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * A minimal SIOV function to try interrupt paths with: queues, each with a PASID, whose work is to
 * write one DWORD to memory and to signal completion. It stands for devices that have no model of
 * their own: one that keeps its messages in queue memory, one with an IOMMU of its own.
 *
 * <pre>
 *   BAR0, for the host driver
 *     0x0000 + 8 * queue   configuration: bit 0 PASID enable, 31:12 PASID
 *     0x1000               command: 15:0 queue; the write makes the device take the mailbox
 *     0x1008               mailbox address
 *     0x1010               answer of the last command: 1 done, 2 refused
 *     0x2000, 0x3000       MSI-X table and pending bits
 *     0x8000               IMS, if it lies in device memory
 *   BAR2, a page for each queue, for its user
 *     0x00  address    0x08  data (DWORD)    0x0C  completion handle, bit 31: in the MSI-X table
 *     0x10  doorbell   0x14  status of the last work: see the constants
 * </pre>
 *
 * <p>Work is done on the thread that rings the doorbell.
 */
public final class QueueFunction implements PciFunction {
  /** What the function is like. */
  public enum Store {
    /** The messages lie in an array in BAR0. */
    DEVICE_MEMORY,
    /** The messages lie in queue contexts in system memory. */
    QUEUE_MEMORY
  }

  /**
   * A variant of the function.
   *
   * @param store where its messages lie
   * @param checksPasid compares a work item's PASID with the entry's
   * @param tagged extension: messages carry the PASID of their queue
   */
  public record Variant(Store store, boolean checksPasid, boolean tagged) {}

  public static final int QUEUES = 16;
  public static final int PAGE = 4096;
  public static final int VENDOR = 0xFFF0;
  public static final int DEVICE = 0x0051;

  public static final int COMMAND = 0x1000;
  public static final int MAILBOX = 0x1008;
  public static final int ANSWER = 0x1010;
  public static final int MSIX_TABLE = 0x2000;
  public static final int MSIX_PBA = 0x3000;
  public static final int IMS = 0x8000;

  public static final int ADDRESS = 0x00;
  public static final int DATA = 0x08;
  public static final int HANDLE = 0x0C;
  public static final int DOORBELL = 0x10;
  public static final int STATUS = 0x14;

  /** Handle bit: the entry is one of the MSI-X table. */
  public static final int MSIX_HANDLE = 1 << 31;

  /** Handle: signal nothing. */
  public static final int NO_INTERRUPT = 0x7FFF_FFFF;

  /** The work is done. */
  public static final int DONE = 1;

  /** The completion handle is not the queue's to use; nothing was sent. */
  public static final int BAD_HANDLE = 2;

  /** The address leads nowhere. */
  public static final int DMA_FAULT = 3;

  private static final int CONTROL_BYTES = 0x1_0000;

  /** Control words of the entries in device memory. */
  static final EntryFormat STORE_FORMAT =
      new EntryFormat(1 << 1, 1 << 2, 1 << 3, 12, 0xFEE0_0000L, -1L << 20);

  private static final int PASID_ENABLE = 1;
  private static final int PASID_SHIFT = 12;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final EmulatedConfigSpace config =
      EmulatedConfigSpace.builder()
          .vendor(VENDOR)
          .device(DEVICE)
          .classCode(0x088000)
          .bar64(0, CONTROL_BYTES, false)
          .bar64(2, QUEUES * PAGE, false)
          .capability(
              new PcieCapability(
                  PciExpress.Type.ROOT_COMPLEX_INTEGRATED_ENDPOINT, true, false, true))
          .capability(new MsixCapability(QUEUES + 1, 0, MSIX_TABLE, 0, MSIX_PBA))
          .capability(0x100, new SiovCapability(true))
          .capability(new PasidCapability(20, false, false))
          .build();
  private final Variant variant;
  private final MsixTable msix;
  private final @Nullable ImsArray ims;
  private final @Nullable QueueStore contexts;
  private final MessageStore store;
  private final Dma.View view;
  private final MemorySegment word = Arena.ofAuto().allocate(4, 4);
  private final AtomicIntegerArray queueConfig = new AtomicIntegerArray(QUEUES);
  private final long[] address = new long[QUEUES];
  private final int[] data = new int[QUEUES];
  private final int[] handle = new int[QUEUES];
  private final int[] status = new int[QUEUES];
  private long mailbox;
  private int answer;

  /**
   * Makes a function.
   *
   * @param memory where the device finds mailboxes, and contexts in queue memory
   * @param contextBase address of the first context, for {@link Store#QUEUE_MEMORY}
   */
  public QueueFunction(
      Variant variant,
      Dma dma,
      MessageSink sink,
      int requesterId,
      GuestMemory memory,
      long contextBase) {
    this.variant = variant;
    view = dma.view();
    msix = new MsixTable(QUEUES + 1, sink, requesterId);
    if (variant.store() == Store.DEVICE_MEMORY) {
      ims = new ImsArray(STORE_FORMAT, 256, sink, requesterId, variant.tagged());
      contexts = null;
      store = ims;
    } else {
      ims = null;
      contexts =
          new QueueStore(
              QUEUES,
              memory,
              contextBase,
              sink,
              requesterId,
              queue -> variant.tagged() ? pasid(queue) : Dma.NO_PASID);
      store = contexts;
    }
    config.listen(
        new EmulatedConfigSpace.Listener() {
          @Override
          public void switched(Switch which, boolean on) {
            msix.control(config.on(Switch.MSIX_ENABLE), config.on(Switch.MSIX_FUNCTION_MASK));
          }

          @Override
          public void functionLevelReset() {
            clear();
          }
        });
  }

  /** {@return the store in device memory, if the function has it} */
  public @Nullable ImsArray ims() {
    return ims;
  }

  /** {@return the store in queue memory, if the function has it} */
  public @Nullable QueueStore contexts() {
    return contexts;
  }

  private int pasid(int queue) {
    int value = queueConfig.get(queue);
    return (value & PASID_ENABLE) != 0 ? value >>> PASID_SHIFT : Dma.NO_PASID;
  }

  @Override
  public EmulatedConfigSpace config() {
    return config;
  }

  @Override
  public List<Bar> bars() {
    return List.of(
        new Bar(0, CONTROL_BYTES, List.of()), new Bar(2, (long) QUEUES * PAGE, List.of()));
  }

  @Override
  public MsixTable msix() {
    return msix;
  }

  @Override
  public synchronized long read(int bar, long offset, int width) {
    if (bar == 0 && offset >= MSIX_TABLE && offset < MSIX_PBA) {
      return msix.read(offset - MSIX_TABLE, width);
    }
    if (bar == 0 && offset >= MSIX_PBA && offset < IMS) {
      return msix.readPending(offset - MSIX_PBA, width);
    }
    if (bar == 0 && offset >= IMS && ims != null) {
      return ims.read(offset - IMS, width);
    }
    if (bar == 0 && offset == ANSWER) {
      return answer;
    }
    if (bar == 2 && offset >= 0 && offset < (long) QUEUES * PAGE && offset % PAGE == STATUS) {
      return status[(int) (offset / PAGE)];
    }
    return Bytes.ones(width);
  }

  @Override
  public synchronized void write(int bar, long offset, int width, long value) {
    if (bar == 0) {
      control(offset, width, value);
    } else if (bar == 2 && offset >= 0 && offset < (long) QUEUES * PAGE) {
      queue((int) (offset / PAGE), (int) (offset % PAGE), value);
    }
  }

  private void control(long offset, int width, long value) {
    if (offset >= 0 && offset < QUEUES * 8L) {
      queueConfig.set((int) offset / 8, (int) value);
    } else if (offset == MAILBOX) {
      mailbox = value;
    } else if (offset == COMMAND && contexts != null) {
      answer = contexts.modify((int) value & 0xFFFF, mailbox) ? 1 : 2;
    } else if (offset >= MSIX_TABLE && offset < MSIX_PBA) {
      msix.write(offset - MSIX_TABLE, width, value);
    } else if (offset >= IMS && ims != null) {
      ims.write(offset - IMS, width, value);
    }
  }

  private void queue(int queue, int offset, long value) {
    switch (offset) {
      case ADDRESS -> address[queue] = value;
      case DATA -> data[queue] = (int) value;
      case HANDLE -> handle[queue] = (int) value;
      case DOORBELL -> status[queue] = work(queue);
      default -> {}
    }
  }

  private int work(int queue) {
    int pasid = pasid(queue);
    boolean table = (handle[queue] & MSIX_HANDLE) != 0;
    MessageStore target = table ? msix : store;
    // Messages in queue memory belong to their queue; there is no handle to choose.
    int entry = contexts != null && !table ? queue : handle[queue] & ~MSIX_HANDLE;
    boolean silent = handle[queue] == NO_INTERRUPT;
    if (!silent
        && (entry >= target.size()
            || (!table && variant.checksPasid() && !target.admits(entry, pasid)))) {
      return BAD_HANDLE;
    }
    view.begin();
    try {
      word.set(INT, 0, data[queue]);
      if (view.write(pasid, address[queue], word, 0, 4) != 4) {
        return DMA_FAULT;
      }
    } finally {
      view.end();
    }
    if (!silent && !table && variant.checksPasid()) {
      // The entry may have been taken from its owner since.
      boolean _ = target.complete(entry, pasid);
    } else if (!silent) {
      target.fire(entry);
    }
    return DONE;
  }

  @Override
  public void back(Bar bar, Area area, MemorySegment memory) {
    // No area is mappable.
  }

  private synchronized void clear() {
    msix.reset();
    if (ims != null) {
      ims.reset();
    }
    for (int i = 0; i < QUEUES; i++) {
      queueConfig.set(i, 0);
      status[i] = 0;
    }
  }

  @Override
  public void reset() {
    config.reset();
    clear();
  }

  @Override
  public void close() {
    view.close();
  }
}
