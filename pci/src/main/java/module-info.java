import org.jspecify.annotations.NullMarked;

/**
 * PCI configuration space: capabilities, BARs, detection of both SIOV generations, readers of
 * dumps, and emulated functions.
 */
@NullMarked
module dev.adit.pci {
  requires static org.jspecify;

  exports dev.adit.pci;
  exports dev.adit.pci.lspci;
  exports dev.adit.pci.spec;
}
