package dev.adit.devices;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Memory as a function sees it: what its bus addresses lead to. One object for each function (or
 * virtual device); each engine thread opens a {@link View} of its own.
 */
public interface Dma {
  /** Stands for "no PASID": the address space of the function's requester ID. */
  int NO_PASID = -1;

  /** What an access wants to do. */
  enum Access {
    READ,
    WRITE
  }

  /** {@return a new view, to be used by one thread at a time} */
  View view();

  /**
   * A thread's window on the address space. Accesses happen between {@link #begin} and {@link
   * #end}: a mapping that is taken away meanwhile stays usable until {@code end}, and whoever takes
   * it away waits for that. Keep the time between them short (one descriptor, or a megabyte of
   * copying), and never wait for anything but memory inside.
   *
   * <p>No method allocates.
   */
  interface View extends AutoCloseable {
    /** Enters a section of accesses. Sections do not nest. */
    void begin();

    /** Leaves the section; results of {@link #resolve} are void from here on. */
    void end();

    /**
     * Finds the memory behind an address. After a positive result, {@link #segment} and {@link
     * #offset} tell where the first byte is; the bytes returned lie one after another there.
     *
     * @param pasid 20 bits, or {@link #NO_PASID}
     * @param address the bus address, unsigned
     * @param length the bytes wanted, at least 1
     * @return how many bytes from {@code address} on lie in one piece, 1 to {@code length}; 0 if
     *     the first byte is not mapped or not permitted
     */
    long resolve(int pasid, long address, long length, Access access);

    /**
     * {@return the memory found by the last successful {@link #resolve}, or null if it can be
     * reached only by {@link #read} and {@link #write}}
     */
    @Nullable MemorySegment segment();

    /** {@return where in {@link #segment} the resolved address lies} */
    long offset();

    /**
     * Copies from bus memory, whatever stands behind it, across any number of mappings.
     *
     * @return how many bytes were copied before the first that is not mapped or not readable
     */
    long read(int pasid, long address, MemorySegment into, long at, long length);

    /**
     * Copies to bus memory, whatever stands behind it, across any number of mappings.
     *
     * @return how many bytes were copied before the first that is not mapped or not writable
     */
    long write(int pasid, long address, MemorySegment from, long at, long length);

    @Override
    void close();
  }
}
