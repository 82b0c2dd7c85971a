package dev.adit.machine;

/** What every driver does first: the function answers, may send requests, and may use MSI-X. */
final class FunctionSwitches {
  /** The command register. */
  static final int COMMAND = 0x04;

  private static final int MEMORY_AND_BUS_MASTER = 0b110;
  private static final int CAPABILITIES = 0x34;
  private static final int MOST_CAPABILITIES = 48;
  private static final int MSIX_ID = 0x11;
  private static final int MSIX_CONTROL = 2;
  private static final int MSIX_ENABLE = 1 << 15;
  private static final int MSIX_FUNCTION_MASK = 1 << 14;

  private FunctionSwitches() {}

  /**
   * Turns them on.
   *
   * @throws DriverException if the function has no MSI-X
   */
  static void turnOn(PciDevice device) {
    device.writeConfig(COMMAND, 2, device.readConfig(COMMAND, 2) | MEMORY_AND_BUS_MASTER);
    int msix = find(device, MSIX_ID) + MSIX_CONTROL;
    int control = device.readConfig(msix, 2);
    device.writeConfig(msix, 2, (control & ~MSIX_FUNCTION_MASK) | MSIX_ENABLE);
  }

  private static int find(PciDevice device, int capability) {
    int at = device.readConfig(CAPABILITIES, 1) & 0xFC;
    for (int steps = 0; at != 0 && steps < MOST_CAPABILITIES; steps++) {
      if ((device.readConfig(at, 1) & 0xFF) == capability) {
        return at;
      }
      at = device.readConfig(at + 1, 1) & 0xFC;
    }
    throw new DriverException("the function has no capability " + capability);
  }
}
