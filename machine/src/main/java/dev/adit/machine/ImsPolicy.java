package dev.adit.machine;

import dev.adit.interrupts.store.StoreTraits;

/** Whether a machine grants interrupt message stores. */
@FunctionalInterface
public interface ImsPolicy {
  /** Grants all that the machine can serve. */
  ImsPolicy GRANT = _ -> {};

  /**
   * Decides.
   *
   * @throws dev.adit.interrupts.DomainException if the store is not granted; its message says why
   */
  void check(StoreTraits store);
}
