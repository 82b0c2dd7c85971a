package dev.adit.devices.dsa;

import dev.adit.devices.Dma;
import dev.adit.devices.dsa.spec.Status;
import java.lang.foreign.MemorySegment;

/**
 * An engine's way to memory. Operations other than Memory Move pull their operands through private
 * blocks: what has been checked cannot change under the hands, what is not in one piece becomes so,
 * and only plain copies touch memory that a client may take away at any time (a copy survives a
 * file cut short; the JVM's compare and CRC routines do not).
 */
final class Bus {
  /** Bytes of a private block. Two of them and their destination fit a first-level cache. */
  static final int BLOCK = 8192;

  /** After so many bytes the section is left once. */
  static final long SECTION = 512 * 1024;

  final Dma.View view;

  private final Runnable between;
  private int pasid;
  private boolean tellsOperand;
  private long inSection;
  private boolean faulted;
  private boolean faultWrite;
  private long faultAddress;
  private int faultOperand;

  /**
   * Makes one.
   *
   * @param between called now and then between two sections of a long operation
   */
  Bus(Dma.View view, Runnable between) {
    this.view = view;
    this.between = between;
  }

  /** Begins a descriptor, inside a section. */
  void start(int pasid, boolean tellsOperand) {
    this.pasid = pasid;
    this.tellsOperand = tellsOperand;
    inSection = 0;
    faulted = false;
    faultWrite = false;
    faultAddress = 0;
    faultOperand = 0;
  }

  /**
   * Reads into a block.
   *
   * @param operand for the fault, if there is one
   * @return the bytes read; fewer than wanted after a fault
   */
  int fetch(long address, MemorySegment block, int at, int length, int operand) {
    long read = view.read(pasid, address, block, at, length);
    if (read < length) {
      fault(address + read, false, operand);
    }
    pace(length);
    return (int) read;
  }

  /**
   * Writes from a block.
   *
   * @return the bytes written; fewer than wanted after a fault
   */
  int store(long address, MemorySegment block, int at, int length, int operand) {
    long written = view.write(pasid, address, block, at, length);
    if (written < length) {
      fault(address + written, true, operand);
    }
    pace(length);
    return (int) written;
  }

  /** As {@link Dma.View#resolve}, without recording a fault. */
  long resolve(long address, long length, Dma.Access access) {
    return view.resolve(pasid, address, length, access);
  }

  /** Records the first fault of the descriptor. */
  void fault(long address, boolean write, int operand) {
    if (!faulted) {
      faulted = true;
      faultAddress = address;
      faultWrite = write;
      faultOperand = operand;
    }
  }

  /** As {@link #store}, but a fault here comes before one recorded earlier. */
  int storeInstead(long address, MemorySegment block, int at, int length, int operand) {
    long written = view.write(pasid, address, block, at, length);
    if (written < length) {
      forgetFault();
      fault(address + written, true, operand);
    }
    pace(length);
    return (int) written;
  }

  /** Takes back a fault behind which the operation did not have to go. */
  void forgetFault() {
    faulted = false;
  }

  /** Counts bytes, and lets others through when it is time: who unmaps, and who waits. */
  void pace(long bytes) {
    inSection += bytes;
    if (inSection >= SECTION) {
      inSection = 0;
      view.end();
      between.run();
      view.begin();
    }
  }

  boolean faulted() {
    return faulted;
  }

  int faultStatus() {
    return Status.PAGE_FAULT | (faultWrite ? Status.WRITE : 0);
  }

  int faultOperand() {
    return faultOperand;
  }

  long faultAddress(int status) {
    return isFault(status) ? faultAddress : 0;
  }

  /** Bit 0, "address masked", stays 0: the whole address is told. */
  int faultInfo(int status) {
    return isFault(status) && tellsOperand ? faultOperand << 1 : 0;
  }

  private static boolean isFault(int status) {
    return (status & Status.CODE_MASK) == Status.PAGE_FAULT;
  }
}
