package dev.adit.devices.dsa.spec;

/** When a register takes writes; at other times they are dropped without a word (T9-4, T9-7). */
public enum Lock {
  /** Always. */
  NEVER,
  /** While the device is Disabled and has configuration support. */
  DEVICE,
  /** While the device is Disabled, whatever its configuration support. */
  DEVICE_STATE,
  /** While the entry's work queue is Disabled and the device has configuration support. */
  QUEUE
}
