package dev.adit.host;

import java.util.Map;

/**
 * What of a function is left.
 *
 * @param room how many more devices of each type could be made, by type
 * @param imsEntries entries of its message store, 0 if it has none in use
 * @param imsFree those that are free
 * @param msixFree MSI-X entries of the function that completions could use, without the store
 * @param pasidsFree PASIDs that the host can still give, for all functions together
 */
public record Capacity(
    Map<String, Integer> room, int imsEntries, int imsFree, int msixFree, int pasidsFree) {
  /** Makes the map unmodifiable. */
  public Capacity {
    room = Map.copyOf(room);
  }
}
