package dev.adit.devices.dsa;

/**
 * What names of completion interrupts stand for (sections 3.7 and 7.5.4): a device's own table, or
 * entries of another one's that are lent to it.
 */
interface Handles {
  /** The answer for what names nothing. */
  int NONE = -1;

  /** {@return whether an index lies in a table for which handles are given} */
  boolean inTable(int index, boolean ims);

  /** {@return a handle of an entry that exists, or {@link #NONE} if there is none to give} */
  int request(int index, boolean ims);

  /**
   * Takes a handle back; failing that, the handles of an index, as the specification's text has it.
   *
   * @return whether there was anything to take back
   */
  boolean release(int handleOrIndex, boolean ims);

  /** Takes all handles back. */
  void clear();

  /** {@return the entry that a handle names in a table, or {@link #NONE}} */
  int entry(int handle, boolean ims);
}
