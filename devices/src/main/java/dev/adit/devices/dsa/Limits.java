package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Opcode;

/**
 * What descriptors of one work queue may ask for: the device's capabilities and the queue's
 * configuration, taken together when the queue is enabled.
 *
 * @param gencap the register GENCAP
 * @param operations bit n allows opcode n (OPCAP, narrowed by the queue's OPCFG); codes above 63 do
 *     not exist
 * @param maxTransfer the largest transfer in bytes
 * @param maxBatch the largest batch in descriptors
 * @param blockOnFault whether the queue allows the flag
 * @param interrupts whether descriptors may request a completion interrupt; false where user-mode
 *     interrupts are off and the descriptor is unprivileged with a PASID
 * @param translationFetch whether address translation services are on for the queue
 */
public record Limits(
    long gencap,
    long operations,
    long maxTransfer,
    int maxBatch,
    boolean blockOnFault,
    boolean interrupts,
    boolean translationFetch) {
  static final int OVERLAPPING_COPY = 1;
  static final int CACHE_CONTROL = 2;
  static final int STRIDE = 7;
  static final int READBACK = 8;
  static final int FAULT_INFO = 12;
  static final int BATCH_OF_ONE = 52;

  /** {@return whether a bit of GENCAP is set} */
  boolean has(int capability) {
    return (gencap >>> capability & 1) != 0;
  }

  /** {@return whether an operation may be used in this queue} */
  boolean allows(Opcode opcode) {
    return opcode.code() < Long.SIZE && (operations >>> opcode.code() & 1) != 0;
  }
}
