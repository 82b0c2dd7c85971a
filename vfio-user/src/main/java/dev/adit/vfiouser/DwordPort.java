package dev.adit.vfiouser;

/**
 * Writes single DWORDs to the client's bus beside its memory, which is what interrupt messages are:
 * the client's interrupt controller takes them, or its IOMMU first. They go out as DMA_WRITE and
 * arrive in their order; several may be on their way at once.
 *
 * <p>For one thread at a time, and never for the one that serves the socket. Nothing allocates.
 */
public interface DwordPort {
  /** Waits until a write can go out: until the client has taken all but a few of those before. */
  void ready();

  /**
   * Sends a write and does not wait for it; call {@link #ready} before.
   *
   * @return false if there is no client to take it
   */
  boolean write(long address, int value);
}
