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
   * A descriptor has an error that its completion record could not tell.
   *
   * @return whether the error has been taken; otherwise the device reports it as its own
   */
  boolean failed(DeviceError error);
}
