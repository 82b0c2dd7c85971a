package dev.adit.bench;

import dev.adit.devices.VirtualFunction;
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
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * A guest that enables its queue through its socket, and then submits windows of no-ops beside it,
 * from a thread of its own.
 */
final class Tenant implements AutoCloseable {
  private static final int WINDOW = 16;
  private static final int WINDOWS = 4000;
  private static final int PORTALS = 2;
  private static final int LIMITED = 4096;

  private final MemorySegment descriptor = MemorySegment.ofArray(new long[Descriptor.BYTES / 8]);
  private final VirtualFunction function;
  private final SocketPciDevice pci;
  private final DmaBuffer records;
  private final Thread thread;
  private volatile long nanos = Long.MAX_VALUE;

  Tenant(VirtualDevice device, int rounds) {
    function = device.function();
    pci = SocketPciDevice.connect(device.plan().socket(), 1 << 20);
    DsaDriver.probe(pci).enable(WINDOW);
    records = pci.allocate((long) WINDOW * CompletionRecord.BYTES);
    long flags = Flags.RECORD_ADDRESS_VALID | Flags.REQUEST_RECORD;
    descriptor.set(ValueLayout.JAVA_LONG, 0, (long) Opcode.NOOP.code() << 56 | flags << 32);
    thread = Thread.ofPlatform().name("tenant").unstarted(() -> run(rounds));
  }

  void start() {
    thread.start();
  }

  void join() throws InterruptedException {
    thread.join();
  }

  /** {@return processor time of a no-op in the round that took least of it} */
  long nanos() {
    return nanos;
  }

  private void run(int rounds) {
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int round = 0; round <= rounds; round++) {
      long before = clock.getCurrentThreadCpuTime();
      for (int i = 0; i < WINDOWS; i++) {
        window();
      }
      least = Math.min(least, clock.getCurrentThreadCpuTime() - before);
    }
    nanos = least / ((long) WINDOWS * WINDOW);
  }

  private void window() {
    for (int slot = 0; slot < WINDOW; slot++) {
      submit(slot);
    }
    for (int slot = 0; slot < WINDOW; slot++) {
      while (DsaQueue.status(record(slot)) == 0) {
        Thread.onSpinWait();
      }
    }
  }

  private MemorySegment record(int slot) {
    long at = (long) slot * CompletionRecord.BYTES;
    return records.memory().asSlice(at, CompletionRecord.BYTES);
  }

  private void submit(int slot) {
    record(slot).fill((byte) 0);
    long to = records.address() + (long) slot * CompletionRecord.BYTES;
    descriptor.set(ValueLayout.JAVA_LONG, Descriptor.RECORD_ADDRESS, to);
    for (int at = 0; at < Descriptor.BYTES; at += Long.BYTES) {
      long value = descriptor.get(ValueLayout.JAVA_LONG, at);
      function.write(PORTALS, LIMITED + slot * (long) Descriptor.BYTES + at, Long.BYTES, value);
    }
  }

  @Override
  public void close() {
    pci.close();
  }
}
