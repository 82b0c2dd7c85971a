package dev.adit.interrupts.remap;

import static dev.adit.interrupts.spec.InvalidationDescriptor.CONTEXT;
import static dev.adit.interrupts.spec.InvalidationDescriptor.DEVICE_TLB;
import static dev.adit.interrupts.spec.InvalidationDescriptor.ENTRY_LAYOUT;
import static dev.adit.interrupts.spec.InvalidationDescriptor.INTERRUPT_ENTRY;
import static dev.adit.interrupts.spec.InvalidationDescriptor.IOTLB;
import static dev.adit.interrupts.spec.InvalidationDescriptor.WAIT;
import static dev.adit.interrupts.spec.InvalidationDescriptor.WAIT_LAYOUT;

import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.spec.InvalidationDescriptor;
import dev.adit.interrupts.spec.VtdFields;

/**
 * The invalidation queue (VT-d 6.5.2): a ring of descriptors in memory, worked off in order
 * whenever software moves the tail. A descriptor that cannot be read or is not valid stops the
 * queue with the head on it, until software clears IQE. Guarded by the unit's lock.
 */
final class VtdQueue {
  /** The highest index mask that is accepted: all 16 bits of an index, less one. */
  static final int MAX_INDEX_MASK = 15;

  /** What the queue asks of its unit. */
  interface Unit {
    void invalidateEntries(int first, int count);

    void invalidationComplete();
  }

  private final GuestMemory memory;
  private final Unit unit;
  private long address;
  private long head;
  private long tail;
  private boolean enabled;

  VtdQueue(GuestMemory memory, Unit unit) {
    this.memory = memory;
    this.unit = unit;
  }

  long address() {
    return address;
  }

  long head() {
    return head;
  }

  long tail() {
    return tail;
  }

  boolean enabled() {
    return enabled;
  }

  void address(long value) {
    address = value;
  }

  void tail(long value) {
    tail = value;
  }

  /** Turns the queue on, with the head at the start, or off. */
  void enable(boolean on) {
    if (on && !enabled) {
      head = 0;
    }
    enabled = on;
  }

  /** Works the queue off. {@return whether it stopped at something invalid} */
  boolean run() {
    long size = (long) InvalidationDescriptor.BYTES << (VtdFields.QS.get(address) + 8);
    if (enabled && (VtdFields.DW.isSet(address) || tail >= size)) {
      return true;
    }
    while (enabled && head != tail) {
      if (!execute((address & VtdFields.IQA_BASE.mask()) + head)) {
        return true;
      }
      head = (head + InvalidationDescriptor.BYTES) % size;
    }
    return false;
  }

  private boolean execute(long at) {
    if (!memory.holds(at, InvalidationDescriptor.BYTES)) {
      return false;
    }
    var descriptor = new InvalidationDescriptor(memory.getLong(at), memory.getLong(at + 8));
    return switch (descriptor.type()) {
      case INTERRUPT_ENTRY -> invalidate(descriptor);
      case WAIT -> complete(descriptor);
      // They concern the DMA half, of which this unit has nothing cached.
      case CONTEXT, IOTLB, DEVICE_TLB -> true;
      default -> false;
    };
  }

  private boolean invalidate(InvalidationDescriptor descriptor) {
    if (!descriptor.reservedZero(ENTRY_LAYOUT) || descriptor.indexMask() > MAX_INDEX_MASK) {
      return false;
    }
    if (descriptor.indexSelective()) {
      int count = 1 << descriptor.indexMask();
      unit.invalidateEntries(descriptor.index() & -count, count);
    } else {
      unit.invalidateEntries(0, 1 << 16);
    }
    return true;
  }

  private boolean complete(InvalidationDescriptor descriptor) {
    if (!descriptor.reservedZero(WAIT_LAYOUT)) {
      return false;
    }
    if (descriptor.statusWrite()) {
      // Nobody is told if there is no memory: the write is posted and gets lost on the way.
      if (memory.holds(descriptor.statusAddress(), 4)) {
        memory.setInt(descriptor.statusAddress(), descriptor.status());
      }
    }
    if (descriptor.interrupt()) {
      unit.invalidationComplete();
    }
    return true;
  }
}
