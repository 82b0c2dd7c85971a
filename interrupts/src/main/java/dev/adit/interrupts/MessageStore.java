package dev.adit.interrupts;

/**
 * Where a function keeps the (address, data) pairs of its message-signalled interrupts: an MSI-X
 * table, an IMS array in device memory, or records in queue memory. The device asks for an entry by
 * its index; composing the pair is somebody else's business.
 *
 * <p>Implementations are safe for use by any number of engines and of register accesses at once,
 * and {@link #fire} neither blocks nor allocates.
 */
public interface MessageStore {
  /** Stands for "no PASID" wherever a PASID is asked for. */
  int NO_PASID = -1;

  /** {@return the number of entries; indices run from 0 to this, exclusive} */
  int size();

  /**
   * Sends the entry's message, or marks it pending when the entry is masked.
   *
   * @param entry an index below {@link #size}
   */
  void fire(int entry);

  /**
   * Signals that a work item is done, if the entry is its own at this very moment: like {@link
   * #fire}, with {@link #admits} in the same step. A work item that was admitted before the entry
   * changed hands does not reach the next owner.
   *
   * @param entry an index below {@link #size}
   * @param pasid of the work item, 20 bits, or {@link #NO_PASID}
   * @return whether it was signalled, or is pending
   */
  default boolean complete(int entry, int pasid) {
    boolean admitted = admits(entry, pasid);
    if (admitted) {
      fire(entry);
    }
    return admitted;
  }

  /**
   * {@return whether a work item with this PASID may have its completion signalled through the
   * entry, as it stands} A store without PASIDs admits everybody.
   *
   * @param entry an index below {@link #size}
   * @param pasid 20 bits, or {@link #NO_PASID}
   */
  boolean admits(int entry, int pasid);
}
