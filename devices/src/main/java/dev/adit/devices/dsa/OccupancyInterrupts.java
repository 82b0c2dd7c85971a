package dev.adit.devices.dsa;

import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.Intcause;
import dev.adit.devices.dsa.spec.Register.Wqcfg;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.MsixTable;
import org.jspecify.annotations.Nullable;

/**
 * Interrupts that tell that a queue has room (section 3.7): one when the occupancy is at the limit
 * or below, looked at whenever a descriptor leaves and when the interrupt is enabled; then none
 * until software clears the bit that tells of it. One that goes to vector 0 has a cause bit too.
 */
final class OccupancyInterrupts {
  private final RegisterFile registers;
  private final MsixTable msix;
  private final @Nullable ImsArray ims;
  private final Handles handles;
  private final MiscInterrupts misc;

  OccupancyInterrupts(
      RegisterFile registers,
      MsixTable msix,
      @Nullable ImsArray ims,
      Handles handles,
      MiscInterrupts misc) {
    this.registers = registers;
    this.msix = msix;
    this.ims = ims;
    this.handles = handles;
    this.misc = misc;
  }

  /** Takes note of a write to a queue's limit, or of the queue having been enabled. */
  void configured(WorkQueue queue) {
    long limit = registers.get(Register.WQCFG_OCCUPANCY_LIMIT, queue.index);
    queue.occupancyWatched = Wqcfg.OCCUPANCY_ENABLE.isSet(limit);
    if (queue.occupancyWatched) {
      check(queue);
    }
  }

  /** Sends the interrupt if it is due. */
  void check(WorkQueue queue) {
    long limit = registers.get(Register.WQCFG_OCCUPANCY_LIMIT, queue.index);
    if (!Wqcfg.OCCUPANCY_ENABLE.isSet(limit)
        || queue.state() != WorkQueue.State.ENABLED
        || queue.occupancy() > Wqcfg.OCCUPANCY_LIMIT.get(limit)
        || !registers.raiseField(Register.WQCFG_STATUS, queue.index, Wqcfg.OCCUPANCY_GENERATED)) {
      return;
    }
    long target = registers.get(Register.WQCFG_OCCUPANCY_HANDLE, queue.index);
    boolean fromIms = Wqcfg.OCCUPANCY_TABLE.isSet(target);
    int entry = handles.entry(Wqcfg.OCCUPANCY_HANDLE.getInt(target), fromIms);
    if (entry == Handles.NONE) {
      return;
    }
    if (fromIms) {
      if (ims != null) {
        ims.fire(entry);
      }
    } else if (entry == 0) {
      misc.raise(Intcause.OCCUPANCY);
    } else {
      msix.fire(entry);
    }
  }
}
