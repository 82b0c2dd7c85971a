package dev.adit.interrupts;

/**
 * The bus as seen by a message store: takes the DWORD write that an interrupt message is. What
 * stands behind it is the platform's affair: a remapping unit, a processor, a guest.
 */
@FunctionalInterface
public interface MessageSink {
  /**
   * Takes one message. Must neither block nor allocate, and may be called by several threads. Must
   * not read registers of a message store: such a read waits for messages on their way, this one.
   *
   * @param address the 64-bit message address
   * @param data the 32-bit message data
   * @param requesterId bus, device and function of the sender, 16 bits
   * @param pasid the PASID the write is tagged with, or {@link MessageStore#NO_PASID}
   */
  void send(long address, int data, int requesterId, int pasid);
}
