package dev.adit.devices.dsa;

/**
 * Somebody a work queue is lent to: gets to know what becomes of the descriptors, for accounting
 * and for errors that belong to its tenant. Called by engines; must neither block nor take long.
 */
public interface Borrower {
  /**
   * An engine is through with a descriptor: it is done, has failed or was discarded.
   *
   * @param pasid whose it was, or {@link dev.adit.devices.Dma#NO_PASID}
   * @param nanos how long the engine was busy with it
   */
  void finished(int pasid, long nanos);

  /**
   * An engine is in the middle of a long descriptor from the queue and asks whether somebody's
   * short one should be carried out before it goes on. If so, the borrower submits it.
   *
   * @param pasid whose descriptor it is
   * @param nanos how long it has taken so far
   * @return whether there is one to take now
   */
  boolean urgent(int pasid, long nanos);

  /**
   * A completion interrupt is not sent, since its handle may not be used for it, or not any more.
   *
   * @param pasid whose descriptor it was
   * @param handle as the descriptor has it
   */
  void dropped(int pasid, int handle);

  /**
   * A completion interrupt is not sent, since the completion record that it announces could not be
   * written.
   *
   * @param pasid whose descriptor it was
   */
  void withheld(int pasid);

  /**
   * A descriptor has an error that its completion record could not tell.
   *
   * @return whether the error has been taken; otherwise the device reports it as its own
   */
  boolean failed(DeviceError error);
}
