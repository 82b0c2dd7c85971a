package dev.adit.machine;

import dev.adit.devices.dsa.spec.CompletionRecord;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;

/**
 * A work queue in service, as its one submitter sees it: a ring of as many slots as the queue has
 * entries, each with a completion record. A descriptor is written to the portal in one 64-byte
 * store; the place in the portal page moves on by 64 bytes each time, as the Linux driver does it.
 */
public final class DsaQueue {
  private static final int PAGE = 4096;
  private static final int LIMITED_PORTAL = 1;
  private static final int LIMITED_IMS_PORTAL = 3;
  private static final int PORTALS_OF_A_QUEUE = 4;
  private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(60);
  private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final PciDevice device;
  private final int index;
  private final int size;
  private final boolean shared;
  private final Interrupt interrupt;
  private final DmaBuffer records;
  private final MemorySegment descriptor;
  private final MemorySegment drain;
  private final long portal;
  private final boolean ims;
  private volatile int handle;
  private long submitted;
  private long stores;
  private long resubmitted;

  DsaQueue(
      PciDevice device,
      int index,
      int size,
      boolean shared,
      int handle,
      Interrupt interrupt,
      boolean ims) {
    this.device = device;
    this.index = index;
    this.size = size;
    this.shared = shared;
    this.handle = handle;
    this.interrupt = interrupt;
    this.records = device.allocate((long) size * CompletionRecord.BYTES);
    this.descriptor = MemorySegment.ofArray(new long[Descriptor.BYTES / 8]);
    this.drain = MemorySegment.ofArray(new long[Descriptor.BYTES / 8]);
    this.portal =
        (long) (index * PORTALS_OF_A_QUEUE + (ims ? LIMITED_IMS_PORTAL : LIMITED_PORTAL)) * PAGE;
    this.ims = ims;
  }

  /** {@return the index of the queue in its device} */
  public int index() {
    return index;
  }

  /** {@return whether completions are signalled through the interrupt message store} */
  public boolean usesIms() {
    return ims;
  }

  /** {@return the interrupt that tells of completions} */
  public Interrupt interrupt() {
    return interrupt;
  }

  /**
   * Submits a descriptor and waits for the interrupt of its completion.
   *
   * @param work 64 bytes with opcode, operation flags, addresses and sizes; record address,
   *     interrupt handle and the flags for both are filled in here
   * @return the completion record, valid until the slot comes round again
   */
  public MemorySegment run(MemorySegment work) {
    int slot = (int) (submitted++ % size);
    MemorySegment record =
        records.memory().asSlice((long) slot * CompletionRecord.BYTES, CompletionRecord.BYTES);
    record.fill((byte) 0);
    MemorySegment.copy(work, 0, descriptor, 0, Descriptor.BYTES);
    long requests = Flags.RECORD_ADDRESS_VALID | Flags.REQUEST_RECORD | Flags.REQUEST_INTERRUPT;
    descriptor.set(LONG, 0, descriptor.get(LONG, 0) | requests << 32);
    descriptor.set(
        LONG, Descriptor.RECORD_ADDRESS, records.address() + (long) slot * CompletionRecord.BYTES);
    while (true) {
      int used = complete(record);
      if (status(record) != Status.INTERRUPT_HANDLE || used == handle) {
        return record;
      }
      // The handle was revoked under way; the descriptor was not executed.
      resubmitted++;
      record.fill((byte) 0);
    }
  }

  /** Submits the descriptor and waits for interrupt and record. {@return the handle it carried} */
  private int complete(MemorySegment record) {
    long deadline = System.nanoTime() + TIMEOUT;
    long seen = interrupt.count();
    int used = submit(descriptor, deadline);
    long now = interrupt.await(seen, TIMEOUT);
    if (now == seen) {
      throw new DriverException("queue " + index + ": no completion interrupt");
    }
    // The interrupt of a Drain that renewed the handle comes here too.
    while (status(record) == 0 && System.nanoTime() - deadline < 0) {
      now = interrupt.await(now, deadline - System.nanoTime());
    }
    if (status(record) == 0) {
      throw new DriverException("queue " + index + ": interrupt before the completion record");
    }
    return used;
  }

  /** The handle is put in here, so that none goes out with the old one behind a renewal's Drain. */
  private synchronized int submit(MemorySegment what, long deadline) {
    what.set(SHORT, Descriptor.INTERRUPT_HANDLE, (short) handle);
    long at = portal + stores++ * Descriptor.BYTES % PAGE;
    if (!shared) {
      device.store64(DsaDriver.PORTALS, at, what, 0);
      return handle;
    }
    while (!device.enqueue64(DsaDriver.PORTALS, at, what, 0)) {
      if (System.nanoTime() - deadline > 0) {
        throw new DriverException("queue " + index + ": Retry without end");
      }
      Thread.onSpinWait();
    }
    return handle;
  }

  /**
   * Uses another interrupt handle from now on. A Drain with it tells whoever waits for a completion
   * that the old handle did not signal to look again.
   */
  synchronized void renew(int newHandle) {
    handle = newHandle;
    drain.fill((byte) 0);
    long word = (long) Opcode.DRAIN.code() << 56 | (long) Flags.REQUEST_INTERRUPT << 32;
    drain.set(LONG, 0, word);
    int _ = submit(drain, System.nanoTime() + TIMEOUT);
  }

  /** {@return how often a descriptor was submitted again because its handle was revoked} */
  public long resubmitted() {
    return resubmitted;
  }

  /** {@return the status byte of a completion record, 0 while there is none} */
  public static int status(MemorySegment record) {
    return (byte) BYTE.getAcquire(record, (long) CompletionRecord.STATUS) & 0xFF;
  }
}
