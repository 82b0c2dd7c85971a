package dev.adit.vfiouser.dma;

import dev.adit.vfiouser.DmaSpace;

/**
 * One DMA_MAP.
 *
 * @param first lowest bus address, unsigned
 * @param last highest bus address, unsigned
 * @param offset where {@code first} lies in the backing file
 */
public record Mapping(
    long first, long last, boolean readable, boolean writable, Backing backing, long offset) {

  boolean permits(DmaSpace.Access access) {
    return access == DmaSpace.Access.READ ? readable : writable;
  }

  boolean contains(long address) {
    return Long.compareUnsigned(address - first, last - first) <= 0;
  }

  /** {@return whether this mapping goes on where the other ends, on the bus and in the file} */
  boolean continues(Mapping before) {
    return first == before.last + 1
        && first != 0
        && backing == before.backing
        && backing != Backing.MESSAGES
        && offset == before.offset + (before.last - before.first) + 1;
  }
}
