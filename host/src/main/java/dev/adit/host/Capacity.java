package dev.adit.host;

import java.util.List;

/**
 * What a function has and what of it is left.
 *
 * @param queues its work queues by index
 * @param imsEntries entries of its message store, 0 if it has none
 * @param imsFree those that are free
 * @param msixFree MSI-X entries of the function that completions could use, without the store
 * @param pasidsFree PASIDs that the host can still give, for all functions together
 */
public record Capacity(
    List<Queue> queues, int imsEntries, int imsFree, int msixFree, int pasidsFree) {
  /**
   * A work queue.
   *
   * @param index its number
   * @param group its group
   * @param size its entries
   * @param shared whether it is shared
   * @param owners the devices that use it
   */
  public record Queue(int index, int group, int size, boolean shared, List<String> owners) {}

  /** Makes the list unmodifiable. */
  public Capacity {
    queues = List.copyOf(queues);
  }
}
