package dev.adit.pci.spec;

import java.util.List;

/** Names of capability IDs (PCI Code and ID Assignment 1.18), as lspci says them where it does. */
public final class CapabilityNames {
  private static final List<String> STANDARD =
      List.of(
          "Null",
          "Power Management",
          "AGP",
          "Vital Product Data",
          "Slot ID",
          "MSI",
          "CompactPCI hot-swap",
          "PCI-X",
          "HyperTransport",
          "Vendor Specific Information",
          "Debug port",
          "CompactPCI central resource control",
          "Hot-plug capable",
          "Subsystem",
          "AGP3",
          "Secure device",
          "Express",
          "MSI-X",
          "SATA HBA",
          "PCI Advanced Features",
          "Enhanced Allocation (EA)",
          "Flattening Portal Bridge");

  private static final List<String> EXTENDED =
      List.of(
          "Null",
          "Advanced Error Reporting",
          "Virtual Channel",
          "Device Serial Number",
          "Power Budgeting",
          "Root Complex Link Declaration",
          "Root Complex Internal Link Control",
          "Root Complex Event Collector Endpoint Association",
          "Multi-Function Virtual Channel",
          "Virtual Channel (MFVC)",
          "Root Complex Register Block Header",
          "Vendor Specific Information",
          "Configuration Access Correlation",
          "Access Control Services",
          "Alternative Routing-ID Interpretation (ARI)",
          "Address Translation Service (ATS)",
          "Single Root I/O Virtualization (SR-IOV)",
          "Multi-Root I/O Virtualization",
          "Multicast",
          "Page Request Interface (PRI)",
          "Reserved for AMD",
          "Physical Resizable BAR",
          "Dynamic Power Allocation",
          "Transaction Processing Hints",
          "Latency Tolerance Reporting",
          "Secondary PCI Express",
          "Protocol Multiplexing",
          "Process Address Space ID (PASID)",
          "LN Requester",
          "Downstream Port Containment",
          "L1 PM Substates",
          "Precision Time Measurement",
          "PCI Express over M-PHY",
          "FRS Queueing",
          "Readiness Time Reporting",
          "Designated Vendor-Specific",
          "Virtual Resizable BAR",
          "Data Link Feature",
          "Physical Layer 16.0 GT/s",
          "Lane Margining at the Receiver",
          "Hierarchy ID",
          "Native PCIe Enclosure Management",
          "Physical Layer 32.0 GT/s",
          "Alternate Protocol",
          "System Firmware Intermediary",
          "Shadow Functions",
          "Data Object Exchange",
          "Device 3",
          "Integrity & Data Encryption",
          "Physical Layer 64.0 GT/s",
          "Flit Logging",
          "Flit Performance Measurement",
          "Flit Error Injection",
          "Streamlined Virtual Channel",
          "MMIO Register Block Locator",
          "NOP Flit",
          "Scalable I/O Virtualization (SIOV)",
          "Physical Layer 128.0 GT/s",
          "Captured Data");

  /** CXL DVSECs by ID (CXL 3.1, table 8-2); their vendor is 0x1e98. */
  private static final List<String> CXL =
      List.of(
          "PCIe DVSEC for CXL Devices",
          "",
          "Non-CXL Function Map",
          "CXL Extensions DVSEC for Ports",
          "GPF DVSEC for CXL Ports",
          "GPF DVSEC for CXL Devices",
          "",
          "PCIe DVSEC for Flex Bus Port",
          "Register Locator",
          "MLD",
          "PCIe DVSEC for Test Capability");

  private static final int CXL_VENDOR = 0x1e98;

  private CapabilityNames() {}

  /** {@return a name for a capability, or what is known of it} */
  public static String of(CapabilityKey key) {
    return switch (key.space()) {
      case HEADER -> "Header";
      case STANDARD -> at(STANDARD, key.id(), "Unknown capability");
      case EXTENDED ->
          key.id() == CapabilityKey.DVSEC && key.vendor() != 0
              ? designated(key.vendor(), key.vendorId())
              : at(EXTENDED, key.id(), "Unknown extended capability");
    };
  }

  private static String designated(int vendor, int id) {
    if (vendor == SiovDvsec.VENDOR && id == SiovDvsec.ID) {
      return SiovDvsec.LAYOUT.name();
    }
    boolean cxl = vendor == CXL_VENDOR && id < CXL.size() && !CXL.get(id).isEmpty();
    return cxl ? "CXL: " + CXL.get(id) : EXTENDED.get(CapabilityKey.DVSEC);
  }

  private static String at(List<String> names, int id, String other) {
    return id < names.size() ? names.get(id) : other + " " + Formats.HEX2.text(id);
  }
}
