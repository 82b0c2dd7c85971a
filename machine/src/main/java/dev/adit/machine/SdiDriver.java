package dev.adit.machine;

import dev.adit.devices.sdi.spec.SdiLayout;
import dev.adit.interrupts.store.ImsChip;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The driver of an SDI: it copies, and each copy ends with an interrupt. */
public final class SdiDriver implements AutoCloseable {
  private static final int NO_PASID = -1;
  private static final int BYTES = 256;
  private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(2);

  private final PciDevice device;
  private final DmaBuffer source;
  private final DmaBuffer target;
  private final Interrupt interrupt;
  private final int handle;

  /** Brings an SDI up, with an entry of its message store if that is granted. */
  public SdiDriver(PciDevice device) {
    this.device = device;
    FunctionSwitches.turnOn(device);
    source = device.allocate(BYTES);
    target = device.allocate(BYTES);
    Interrupt _ = device.msix(0);
    ImsChip chip =
        new ImsChip(
            SdiLayout.STORE_FORMAT, device.window(0, SdiLayout.STORE), SdiLayout.STORE_ENTRIES);
    Optional<PciDevice.Entry> granted = device.ims(chip, NO_PASID, NO_PASID);
    interrupt = granted.map(PciDevice.Entry::interrupt).orElseGet(() -> device.msix(1));
    handle = granted.map(entry -> entry.index() | SdiLayout.IN_STORE).orElse(1);
  }

  /**
   * Copies so many times, one copy after another.
   *
   * @return how many copies were done and signalled
   */
  public int work(int copies) {
    for (int i = 0; i < copies; i++) {
      source.memory().fill((byte) (i + 1));
      long seen = interrupt.count();
      device.write(0, SdiLayout.SOURCE, 8, source.address());
      device.write(0, SdiLayout.DESTINATION, 8, target.address());
      device.write(0, SdiLayout.LENGTH, 4, BYTES);
      device.write(0, SdiLayout.HANDLE, 4, Integer.toUnsignedLong(handle));
      device.write(0, SdiLayout.DOORBELL, 4, 1);
      if (interrupt.await(seen, TIMEOUT) == seen
          || target.memory().mismatch(source.memory()) >= 0) {
        return i;
      }
    }
    return copies;
  }

  @Override
  public void close() {
    device.close();
  }
}
