package dev.adit.pci;

import dev.adit.pci.spec.Msix;

/**
 * MSI-X of an emulated function.
 *
 * @param vectors entries of the table, 1 to 2048
 * @param tableBar the BAR that holds the table, 0 to 5
 * @param tableOffset bytes into that BAR, a multiple of 8
 * @param pbaBar the BAR that holds the pending bits, 0 to 5
 * @param pbaOffset bytes into that BAR, a multiple of 8
 */
public record MsixCapability(
    int vectors, int tableBar, long tableOffset, int pbaBar, long pbaOffset)
    implements EmulatedCapability {
  public MsixCapability {
    if (vectors < 1 || vectors > 2048) {
      throw new IllegalArgumentException("MSI-X vectors: " + vectors);
    }
    if (tableBar < 0 || tableBar > 5 || pbaBar < 0 || pbaBar > 5) {
      throw new IllegalArgumentException("MSI-X BARs: " + tableBar + ", " + pbaBar);
    }
    if ((tableOffset & 7) != 0 || (pbaOffset & 7) != 0) {
      throw new IllegalArgumentException("MSI-X offsets: " + tableOffset + ", " + pbaOffset);
    }
  }

  @Override
  public CapabilityImage image() {
    return CapabilityImage.of(Msix.LAYOUT)
        .with(Msix.TABLE_SIZE, vectors - 1)
        .with(Msix.TABLE_BIR, tableBar)
        .with(Msix.TABLE_OFFSET, tableOffset >>> 3)
        .with(Msix.PBA_BIR, pbaBar)
        .with(Msix.PBA_OFFSET, pbaOffset >>> 3);
  }
}
