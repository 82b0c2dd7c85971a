package dev.adit.pci.spec;

import static dev.adit.pci.spec.Access.RO;
import static dev.adit.pci.spec.Access.RW;
import static dev.adit.pci.spec.Format.DECIMAL;
import static dev.adit.pci.spec.Formats.HEX2;
import static dev.adit.pci.spec.Formats.HEX4;
import static dev.adit.pci.spec.Formats.HEX8;

/** Single Root I/O Virtualization, extended capability 0x10 (PCIe 9.3.3). */
public final class SrIov {
  public static final CapabilityKey KEY = CapabilityKey.extended(0x10);
  private static final Register CAP = new Register(KEY, "IOVCap", 0x04, 4);
  private static final Register CONTROL = new Register(KEY, "IOVCtl", 0x08, 2);
  private static final Register STATUS = new Register(KEY, "IOVSta", 0x0a, 2);

  /** Where the BARs of the virtual functions begin, from the start of the capability. */
  public static final int BAR0 = 0x24;

  public static final Field ENABLE = CONTROL.bit("Enable", 0, RW);
  public static final Field ARI = CONTROL.bit("ARIHierarchy", 4, RW);
  public static final Field INITIAL_VFS = register("Initial VFs", 0x0c, 2).whole(RO, DECIMAL);
  public static final Field TOTAL_VFS = register("Total VFs", 0x0e, 2).whole(RO, DECIMAL);
  public static final Field NUMBER_OF_VFS = register("Number of VFs", 0x10, 2).whole(RW, DECIMAL);

  /** From the requester ID of the physical function to the first virtual one. */
  public static final Field VF_OFFSET = register("VF offset", 0x14, 2).whole(RO, DECIMAL);

  /** From one virtual function to the next. */
  public static final Field VF_STRIDE = register("stride", 0x16, 2).whole(RO, DECIMAL);

  public static final Field VF_DEVICE_ID = register("Device ID", 0x1a, 2).whole(RO, HEX4);

  public static final Layout LAYOUT =
      Layout.of(
          KEY,
          "Single Root I/O Virtualization (SR-IOV)",
          0x40,
          CAP.bit("Migration", 0),
          CAP.bit("ARIPreserved", 1),
          CAP.bit("10BitTagReq", 2),
          CAP.bits("Interrupt Message Number", 31, 21, new Format.Hex(3, 0)),
          ENABLE,
          CONTROL.bit("Migration", 1),
          CONTROL.bit("Interrupt", 2),
          CONTROL.bit("MSE", 3, RW),
          ARI,
          CONTROL.bit("10BitTagReq", 5),
          STATUS.bit("Migration", 0),
          INITIAL_VFS,
          TOTAL_VFS,
          NUMBER_OF_VFS,
          register("Function Dependency Link", 0x12, 1).whole(RO, HEX2),
          VF_OFFSET,
          VF_STRIDE,
          VF_DEVICE_ID,
          register("Supported Page Size", 0x1c, 4).whole(RO, HEX8),
          register("System Page Size", 0x20, 4).whole(RW, HEX8));

  private SrIov() {}

  private static Register register(String name, int offset, int bytes) {
    return new Register(KEY, name, offset, bytes);
  }
}
