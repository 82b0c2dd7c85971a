package dev.adit.host;

import dev.adit.devices.PciFunction;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.spec.EntryFormat;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.MsixTable;
import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.MsixCapability;
import dev.adit.pci.PcieCapability;
import dev.adit.pci.spec.PciExpress;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A function that is an interrupt message store and nothing else: 256 entries at 0x8000 of BAR0,
 * mappable or not; a write of n to 0x6000 fires entry n, one to 0x7000 says that it was unmasked.
 */
final class StoreFunction implements PciFunction {
  static final int REQUESTER_ID = 0x0100;
  static final int STORE = 0x8000;
  static final int ENTRIES = 256;
  static final int FIRE = 0x6000;
  static final int DOORBELL = 0x7000;
  static final int CALL = 0xF000;

  static final EntryFormat FORMAT =
      new EntryFormat(1 << 1, 1 << 2, 1 << 3, 12, 0xFEE0_0000L, -1L << 20);

  private final ImsArray ims;
  private final boolean mappable;
  private final MsixTable msix;
  private final EmulatedConfigSpace config =
      EmulatedConfigSpace.builder()
          .vendor(0x1B36)
          .device(1)
          .bar64(0, 0x1_0000, false)
          .capability(
              new PcieCapability(
                  PciExpress.Type.ROOT_COMPLEX_INTEGRATED_ENDPOINT, true, true, false))
          .capability(new MsixCapability(1, 0, 0x2000, 0, 0x3000))
          .build();

  StoreFunction(MessageSink sink, boolean mappable) {
    this.mappable = mappable;
    ims = new ImsArray(FORMAT, ENTRIES, sink, REQUESTER_ID);
    msix = new MsixTable(1, sink, REQUESTER_ID);
  }

  @Override
  public EmulatedConfigSpace config() {
    return config;
  }

  @Override
  public List<Bar> bars() {
    return List.of(new Bar(0, 0x1_0000, mappable ? List.of(new Area(STORE, 0x2000)) : List.of()));
  }

  @Override
  public MsixTable msix() {
    return msix;
  }

  @Override
  public long read(int bar, long offset, int width) {
    return offset >= STORE ? ims.read(offset - STORE, width) : 0;
  }

  @Override
  public void write(int bar, long offset, int width, long value) {
    if (offset == FIRE) {
      ims.fire((int) value);
    } else if (offset == DOORBELL) {
      ims.settleEntry((int) value);
    } else if (offset >= STORE) {
      ims.write(offset - STORE, width, value);
    }
  }

  @Override
  public void back(Bar bar, Area area, MemorySegment memory) {
    ims.back(memory);
  }

  @Override
  public void reset() {
    ims.reset();
    config.reset();
  }

  @Override
  public void close() {}
}
