package dev.adit.machine;

import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.store.StoreChip;

/**
 * A machine as a driver sees it: memory, processors, and somebody who grants interrupts. Drivers
 * are written against this and run unmodified on bare metal and in every guest.
 */
public interface Machine {
  /** {@return what it is, for reports} */
  String name();

  /** {@return the memory; its addresses are the bus addresses of functions without PASID} */
  Ram ram();

  /** {@return how many processors there are} */
  int cpus();

  /** {@return a processor's local APIC} */
  LocalApic cpu(int number);

  /**
   * Makes the interrupts of a store of a function.
   *
   * @throws dev.adit.interrupts.DomainException if this machine cannot serve the store, or may not;
   *     the driver falls back to another store
   */
  BusDomain interrupts(Slot slot, StoreChip chip);
}
