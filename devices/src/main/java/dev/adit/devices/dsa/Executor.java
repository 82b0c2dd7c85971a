package dev.adit.devices.dsa;

import java.lang.foreign.MemorySegment;

/**
 * Checks and carries out one descriptor at a time and keeps what came of it until the next. Each
 * engine has one; nothing is allocated after construction, and nothing that a guest can put into a
 * descriptor or into memory makes a method throw.
 */
public interface Executor {
  /**
   * Checks everything but the interrupt handle, which comes last in the order of checks. Touches no
   * guest memory.
   *
   * @param d the engine's own copy of the descriptor, which nobody changes meanwhile
   * @param inBatch whether the descriptor is a member of a batch
   * @return 0, or the error, which {@link #status} tells then
   */
  int check(MemorySegment d, long at, Limits limits, boolean inBatch);

  /**
   * Executes a descriptor that has been checked. The caller has entered a section of the view; a
   * long operation leaves it and enters another one from time to time, and returns inside one.
   *
   * @param pasid of the operands, or {@link dev.adit.devices.Dma#NO_PASID}
   * @return the status byte
   */
  int execute(MemorySegment d, long at, Limits limits, int pasid);

  /** {@return the status byte} */
  int status();

  /** {@return the second byte of the record} */
  int result();

  /** {@return the fault info byte; 0 unless the device has that capability} */
  int faultInfo();

  /** {@return the bytes completed, 32 bits, unsigned} */
  int bytesCompleted();

  /** {@return the address that faulted, or 0} */
  long faultAddress();

  /** {@return which operand failed, counted from 0 in the order of the descriptor's addresses} */
  int faultOperand();

  /** {@return the flags that were wrong, 24 bits, if the status says so; otherwise 0} */
  int invalidFlags();

  /**
   * {@return 8 bytes of the completion record}
   *
   * @param index from 2 on; the first two are made of the above
   */
  long word(int index);
}
