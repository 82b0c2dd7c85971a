package dev.adit.host;

import dev.adit.devices.dsa.spec.Command;
import dev.adit.devices.dsa.spec.CompletionRecord;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.machine.DmaBuffer;
import dev.adit.machine.DsaDriver;
import dev.adit.machine.DsaExercise;
import dev.adit.machine.DsaQueue;
import dev.adit.machine.SocketPciDevice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A client of a virtual device: the driver of the house for the control path, and a hand of its own
 * on the portals, so that it can do what no decent driver does.
 */
final class Guest implements AutoCloseable {
  static final int PORTALS = 2;
  static final int PAGE = 4096;
  private static final long MEMORY = 48 << 20;

  final SocketPciDevice pci;
  final DsaDriver driver;
  final List<DsaQueue> queues;
  final DmaBuffer records;
  final DmaBuffer source;
  final DmaBuffer target;
  private final MemorySegment descriptor = MemorySegment.ofArray(new long[8]);
  private int stores;

  private Guest(SocketPciDevice pci, boolean shared, int... sizes) {
    this.pci = pci;
    driver = DsaDriver.probe(pci);
    if (shared) {
      driver.usePasid(1);
    }
    queues = shared ? driver.enableShared(sizes) : driver.enable(sizes);
    records = pci.allocate(64 * CompletionRecord.BYTES);
    source = pci.allocate(16 << 20);
    target = pci.allocate(16 << 20);
  }

  /** A guest with all queues of its device in use. */
  static Guest of(VirtualDevice device, int... sizes) {
    return new Guest(SocketPciDevice.connect(device.plan().socket(), MEMORY), false, sizes);
  }

  /** A guest that maps its portals. */
  static Guest mapping(VirtualDevice device, int... sizes) {
    SocketPciDevice pci = SocketPciDevice.connect(device.plan().socket(), MEMORY);
    pci.map(PORTALS);
    return new Guest(pci, false, sizes);
  }

  static Guest shared(VirtualDevice device, int... sizes) {
    return new Guest(SocketPciDevice.connect(device.plan().socket(), MEMORY), true, sizes);
  }

  /** Does every operation twice on a queue; {@return what was not right} */
  List<String> exercise(int queue, long seed) {
    List<String> failures = new ArrayList<>();
    DsaExercise exercise = new DsaExercise(pci, queues.get(queue), driver.operations(), seed);
    exercise.run(2, outcome -> failures.addAll(outcome.failures()));
    return failures;
  }

  /** {@return the handle that its vector has now} */
  int handle(int vector) {
    return driver.command(Command.REQUEST_INT_HANDLE, vector);
  }

  /** Begins a descriptor with a record in a slot of the records. */
  Guest begin(Opcode opcode, int slot) {
    descriptor.fill((byte) 0);
    long at = (long) slot * CompletionRecord.BYTES;
    records.memory().asSlice(at, CompletionRecord.BYTES).fill((byte) 0);
    set(0, (long) opcode.code() << 56);
    flags(Flags.RECORD_ADDRESS_VALID | Flags.REQUEST_RECORD);
    set(Descriptor.RECORD_ADDRESS, records.address() + at);
    return this;
  }

  Guest move(int slot, long bytes) {
    return begin(Opcode.MEMORY_MOVE, slot)
        .set(Descriptor.SOURCE, source.address())
        .set(Descriptor.DESTINATION, target.address())
        .setInt(Descriptor.SIZE, (int) bytes);
  }

  /** Copies within the target. */
  Guest copy(int slot, long from, long to, long bytes) {
    return move(slot, bytes)
        .set(Descriptor.SOURCE, target.address() + from)
        .set(Descriptor.DESTINATION, target.address() + to);
  }

  Guest interrupting(int handle) {
    flags(Flags.REQUEST_INTERRUPT);
    descriptor.set(ValueLayout.JAVA_SHORT_UNALIGNED, Descriptor.INTERRUPT_HANDLE, (short) handle);
    return this;
  }

  Guest flags(int flags) {
    return set(0, descriptor.get(ValueLayout.JAVA_LONG, 0) | (long) flags << 32);
  }

  /** Sets the bits of the first word that hardware fills in: PASID and privilege. */
  Guest stain(int bits) {
    return setInt(0, bits);
  }

  Guest set(int offset, long value) {
    descriptor.set(ValueLayout.JAVA_LONG_UNALIGNED, offset, value);
    return this;
  }

  Guest setInt(int offset, int value) {
    descriptor.set(ValueLayout.JAVA_INT_UNALIGNED, offset, value);
    return this;
  }

  /** Stores what was begun to the limited portal of a queue. */
  void submit(int wq) {
    submit(wq, 1);
  }

  void submit(int wq, int page) {
    pci.store64(PORTALS, (wq * 4L + page) * PAGE + stores++ % 64 * 64L, descriptor, 0);
  }

  boolean enqueue(int wq, int page) {
    long at = (wq * 4L + page) * PAGE + stores++ % 64 * 64L;
    return pci.enqueue64(PORTALS, at, descriptor, 0);
  }

  /** {@return the status byte of a record, 0 while there is none} */
  int status(int slot) {
    return DsaQueue.status(
        records.memory().asSlice((long) slot * CompletionRecord.BYTES, CompletionRecord.BYTES));
  }

  int await(int slot) {
    long deadline = System.nanoTime() + 120_000_000_000L;
    while (status(slot) == 0) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("no record in slot " + slot);
      }
      LockSupport.parkNanos(20_000);
    }
    return status(slot);
  }

  @Override
  public void close() {
    pci.close();
  }
}
