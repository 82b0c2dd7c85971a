package dev.adit.devices.sdi;

import static dev.adit.devices.sdi.spec.SdiLayout.*;

import dev.adit.devices.DriverSwitches;
import dev.adit.devices.PciFunction;
import dev.adit.interrupts.Bytes;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.MsixTable;
import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.SiovCapability;
import dev.adit.pci.Switch;
import dev.adit.pci.spec.Header;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * An SDI whose pages, the message store included, are handed to somebody as they are, with a
 * configuration space that software makes up. Whoever has it writes its messages. It needs a
 * machine that knows the SDI's requester ID, so that is where it is of use: in machines in memory.
 *
 * <p>The DVSEC of the first generation is the one sign of a message store that drivers know.
 */
public final class PassedSdi implements PciFunction {
  private final Sdi sdi;
  private final EmulatedConfigSpace config;

  /**
   * Turns an SDI on and hands it over.
   *
   * @param index below the number of SDIs of the function
   */
  public PassedSdi(SdiFunction function, int index) {
    sdi = function.sdis().get(index);
    DriverSwitches.turnOn(function.config(), Header.MEMORY_SPACE, Header.BUS_MASTER);
    function.write(0, (long) index * CONTROL_STRIDE, 4, ENABLE);
    config = Sdi.function(sdi.msix().size()).capability(0x100, new SiovCapability(true)).build();
    config.listen(
        new EmulatedConfigSpace.Listener() {
          @Override
          public void switched(Switch which, boolean on) {
            sdi.msix().control(config.on(Switch.MSIX_ENABLE), config.on(Switch.MSIX_FUNCTION_MASK));
          }

          @Override
          public void functionLevelReset() {
            sdi.reset();
          }
        });
  }

  /** {@return the ID that its requests and messages carry, 16 bits} */
  public int requesterId() {
    return sdi.requesterId();
  }

  /** {@return its message store} */
  public ImsArray store() {
    return sdi.store();
  }

  /** {@return interrupts that it has asked for} */
  public long interrupts() {
    return sdi.interrupts();
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
    return sdi.msix();
  }

  @Override
  public long read(int bar, long offset, int width) {
    return bar == Sdi.BAR ? sdi.read(offset, width) : Bytes.ones(width);
  }

  @Override
  public void write(int bar, long offset, int width, long value) {
    if (bar == Sdi.BAR) {
      sdi.write(offset, width, value);
    }
  }

  @Override
  public void back(Bar bar, Area area, MemorySegment memory) {
    throw new IllegalStateException("no part of the BAR may be mapped");
  }

  @Override
  public void reset() {
    config.reset();
    sdi.reset();
  }

  /** The function that it belongs to closes it. */
  @Override
  public void close() {
    sdi.enable(false);
  }
}
