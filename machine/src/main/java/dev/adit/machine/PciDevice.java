package dev.adit.machine;

import java.lang.foreign.MemorySegment;

/**
 * A PCI function as its driver sees it, with what the operating system around the driver provides:
 * register access, memory the function can reach, and interrupts. A driver written against this
 * interface runs unmodified wherever the function is: in the same process, behind a vfio-user
 * socket, on a bare machine or in a guest.
 */
public interface PciDevice extends AutoCloseable {
  /**
   * Reads configuration space.
   *
   * @param width 1, 2 or 4 bytes, naturally aligned
   */
  int readConfig(int offset, int width);

  /**
   * Writes configuration space.
   *
   * @param width 1, 2 or 4 bytes, naturally aligned
   */
  void writeConfig(int offset, int width, int value);

  /**
   * Reads a BAR register.
   *
   * @param width 1, 2, 4 or 8 bytes, naturally aligned
   */
  long read(int bar, long offset, int width);

  /**
   * Writes a BAR register.
   *
   * @param width 1, 2, 4 or 8 bytes, naturally aligned
   */
  void write(int bar, long offset, int width, long value);

  /** Stores 64 bytes at once to a 64-byte aligned place of a BAR, as MOVDIR64B does. */
  void store64(int bar, long offset, MemorySegment from, long at);

  /**
   * {@return page-aligned, zeroed memory that the function reaches by DMA}
   *
   * @param bytes at least 1
   */
  DmaBuffer allocate(long bytes);

  /**
   * Takes an MSI-X vector into use: fills its table entry and unmasks it. The function must have
   * MSI-X enabled for anything to arrive.
   */
  Interrupt msix(int vector);

  /** Gives back all memory and vectors. */
  @Override
  void close();
}
