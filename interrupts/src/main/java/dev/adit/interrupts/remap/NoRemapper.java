package dev.adit.interrupts.remap;

import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.spec.CompatibilityMessage;

/**
 * A platform without remapping unit: every DWORD write to 0xFEExxxxx is the interrupt it says it
 * is.
 *
 * @param bus where interrupts come out
 * @param extendedDestination whether address bits 11:5 carry destination bits 14:8, as KVM, Hyper-V
 *     and Xen have it
 */
public record NoRemapper(InterruptBus bus, boolean extendedDestination) implements Remapper {
  @Override
  public long remap(long address, int data, int requesterId, int pasid) {
    if (!CompatibilityMessage.inRange(address) || pasid != MessageStore.NO_PASID) {
      return Outcome.NOT_INTERRUPT;
    }
    return Compatibility.deliver(bus, address, data, extendedDestination);
  }

  @Override
  public long request(BusRequest request) {
    if (request.isDwordWrite() && request.addressType() == BusRequest.AddressType.UNTRANSLATED) {
      return remap(request.address(), request.data(), request.requesterId(), request.pasid());
    }
    // Without a unit nobody reports what is no interrupt; the root complex just refuses it.
    return CompatibilityMessage.inRange(request.address()) && !request.tagged()
        ? Outcome.UNSUPPORTED
        : Outcome.NOT_INTERRUPT;
  }

  @Override
  public IsolationLevel isolation(int requesterId, int index) {
    return IsolationLevel.NONE;
  }

  @Override
  public void invalidate(int requesterId, int first, int count) {
    // There are no entries.
  }
}
