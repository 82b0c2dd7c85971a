package dev.adit.interrupts.remap;

import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.MessageStore;

/**
 * What stands between the senders of interrupt messages and the processors: a remapping unit, or
 * nothing. Interrupts come out at an {@link InterruptBus}, posted ones in their descriptor, faults
 * in the unit's own log; the returned outcome tells which of it happened.
 */
public interface Remapper extends MessageSink {
  /**
   * Handles a write of a single DWORD, which is what an interrupt message is. Neither allocates nor
   * takes a lock unless it has to read an entry from memory or to record a fault.
   *
   * @param address the 64-bit address; bits 1:0 are not looked at
   * @param data the DWORD
   * @param requesterId the sender, 16 bits
   * @param pasid the PASID the write is tagged with, or {@link MessageStore#NO_PASID}
   * @return an {@link Outcome}, packed
   */
  long remap(long address, int data, int requesterId, int pasid);

  /** Handles any other request to the bus; {@return an {@link Outcome}, packed} */
  long request(BusRequest request);

  @Override
  default void send(long address, int data, int requesterId, int pasid) {
    remap(address, data, requesterId, pasid);
  }

  /**
   * {@return this, as a sink that says what became of each message}
   *
   * @param observer is told of each; called by the sender, who may be in the middle of a delivery,
   *     so it must neither block nor allocate nor access registers
   */
  default MessageSink observed(Observer observer) {
    return (address, data, requesterId, pasid) ->
        observer.handled(remap(address, data, requesterId, pasid), requesterId);
  }

  /** Is told what becomes of messages. */
  @FunctionalInterface
  interface Observer {
    /**
     * A message was handled.
     *
     * @param outcome an {@link Outcome}, packed
     * @param requesterId the sender
     */
    void handled(long outcome, int requesterId);
  }

  /**
   * {@return how well a message that names an entry is told from another's, as the entry stands in
   * memory; {@link IsolationLevel#DEVICE_PASID} is never returned, see {@link IsolationLevel#with}}
   *
   * @param requesterId the function whose table it is, where each has its own
   * @param index the entry
   */
  IsolationLevel isolation(int requesterId, int index);

  /**
   * Makes the unit forget cached entries, and waits until no message is on its way that was handled
   * by their former contents. What a driver reaches by the invalidation queue, for a host that owns
   * the unit.
   *
   * @param requesterId the function whose table it is, where each has its own
   * @param first the first entry
   * @param count how many
   */
  void invalidate(int requesterId, int first, int count);
}
