package dev.adit.machine;

/** A function as a driver of the machine finds it: behind its configuration space and its BARs. */
public interface Slot {
  /** {@return bus, device and function, as this machine numbers them} */
  int requesterId();

  /**
   * {@return configuration space}
   *
   * @param width 1, 2 or 4 bytes
   */
  long readConfig(int offset, int width);

  /**
   * Writes configuration space.
   *
   * @param width 1, 2 or 4 bytes
   */
  void writeConfig(int offset, int width, long value);

  /**
   * Reads a BAR.
   *
   * @param width 1, 2, 4 or 8 bytes, naturally aligned
   */
  long read(int bar, long offset, int width);

  /**
   * Writes a BAR.
   *
   * @param width 1, 2, 4 or 8 bytes, naturally aligned
   */
  void write(int bar, long offset, int width, long value);
}
