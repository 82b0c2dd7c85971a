package dev.adit.devices.sdi;

import static dev.adit.devices.sdi.spec.SdiLayout.*;

import dev.adit.devices.Figure;
import dev.adit.devices.GuestVectors;
import dev.adit.devices.Happening;
import dev.adit.devices.VectorEntries;
import dev.adit.devices.VirtualFunction;
import dev.adit.interrupts.Bytes;
import dev.adit.interrupts.store.MsixTable;
import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.Switch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * An SDI as a guest sees it: the same registers in a BAR0 of 8 KiB, with MSI-X vectors from 1 on in
 * the place of entries. Vector 0 never fires. A doorbell that is rung while the function is
 * suspended counts when it goes on.
 */
final class VirtualSdi implements VirtualFunction {
  private final Sdi sdi;
  private final SdiEntries store;
  private final VectorEntries entries;
  private final EmulatedConfigSpace config;
  private final GuestVectors vectors;
  private final SdiWork work = new SdiWork();
  private final SdiWork asked = new SdiWork();
  private final long doneBefore;
  private final long failedBefore;
  private boolean suspended;
  private boolean waits;

  VirtualSdi(Sdi sdi, SdiEntries store, VectorEntries entries, int count) {
    this.sdi = sdi;
    this.store = store;
    this.entries = entries;
    doneBefore = sdi.done();
    failedBefore = sdi.failed();
    config = Sdi.function(count).build();
    vectors = new GuestVectors(count, config, entries, (to, with, id, pasid) -> {}, 0);
    config.listen(new ConfigListener());
    clear();
  }

  @Override
  public EmulatedConfigSpace config() {
    return config;
  }

  @Override
  public List<Bar> bars() {
    return List.of(new Bar(Sdi.BAR, SDI_BYTES, List.of()));
  }

  @Override
  public MsixTable msix() {
    return vectors.table();
  }

  @Override
  public synchronized long read(int bar, long offset, int width) {
    if (bar != Sdi.BAR || offset < TABLE) {
      return bar == Sdi.BAR ? work.read(offset, width) : Bytes.ones(width);
    }
    return offset < PENDING
        ? vectors.read(offset - TABLE, width)
        : vectors.readPending(offset - PENDING, width);
  }

  @Override
  public synchronized void write(int bar, long offset, int width, long value) {
    if (waits && !suspended) {
      // The guest runs again after it was restored; only now is its memory there.
      waits = false;
      ring();
    }
    if (bar == Sdi.BAR && offset >= TABLE && offset < PENDING) {
      vectors.write(offset - TABLE, width, value);
    } else if (bar == Sdi.BAR && offset < TABLE && work.write(offset, width, value)) {
      waits = suspended;
      if (!suspended) {
        ring();
      }
    }
  }

  /** Does the work with the entry of the vector that the guest has named. */
  private void ring() {
    int vector = work.handle();
    int status = BAD_HANDLE;
    int entry = vector >= 1 ? entries.index(vector) : -1;
    if (!config.on(Switch.BUS_MASTER)) {
      status = DISABLED;
    } else if (vector == SILENT || entry >= 0) {
      asked.copyFrom(work);
      asked.set(HANDLE, vector == SILENT ? SILENT : store.handle(entry));
      status = sdi.run(asked);
    }
    work.set(STATUS, status);
  }

  @Override
  public void vectorOpen(int vector, boolean open) {
    vectors.route(vector, open);
  }

  @Override
  public void back(Bar bar, Area area, MemorySegment memory) {
    throw new IllegalStateException("no part of the BAR may be mapped");
  }

  @Override
  public void complete(int vector) {
    vectors.complete(vector);
  }

  /** Entries are named by vectors, so the guest need not know. */
  @Override
  public void revoked() {}

  @Override
  public synchronized BooleanSupplier suspend() {
    suspended = true;
    return () -> true;
  }

  @Override
  public synchronized void resume() {
    suspended = false;
    if (waits) {
      waits = false;
      ring();
    }
  }

  @Override
  public synchronized byte[] save() {
    return new SdiState(
            MemorySegment.ofArray(config.snapshot()),
            work.save(),
            MemorySegment.ofArray(vectors.saved()),
            vectors.pending(),
            waits)
        .bytes();
  }

  /**
   * Becomes what was saved; a doorbell that waits counts when the guest shows that it runs.
   *
   * @throws IllegalArgumentException if it cannot be the state of such a function
   */
  synchronized void restore(SdiState state) {
    config.write(0, state.config(), 0, EmulatedConfigSpace.SIZE);
    work.restore(state.registers());
    work.set(VECTORS, vectors.table().size() - 1);
    vectors.restore(state.table().toArray(ValueLayout.JAVA_BYTE), state.pending());
    waits = state.waits();
  }

  @Override
  public synchronized void awaken() {
    vectors.awaken();
  }

  @Override
  public void abandoned() {
    if (!suspended) {
      reset();
    }
  }

  @Override
  public synchronized void reset() {
    clear();
    config.reset();
  }

  private synchronized void clear() {
    waits = false;
    work.clear();
    work.set(VECTORS, vectors.table().size() - 1);
    vectors.reset();
  }

  @Override
  public void close() {
    reset();
  }

  @Override
  public List<Figure> figures() {
    List<Long> byVector = new ArrayList<>();
    for (int vector = 0; vector < vectors.table().size(); vector++) {
      byVector.add(vectors.completions(vector));
    }
    return SdiFigures.of(sdi.done() - doneBefore, sdi.failed() - failedBefore, byVector);
  }

  @Override
  public List<Happening> happenings() {
    return List.of();
  }

  private final class ConfigListener implements EmulatedConfigSpace.Listener {
    @Override
    public void switched(Switch which, boolean on) {
      vectors.switched(which);
    }

    @Override
    public void functionLevelReset() {
      clear();
    }
  }
}
