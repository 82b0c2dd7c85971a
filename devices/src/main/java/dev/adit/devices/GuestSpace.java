package dev.adit.devices;

/** The memory of a virtual device's guest; its accesses carry no PASID. */
public interface GuestSpace extends Dma {
  /**
   * Takes the memory out of reach of the physical function, or brings it back. An access under way
   * may still end.
   */
  void reach(boolean on);
}
