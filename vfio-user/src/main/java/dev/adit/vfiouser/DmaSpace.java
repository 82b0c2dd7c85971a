package dev.adit.vfiouser;

/**
 * The client's memory as the device sees it: what the bus addresses of DMA_MAP lead to. One for
 * each device; each thread that accesses memory opens a {@link DmaView} of its own.
 *
 * <p>A mapping that is taken away stays usable for those who are using it: the reply to DMA_UNMAP
 * waits until every {@link DmaView#begin section} that could have seen the mapping has ended.
 */
public interface DmaSpace {
  /** What an access wants to do. */
  enum Access {
    /** From the client's memory to the device. */
    READ,
    /** From the device to the client's memory. */
    WRITE
  }

  /** {@return a new view, to be used by one thread at a time} */
  DmaView view();

  /** {@return a new way for interrupt messages, to be used by one thread at a time} */
  DwordPort dwords();
}
