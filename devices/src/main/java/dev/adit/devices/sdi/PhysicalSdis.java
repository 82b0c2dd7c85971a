package dev.adit.devices.sdi;

import dev.adit.devices.AdiRequest;
import dev.adit.devices.AdiType;
import dev.adit.devices.Attachment;
import dev.adit.devices.DriverSwitches;
import dev.adit.devices.EntryStore;
import dev.adit.devices.Figure;
import dev.adit.devices.Lease;
import dev.adit.devices.PhysicalFunction;
import dev.adit.devices.Refusal;
import dev.adit.devices.Refusal.Reason;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Traits;
import dev.adit.devices.sdi.spec.SdiLayout;
import dev.adit.pci.spec.Header;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** An SDI function in the hands of its driver, the host, which lends its SDIs one by one. */
final class PhysicalSdis implements PhysicalFunction {
  private final String name;
  private final SdiModel model;
  private final boolean store;
  private final SdiFunction function;
  private final AdiType type;
  private final BitSet taken = new BitSet();

  PhysicalSdis(String name, SdiModel model, Attachment attachment, boolean store) {
    this.name = name;
    this.model = model;
    this.store = store;
    function = new SdiFunction(model.sdis(), model.vectors(), attachment);
    type =
        new AdiType(
            SdiModel.TYPE,
            "one SDI with %d interrupts".formatted(model.vectors()),
            model.vectors());
    DriverSwitches.turnOn(function.config(), Header.MEMORY_SPACE, Header.BUS_MASTER);
  }

  @Override
  public SdiFunction function() {
    return function;
  }

  @Override
  public Traits traits() {
    return store ? model.traits() : model.traits().withoutStore();
  }

  @Override
  public List<AdiType> types() {
    return List.of(type);
  }

  @Override
  public synchronized int room(String wanted) {
    return wanted.equals(type.name()) ? model.sdis() - taken.cardinality() : 0;
  }

  @Override
  public synchronized Optional<Refusal> check(AdiRequest request) {
    if (!request.type().equals(type.name())) {
      return Optional.of(
          new Refusal(
              Reason.NO_SUCH_TYPE,
              "%s offers no '%s', but '%s'".formatted(name, request.type(), type.name())));
    }
    if (taken.cardinality() == model.sdis()) {
      return Optional.of(
          new Refusal(
              Reason.NO_CAPACITY,
              "%s has all %d SDIs lent; stop a device".formatted(name, model.sdis())));
    }
    return Optional.empty();
  }

  @Override
  public synchronized Lease lease(AdiRequest request, int pasid) {
    check(request)
        .ifPresent(
            refusal -> {
              throw new RefusedException(refusal);
            });
    int index = taken.nextClearBit(0);
    taken.set(index);
    enable(index, true);
    Sdi sdi = function.sdis().get(index);
    return new SdiLease(
        type, sdi, new SdiEntries(sdi, store), request.saved(), () -> giveBack(index));
  }

  private synchronized void giveBack(int index) {
    enable(index, false);
    taken.clear(index);
  }

  private void enable(int index, boolean on) {
    function.write(0, (long) index * SdiLayout.CONTROL_STRIDE, 4, on ? SdiLayout.ENABLE : 0);
  }

  /** Each SDI has its own. */
  @Override
  public Optional<EntryStore> store() {
    return Optional.empty();
  }

  @Override
  public Optional<Object> layout() {
    return Optional.empty();
  }

  @Override
  public List<Figure> figures() {
    return SdiFigures.of(function.sdis());
  }

  @Override
  public void close() {
    function.close();
  }
}
