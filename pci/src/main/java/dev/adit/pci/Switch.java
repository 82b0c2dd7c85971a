package dev.adit.pci;

import dev.adit.pci.spec.Ats;
import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Header;
import dev.adit.pci.spec.Msix;
import dev.adit.pci.spec.Pasid;
import dev.adit.pci.spec.Pri;

/** What the driver turns on and off in configuration space and the device acts upon. */
public enum Switch {
  /** The function answers at its memory BARs; off in D3hot whatever the command register says. */
  MEMORY_SPACE(0, Header.MEMORY_SPACE),
  /** The function may send DMA and messages; off in D3hot whatever the command register says. */
  BUS_MASTER(1, Header.BUS_MASTER),
  /** MSI-X is in use. */
  MSIX_ENABLE(2, Msix.ENABLE),
  /** All MSI-X vectors are masked. */
  MSIX_FUNCTION_MASK(3, Msix.FUNCTION_MASK),
  /** The function may ask for translations. */
  ATS(4, Ats.ENABLE),
  /** The function may send page requests. */
  PRI(5, Pri.ENABLE),
  /** The function may send requests with a PASID. */
  PASID(6, Pasid.ENABLE),
  /** Requests with a PASID may ask for execute permission. */
  PASID_EXECUTE(7, Pasid.EXECUTE_ENABLE),
  /** Requests with a PASID may ask for privileged mode. */
  PASID_PRIVILEGED(8, Pasid.PRIVILEGED_ENABLE);

  private final int bit;

  // A record whose formats have no state.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Field field;

  Switch(int position, Field field) {
    this.bit = 1 << position;
    this.field = field;
  }

  /** {@return the bit behind it} */
  public Field field() {
    return field;
  }

  int bit() {
    return bit;
  }
}
