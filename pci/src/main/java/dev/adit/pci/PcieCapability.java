package dev.adit.pci;

import dev.adit.pci.spec.PciExpress;

/**
 * PCI Express of an emulated function, version 2, with role-based error reporting, payloads up to
 * 512 bytes and extended tags; without latency reporting and 10-bit tags.
 *
 * @param type what kind of function
 * @param flr takes function-level resets
 * @param dmwrCompleter completes Deferrable Memory Writes
 * @param tlpPrefix takes an end-to-end TLP prefix, as a function with PASIDs does
 */
public record PcieCapability(
    PciExpress.Type type, boolean flr, boolean dmwrCompleter, boolean tlpPrefix)
    implements EmulatedCapability {
  /** 512 bytes, as a power of two above 128. */
  private static final int BYTES_512 = 2;

  @Override
  public CapabilityImage image() {
    return CapabilityImage.of(PciExpress.LAYOUT)
        .with(PciExpress.VERSION, 2)
        .with(PciExpress.TYPE, type.code())
        .with(PciExpress.MAX_PAYLOAD_SUPPORTED, BYTES_512)
        .with(PciExpress.EXTENDED_TAG, 1)
        .with(PciExpress.ROLE_BASED_ERRORS, 1)
        .with(PciExpress.FLR, flr ? 1 : 0)
        .with(PciExpress.RELAXED_ORDERING, 1)
        .with(PciExpress.EXTENDED_TAG_ENABLE, 1)
        .with(PciExpress.NO_SNOOP, 1)
        .with(PciExpress.MAX_READ_REQUEST, BYTES_512)
        .with(PciExpress.TIMEOUT_DISABLE, 1)
        .with(PciExpress.DMWR_COMPLETER, dmwrCompleter ? 1 : 0)
        .with(PciExpress.EXTENDED_FORMAT, tlpPrefix ? 1 : 0)
        .with(PciExpress.TLP_PREFIX, tlpPrefix ? 1 : 0)
        .with(PciExpress.MAX_TLP_PREFIXES, tlpPrefix ? 1 : 0)
        .fixedUnless(false, PciExpress.TIMEOUT_VALUE)
        .fixedUnless(false, PciExpress.LTR_ENABLE)
        .fixedUnless(false, PciExpress.TAG_10_ENABLE);
  }
}
