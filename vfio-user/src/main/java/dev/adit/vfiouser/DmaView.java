package dev.adit.vfiouser;

import dev.adit.vfiouser.DmaSpace.Access;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * One thread's window on a {@link DmaSpace}. Accesses happen between {@link #begin} and {@link
 * #end}; keep the time between them short, because whoever takes memory away waits for it.
 *
 * <p>No method allocates, apart from the first access to memory that is reached by messages.
 */
public interface DmaView extends AutoCloseable {
  /** Enters a section of accesses. Sections do not nest. */
  void begin();

  /** Leaves the section; results of {@link #resolve} are void from here on. */
  void end();

  /**
   * Finds the memory behind an address. After a positive result, {@link #segment} and {@link
   * #offset} tell where the first byte is; the bytes returned lie one after another there, even if
   * they belong to several mappings.
   *
   * @param address the bus address, unsigned
   * @param length the bytes wanted, at least 1
   * @return how many bytes from {@code address} on lie in one piece, 1 to {@code length}; 0 if the
   *     first byte is not mapped or not permitted
   */
  long resolve(long address, long length, Access access);

  /**
   * {@return the memory found by the last successful {@link #resolve}, or null if it can be reached
   * only by {@link #read} and {@link #write}}
   */
  @Nullable MemorySegment segment();

  /** {@return where in {@link #segment} the resolved address lies} */
  long offset();

  /**
   * Copies from the client's memory, whatever stands behind it, across any number of mappings.
   *
   * @return how many bytes were copied before the first that is not mapped or not readable
   */
  long read(long address, MemorySegment into, long at, long length);

  /**
   * Copies to the client's memory, whatever stands behind it, across any number of mappings.
   *
   * @return how many bytes were copied before the first that is not mapped or not writable
   */
  long write(long address, MemorySegment from, long at, long length);

  /** Ends the use of the view, which must not be in a section. */
  @Override
  void close();
}
