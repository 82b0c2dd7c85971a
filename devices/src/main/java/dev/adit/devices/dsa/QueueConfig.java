package dev.adit.devices.dsa;

import dev.adit.devices.Dma;

/**
 * A work queue's configuration, taken from WQCFG when the queue was enabled; the fields in it
 * cannot change until it is disabled.
 *
 * @param size entries
 * @param dedicated whether one client owns it; otherwise descriptors bring their PASID
 * @param priority 1 to 15, how many descriptors an engine takes from it in a row
 * @param pasidEnable whether its accesses carry a PASID
 * @param pasid the PASID of a dedicated queue
 * @param priv the privilege of a dedicated queue
 * @param privilegedMode whether descriptors of a shared queue may claim privilege
 * @param privileged limits of descriptors with privilege
 * @param user limits of descriptors without
 */
record QueueConfig(
    int size,
    boolean dedicated,
    int priority,
    boolean pasidEnable,
    int pasid,
    boolean priv,
    boolean privilegedMode,
    Limits privileged,
    Limits user) {
  private static final Limits NOTHING = new Limits(0, 0, 0, 0, false, false, false);

  /** Of a queue that takes nothing. */
  static final QueueConfig DISABLED =
      new QueueConfig(0, true, 0, false, 0, false, false, NOTHING, NOTHING);

  /** {@return the PASID of a descriptor that carries one in its first word} */
  int pasid(int own) {
    if (!pasidEnable) {
      return Dma.NO_PASID;
    }
    return dedicated ? pasid : own;
  }

  Limits limits(boolean withPrivilege) {
    return withPrivilege ? privileged : user;
  }
}
