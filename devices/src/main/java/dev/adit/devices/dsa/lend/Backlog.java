package dev.adit.devices.dsa.lend;

import dev.adit.devices.dsa.spec.Descriptor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Descriptors of one tenant that wait on this side of the physical queue. Not thread-safe. */
final class Backlog {
  private final int capacity;
  private final MemorySegment slots;
  private long head;
  private long tail;

  /**
   * @param capacity at least 1
   */
  Backlog(int capacity) {
    this.capacity = capacity;
    slots = Arena.ofAuto().allocate((long) capacity * Descriptor.BYTES, Descriptor.BYTES);
  }

  int size() {
    return (int) (tail - head);
  }

  boolean isEmpty() {
    return tail == head;
  }

  /** {@return the position of the oldest one; positions never repeat} */
  long head() {
    return head;
  }

  /** {@return the position that the next one gets} */
  long tail() {
    return tail;
  }

  /** {@return whether there was room below a limit, and it was taken} */
  boolean add(MemorySegment from, long at, int limit) {
    if (size() >= Math.min(limit, capacity)) {
      return false;
    }
    MemorySegment.copy(from, at, slots, slot(tail), Descriptor.BYTES);
    tail++;
    return true;
  }

  /** Copies the oldest one; there is one. */
  void peek(MemorySegment into) {
    MemorySegment.copy(slots, slot(head), into, 0, Descriptor.BYTES);
  }

  /** Drops the oldest one; there is one. */
  void remove() {
    head++;
  }

  void clear() {
    head = tail;
  }

  /** {@return a copy of all, oldest first} */
  MemorySegment copy() {
    MemorySegment all = MemorySegment.ofArray(new byte[size() * Descriptor.BYTES]);
    for (long position = head; position < tail; position++) {
      MemorySegment.copy(
          slots, slot(position), all, (position - head) * Descriptor.BYTES, Descriptor.BYTES);
    }
    return all;
  }

  private long slot(long position) {
    return position % capacity * Descriptor.BYTES;
  }
}
