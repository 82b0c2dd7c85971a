package dev.adit.devices;

import dev.adit.interrupts.store.MsixTable;
import dev.adit.pci.EmulatedConfigSpace;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A device model as a PCI function, ready to be put on a bus: on a vfio-user socket by the host, or
 * in a machine in memory.
 *
 * <p>Register accesses come from one thread at a time for each function; engines run on threads of
 * the device's own. No access, however wrong, throws: a bad read gives all ones, a bad write is
 * dropped.
 */
public interface PciFunction extends AutoCloseable {
  /**
   * A memory BAR.
   *
   * @param index 0 to 5; a 64-bit BAR also takes the index after it
   * @param size bytes, a power of two
   * @param mappable the parts that may be mapped into the guest, empty for none
   */
  record Bar(int index, long size, List<Area> mappable) {}

  /** A part of a BAR in bytes, page aligned. */
  record Area(long offset, long size) {}

  /** {@return the configuration space, which answers config reads and writes} */
  EmulatedConfigSpace config();

  /** {@return the memory BARs by ascending index} */
  List<Bar> bars();

  /** {@return the MSI-X table, whose vectors a VMM may route past the messages} */
  MsixTable msix();

  /**
   * Reads a BAR register.
   *
   * @param width 1, 2, 4 or 8 bytes, naturally aligned
   * @return the value, zero-extended; all ones where nothing answers
   */
  long read(int bar, long offset, int width);

  /**
   * Writes a BAR register.
   *
   * @param width 1, 2, 4 or 8 bytes, naturally aligned
   */
  void write(int bar, long offset, int width, long value);

  /**
   * Gives the device memory that backs a mappable part of a BAR; from then on the guest may write
   * there without the device being told, and the device has to look. Called at most once for each
   * area, before the first access.
   */
  void back(Bar bar, Area area, MemorySegment memory);

  /**
   * A VMM that emulates the MSI-X table and routes vectors past it says whether a vector can be
   * delivered now. For functions whose interrupts wait elsewhere than in their table.
   */
  default void vectorOpen(int vector, boolean open) {}

  /** The guest is gone, and with it its memory. */
  default void abandoned() {}

  /** Function-level reset: everything as at power-on; no DMA and no interrupt after it returns. */
  void reset();

  /** Stops the engines. No DMA and no interrupt after it returns. */
  @Override
  void close();
}
