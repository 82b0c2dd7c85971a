package dev.adit.devices;

import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Register;

/** What the driver of a function does to its configuration space before anything else. */
public final class DriverSwitches {
  private DriverSwitches() {}

  /**
   * Sets switches of one register.
   *
   * @param switches fields of one bit; their capability must be there
   */
  public static void turnOn(EmulatedConfigSpace config, Field... switches) {
    Register register = switches[0].register();
    int at = config.find(register.of()).orElseThrow() + register.offset();
    long value = config.read(at, register.bytes());
    for (Field field : switches) {
      value |= field.mask();
    }
    config.write(at, register.bytes(), value);
  }
}
