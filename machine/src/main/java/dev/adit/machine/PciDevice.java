package dev.adit.machine;

import dev.adit.interrupts.RegisterWindow;
import dev.adit.interrupts.store.StoreChip;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

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
   * Stores 64 bytes by a deferrable write, as ENQCMD does. Where the bus has none, the function
   * offers them in an extension: the bytes are stored, and reading the place gives the answer.
   *
   * @return false for the answer Retry
   */
  default boolean enqueue64(int bar, long offset, MemorySegment from, long at) {
    store64(bar, offset, from, at);
    return read(bar, offset, 8) == 0;
  }

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

  /** An entry of a message store that a driver may have its completions signalled through. */
  record Entry(int index, Interrupt interrupt) {}

  /**
   * Takes an entry of a message store of the function into use, where the platform grants that. The
   * driver says how its store is programmed; who composes the message, and whether the driver may
   * have it at all, is the platform's affair.
   *
   * @param chip programs the store
   * @param index the entry, or -1 for any that is free
   * @param pasid the PASID of the work items that the entry is for, or -1
   * @return the entry, or empty if it is not granted: the driver uses MSI-X instead
   */
  default Optional<Entry> ims(StoreChip chip, int index, int pasid) {
    return Optional.empty();
  }

  /** {@return the registers from an offset of a BAR on} */
  default RegisterWindow window(int bar, long base) {
    return new RegisterWindow() {
      @Override
      public long read(long offset, int width) {
        return PciDevice.this.read(bar, base + offset, width);
      }

      @Override
      public void write(long offset, int width, long value) {
        PciDevice.this.write(bar, base + offset, width, value);
      }
    };
  }

  /** Gives back all memory and vectors. */
  @Override
  void close();
}
