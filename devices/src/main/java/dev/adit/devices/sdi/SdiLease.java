package dev.adit.devices.sdi;

import dev.adit.devices.AdiType;
import dev.adit.devices.Dma;
import dev.adit.devices.EntryStore;
import dev.adit.devices.GuestSpace;
import dev.adit.devices.Lease;
import dev.adit.devices.VectorEntries;
import dev.adit.devices.VirtualFunction;
import dev.adit.devices.sdi.spec.SdiLayout;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** An SDI in one virtual device's hands. Its work is over whenever a doorbell's write returns. */
final class SdiLease implements Lease {
  private final AdiType type;
  private final Sdi sdi;
  private final SdiEntries entries;
  private final Optional<byte[]> saved;
  private final Runnable giveBack;

  SdiLease(AdiType type, Sdi sdi, SdiEntries entries, Optional<byte[]> saved, Runnable giveBack) {
    this.type = type;
    this.sdi = sdi;
    this.entries = entries;
    this.saved = saved;
    this.giveBack = giveBack;
  }

  @Override
  public AdiType type() {
    return type;
  }

  @Override
  public EntryStore store() {
    return entries;
  }

  @Override
  public int requesterId() {
    return sdi.requesterId();
  }

  @Override
  public int pasid() {
    return Dma.NO_PASID;
  }

  @Override
  public VirtualFunction compose(GuestSpace memory, VectorEntries vectors) {
    int count = type.vectors() + 1;
    VirtualSdi made = new VirtualSdi(sdi, entries, vectors, count);
    saved.ifPresent(bytes -> made.restore(SdiState.parse(bytes, count * SdiLayout.ENTRY)));
    return made;
  }

  @Override
  public BooleanSupplier drained() {
    return () -> true;
  }

  @Override
  public BooleanSupplier settled() {
    return () -> true;
  }

  @Override
  public boolean idle() {
    return true;
  }

  @Override
  public void giveBack() {
    giveBack.run();
  }
}
