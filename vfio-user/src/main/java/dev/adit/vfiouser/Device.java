package dev.adit.vfiouser;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A device as its author writes it. {@link VfioUserServer} puts it on a socket.
 *
 * <p>All methods are called by the one thread that serves the socket. What a guest does wrong is no
 * error here: a bad read gives all ones, a bad write is dropped. Clients fall out of step when a
 * reply takes longer than 5 seconds, so do not wait for engines in here.
 */
public interface Device {
  /** What a device gets to know of its client. */
  interface Bus {
    /** {@return the client's memory} */
    DmaSpace dma();

    /** {@return the interrupt vectors} */
    Interrupts interrupts();
  }

  /** {@return the regions by index; asked once} */
  List<Region> regions();

  /** {@return the interrupt indices; asked once} */
  List<Irq> irqs();

  /** {@return whether it is a PCI device, whose regions and interrupts have fixed meanings} */
  default boolean pci() {
    return true;
  }

  /**
   * Reads a region. Offset and count lie within it; {@code into} holds all ones.
   *
   * @param at where in {@code into} the bytes go
   */
  void read(int region, long offset, MemorySegment into, long at, int count);

  /**
   * Writes a region. Offset and count lie within it.
   *
   * @param at where in {@code from} the bytes are
   */
  void write(int region, long offset, MemorySegment from, long at, int count);

  /** Everything as at power-on; no DMA and no interrupt of before after it returns. */
  void reset();

  /**
   * The client has set up, masked or taken away a vector. A device that keeps pending bits of its
   * own may want to know; {@link Interrupts#signal} works all the same, and remembers.
   *
   * @param deliverable whether a signal reaches the client now
   */
  default void vectorChanged(int index, int vector, boolean deliverable) {}

  /** A client has connected. */
  default void attached() {}

  /** The client is gone, and with it its memory and its interrupts. State stays. */
  default void detached() {}
}
