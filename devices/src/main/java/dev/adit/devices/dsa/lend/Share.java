package dev.adit.devices.dsa.lend;

import dev.adit.devices.dsa.LentQueue;

/** A lent queue that can be taken back. */
sealed interface Share extends LentQueue permits DedicatedQueue, SharedQueue.Part {
  /** Takes it from its tenant; nothing of the tenant is left in it. */
  void giveBack();
}
