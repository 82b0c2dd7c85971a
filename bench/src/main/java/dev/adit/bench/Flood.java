package dev.adit.bench;

import dev.adit.devices.dsa.spec.CompletionRecord;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.host.VirtualDevice;
import dev.adit.machine.DmaBuffer;
import dev.adit.machine.DsaDriver;
import dev.adit.machine.DsaQueue;
import dev.adit.machine.SocketPciDevice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.LockSupport;

/** A guest that keeps its queue full of memory moves of one size, from a thread of its own. */
final class Flood implements AutoCloseable {
  private static final int PORTALS = 2;
  private static final int LIMITED = 4096;
  private static final long POLL = 20_000;

  private final SocketPciDevice pci;
  private final DmaBuffer records;
  private final DmaBuffer source;
  private final DmaBuffer target;
  private final int depth;
  private final int bytes;
  private final MemorySegment descriptor = MemorySegment.ofArray(new long[Descriptor.BYTES / 8]);
  private final Thread thread;
  private volatile boolean stopped;

  /**
   * Starts at once.
   *
   * @param depth descriptors that are under way
   * @param bytes of each
   */
  Flood(VirtualDevice device, int depth, int bytes) {
    this.depth = depth;
    this.bytes = bytes;
    pci = SocketPciDevice.connect(device.plan().socket(), 2L * depth * bytes + (1 << 20));
    DsaDriver.probe(pci).enable(depth);
    records = pci.allocate((long) depth * CompletionRecord.BYTES);
    // Buffers of its own for each, so that a cache that a neighbour empties too is not what counts.
    source = pci.allocate((long) depth * bytes);
    target = pci.allocate((long) depth * bytes);
    thread = Thread.ofPlatform().name("flood").start(this::run);
  }

  private void run() {
    for (int slot = 0; slot < depth; slot++) {
      submit(slot);
    }
    for (int slot = 0; !stopped; slot = (slot + 1) % depth) {
      while (DsaQueue.status(record(slot)) == 0 && !stopped) {
        LockSupport.parkNanos(POLL);
      }
      submit(slot);
    }
  }

  private MemorySegment record(int slot) {
    long at = (long) slot * CompletionRecord.BYTES;
    return records.memory().asSlice(at, CompletionRecord.BYTES);
  }

  private void submit(int slot) {
    record(slot).fill((byte) 0);
    long flags = Flags.RECORD_ADDRESS_VALID | Flags.REQUEST_RECORD;
    set(0, (long) Opcode.MEMORY_MOVE.code() << 56 | flags << 32);
    set(Descriptor.RECORD_ADDRESS, records.address() + (long) slot * CompletionRecord.BYTES);
    set(Descriptor.SOURCE, source.address() + (long) slot * bytes);
    set(Descriptor.DESTINATION, target.address() + (long) slot * bytes);
    set(Descriptor.SIZE, bytes);
    pci.store64(PORTALS, LIMITED + slot % 64 * 64L, descriptor, 0);
  }

  private void set(int offset, long value) {
    descriptor.set(ValueLayout.JAVA_LONG_UNALIGNED, offset, value);
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    pci.close();
  }
}
