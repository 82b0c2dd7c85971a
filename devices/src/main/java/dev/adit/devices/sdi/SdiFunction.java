package dev.adit.devices.sdi;

import static dev.adit.devices.sdi.spec.SdiLayout.*;

import dev.adit.devices.Attachment;
import dev.adit.devices.PciFunction;
import dev.adit.interrupts.Bytes;
import dev.adit.interrupts.store.MsixTable;
import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.MsixCapability;
import dev.adit.pci.PcieCapability;
import dev.adit.pci.SdiCapability;
import dev.adit.pci.Switch;
import dev.adit.pci.spec.PciExpress;
import dev.adit.pci.spec.Siov;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/** The function that SDIs belong to: it turns them on and off and has no work of its own. */
public final class SdiFunction implements PciFunction {
  /** Most SDIs: the function is alone on a bus, and so are they. */
  public static final int MOST_SDIS = 64;

  /** Most interrupts of an SDI. */
  public static final int MOST_VECTORS = 15;

  private final EmulatedConfigSpace config;
  private final MsixTable msix;
  private final List<Sdi> sdis;
  private final long pages;

  /**
   * Makes a function whose SDIs are off.
   *
   * @param count SDIs, 1 to {@link #MOST_SDIS}
   * @param vectors interrupts of each, 1 to {@link #MOST_VECTORS}
   * @throws IllegalArgumentException if an SDI would lie behind the last bus
   */
  public SdiFunction(int count, int vectors, Attachment attachment) {
    SdiCapability rule = new SdiCapability(count, 1, 1);
    pages = Long.highestOneBit(2L * count - 1) * SDI_BYTES;
    config =
        EmulatedConfigSpace.builder()
            .vendor(VENDOR)
            .device(DEVICE)
            .classCode(0x088000)
            .bar64(0, CONTROL_BYTES, false)
            .bar64(2, pages, false)
            .capability(new PcieCapability(PciExpress.Type.ENDPOINT, true, false, true))
            .capability(new MsixCapability(1, 0, FUNCTION_TABLE, 0, FUNCTION_PENDING))
            .capability(0x100, rule)
            .build();
    msix = new MsixTable(1, attachment.sink(), attachment.requesterId());
    sdis =
        IntStream.range(0, count)
            .mapToObj(index -> rule.requesterId(attachment.requesterId(), index).orElseThrow())
            .map(
                id ->
                    new Sdi(
                        vectors + 1,
                        attachment.dma().apply(id),
                        attachment.sink(),
                        id,
                        () -> config.on(Switch.BUS_MASTER)))
            .toList();
    config.listen(new ConfigListener());
  }

  List<Sdi> sdis() {
    return sdis;
  }

  /** {@return the requester ID of an SDI, 16 bits} */
  public int requesterId(int sdi) {
    return sdis.get(sdi).requesterId();
  }

  @Override
  public EmulatedConfigSpace config() {
    return config;
  }

  @Override
  public List<Bar> bars() {
    return List.of(new Bar(0, CONTROL_BYTES, List.of()), new Bar(2, pages, List.of()));
  }

  @Override
  public MsixTable msix() {
    return msix;
  }

  @Override
  public long read(int bar, long offset, int width) {
    if (bar == 2 && offset >= 0 && offset / SDI_BYTES < sdis.size()) {
      return sdis.get((int) (offset / SDI_BYTES)).read(offset % SDI_BYTES, width);
    }
    if (bar != 0) {
      return Bytes.ones(width);
    }
    if (offset >= FUNCTION_PENDING) {
      return msix.readPending(offset - FUNCTION_PENDING, width);
    }
    if (offset >= FUNCTION_TABLE) {
      return offset - FUNCTION_TABLE < ENTRY ? msix.read(offset - FUNCTION_TABLE, width) : 0;
    }
    return isControl(offset) && sdis.get((int) (offset / CONTROL_STRIDE)).enabled() ? ENABLE : 0;
  }

  private boolean isControl(long offset) {
    return offset >= 0 && offset % CONTROL_STRIDE == 0 && offset / CONTROL_STRIDE < sdis.size();
  }

  @Override
  public void write(int bar, long offset, int width, long value) {
    if (bar == 2 && offset >= 0 && offset / SDI_BYTES < sdis.size()) {
      sdis.get((int) (offset / SDI_BYTES)).write(offset % SDI_BYTES, width, value);
    } else if (bar == 0 && offset >= FUNCTION_TABLE && offset - FUNCTION_TABLE < ENTRY) {
      msix.write(offset - FUNCTION_TABLE, width, value);
    } else if (bar == 0 && isControl(offset)) {
      sdis.get((int) (offset / CONTROL_STRIDE)).enable((value & ENABLE) != 0);
      showActive();
    }
  }

  /** The capability tells whether any SDI is on. */
  private void showActive() {
    config.set(Siov.ACTIVE, sdis.stream().anyMatch(Sdi::enabled) ? 1 : 0);
  }

  @Override
  public void back(Bar bar, Area area, MemorySegment memory) {
    throw new IllegalStateException("no part of a BAR may be mapped");
  }

  @Override
  public void reset() {
    clear();
    config.reset();
  }

  private void clear() {
    sdis.forEach(sdi -> sdi.enable(false));
    msix.reset();
    showActive();
  }

  @Override
  public void close() {
    sdis.forEach(Sdi::close);
  }

  private final class ConfigListener implements EmulatedConfigSpace.Listener {
    @Override
    public void switched(Switch which, boolean on) {
      if (which == Switch.MSIX_ENABLE || which == Switch.MSIX_FUNCTION_MASK) {
        msix.control(config.on(Switch.MSIX_ENABLE), config.on(Switch.MSIX_FUNCTION_MASK));
      }
    }

    @Override
    public void functionLevelReset() {
      clear();
    }
  }
}
