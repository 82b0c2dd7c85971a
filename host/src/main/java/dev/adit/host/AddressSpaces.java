package dev.adit.host;

import dev.adit.devices.Dma;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The address spaces of a host, found by requester ID and PASID as an IOMMU finds them. */
final class AddressSpaces {
  private final int pasids;
  private final ConcurrentMap<Integer, RequesterSpaces> byRequester = new ConcurrentHashMap<>();

  /**
   * Makes one without any address space.
   *
   * @param pasids how many PASIDs each requester ID has, from 0 on
   */
  AddressSpaces(int pasids) {
    this.pasids = pasids;
  }

  /** {@return what requests with an ID reach, by PASID} */
  RequesterSpaces of(int requesterId) {
    return byRequester.computeIfAbsent(requesterId, _ -> new RequesterSpaces(pasids));
  }

  /** {@return the memory that requests with an ID and a PASID, which must be free, reach now} */
  RequesterSpaces.Space attach(int requesterId, int pasid, Dma memory) {
    return of(requesterId).attach(pasid, memory);
  }
}
