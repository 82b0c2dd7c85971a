package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.Wqcfg;

/** Which bits of a register software may change in which state (tables 9-4 and 9-7). */
final class Writability {
  private Writability() {}

  /**
   * {@return the bits that may change now; -1 for all that the register has}
   *
   * @param configurable whether software may configure groups and queues
   * @param deviceDisabled whether the device is Disabled
   * @param queueDisabled whether the register's queue is Disabled, if it belongs to one
   */
  static long of(
      Register register, boolean configurable, boolean deviceDisabled, boolean queueDisabled) {
    return switch (register.lock()) {
      case NEVER -> -1;
      case DEVICE -> deviceDisabled && configurable ? -1 : 0;
      case DEVICE_STATE -> deviceDisabled ? -1 : 0;
      case QUEUE -> {
        if (!queueDisabled) {
          yield 0;
        }
        yield configurable ? -1 : fixedQueue(register);
      }
    };
  }

  /** What software may change of a queue where the host has configured the rest. */
  private static long fixedQueue(Register register) {
    return switch (register) {
      case WQCFG_MODE -> Wqcfg.PASID.mask() | Wqcfg.PASID_ENABLE.mask() | Wqcfg.PRIV.mask();
      case WQCFG_OCCUPANCY_HANDLE -> -1;
      default -> 0;
    };
  }
}
