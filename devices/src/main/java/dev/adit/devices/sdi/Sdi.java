package dev.adit.devices.sdi;

import static dev.adit.devices.sdi.spec.SdiLayout.*;

import dev.adit.devices.Dma;
import dev.adit.devices.sdi.spec.SdiLayout;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.MsixTable;
import dev.adit.pci.ConfigSpaceBuilder;
import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.MsixCapability;
import dev.adit.pci.PcieCapability;
import dev.adit.pci.spec.PciExpress;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

/**
 * One Scalable Device Interface: it copies memory and tells the end by an interrupt. Its requests
 * and its messages carry its own requester ID, so that whoever reaches its pages, the message store
 * included, can name nobody else's interrupt: the remapper knows the sender.
 */
final class Sdi {
  /** The BAR of a function that is one SDI. */
  static final int BAR = 0;

  private final int requesterId;
  private final BooleanSupplier busMaster;
  private final MsixTable msix;
  private final ImsArray store;
  private final Dma.View view;
  private final SdiWork work = new SdiWork();
  private final MemorySegment buffer = MemorySegment.ofArray(new byte[MOST_BYTES]);
  private final LongAdder done = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder interrupts = new LongAdder();
  private boolean enabled;

  /**
   * Makes an SDI that is off.
   *
   * @param vectors of its MSI-X table
   * @param dma what its requester ID reaches
   * @param busMaster whether the function may send requests
   */
  Sdi(int vectors, Dma dma, MessageSink sink, int requesterId, BooleanSupplier busMaster) {
    this.requesterId = requesterId;
    this.busMaster = busMaster;
    msix = new MsixTable(vectors, sink, requesterId);
    msix.control(true, false);
    store = new ImsArray(SdiLayout.STORE_FORMAT, STORE_ENTRIES, sink, requesterId);
    view = dma.view();
    reset();
  }

  /** {@return what the configuration space of a function says whose BAR0 is such an SDI} */
  static ConfigSpaceBuilder function(int vectors) {
    return EmulatedConfigSpace.builder()
        .vendor(VENDOR)
        .device(DEVICE + 1)
        .classCode(0x088000)
        .bar64(BAR, SDI_BYTES, false)
        .capability(new PcieCapability(PciExpress.Type.ENDPOINT, true, false, true))
        .capability(new MsixCapability(vectors, BAR, TABLE, BAR, PENDING));
  }

  int requesterId() {
    return requesterId;
  }

  MsixTable msix() {
    return msix;
  }

  ImsArray store() {
    return store;
  }

  synchronized boolean enabled() {
    return enabled;
  }

  /** Turns it on, or off and back to its state at power-on. */
  synchronized void enable(boolean on) {
    if (enabled && !on) {
      reset();
    }
    enabled = on;
  }

  /** Back to the state at power-on, still on if it was. */
  synchronized void reset() {
    work.clear();
    work.set(VECTORS, msix.size() - 1);
    store.reset();
    msix.reset();
    msix.control(true, false);
  }

  synchronized long read(long offset, int width) {
    if (offset >= STORE) {
      return store.read(offset - STORE, width);
    }
    if (offset >= PENDING) {
      return msix.readPending(offset - PENDING, width);
    }
    if (offset < TABLE) {
      return work.read(offset, width);
    }
    long at = offset - TABLE;
    return at < (long) msix.size() * ENTRY ? msix.read(at, width) : 0;
  }

  synchronized void write(long offset, int width, long value) {
    if (offset >= STORE) {
      store.write(offset - STORE, width, value);
    } else if (offset >= TABLE && offset < PENDING) {
      if (offset - TABLE < (long) msix.size() * ENTRY) {
        msix.write(offset - TABLE, width, value);
      }
    } else if (offset < TABLE && work.write(offset, width, value)) {
      work.set(STATUS, run(work));
    }
  }

  /**
   * Does a piece of work and tells its end.
   *
   * @return its status
   */
  synchronized int run(SdiWork asked) {
    int status = enabled && busMaster.getAsBoolean() ? begin(asked) : DISABLED;
    (status == DONE ? done : failed).increment();
    return status;
  }

  private int begin(SdiWork asked) {
    int handle = asked.handle();
    MessageStore target = (handle & IN_STORE) != 0 ? store : msix;
    int entry = handle & ~IN_STORE;
    boolean silent = handle == SILENT;
    if (!silent && entry >= target.size()) {
      return BAD_HANDLE;
    }
    int status = asked.copy(view, buffer);
    if (!silent && status == DONE) {
      interrupts.increment();
      target.fire(entry);
    }
    return status;
  }

  /** {@return pieces of work done} */
  long done() {
    return done.sum();
  }

  /** {@return pieces of work that failed} */
  long failed() {
    return failed.sum();
  }

  /** {@return interrupts asked for} */
  long interrupts() {
    return interrupts.sum();
  }

  synchronized void close() {
    enabled = false;
    view.close();
  }
}
