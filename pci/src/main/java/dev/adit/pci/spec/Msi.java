package dev.adit.pci.spec;

import static dev.adit.pci.spec.Access.RO;
import static dev.adit.pci.spec.Formats.HEX4;
import static dev.adit.pci.spec.Formats.HEX8;

import java.util.ArrayList;
import java.util.List;

/** MSI, capability 0x05 (PCIe 7.7.1), in its four shapes: 32 or 64 bits, with or without masks. */
public final class Msi {
  public static final CapabilityKey KEY = CapabilityKey.standard(0x05);
  private static final Register CONTROL = new Register(KEY, "Message Control", 0x02, 2);
  private static final Format VECTORS = value -> Long.toString(1L << value);

  public static final Field ENABLE = CONTROL.bit("Enable", 0);

  /** Vectors that it can use: 2^value. */
  public static final Field CAPABLE = CONTROL.bits("Capable", 3, 1, VECTORS);

  /** Vectors that it may use: 2^value. */
  public static final Field ENABLED = CONTROL.bits("Count", 6, 4, VECTORS);

  public static final Field WIDE = CONTROL.bit("64bit", 7);
  public static final Field MASKABLE = CONTROL.bit("Maskable", 8);
  public static final Field EXTENDED_DATA = CONTROL.bit("ExtData", 9);
  public static final Field EXTENDED_DATA_ENABLE = CONTROL.bit("ExtDataEn", 10);

  private static final List<Field> COMMON =
      List.of(ENABLE, CAPABLE, ENABLED, MASKABLE, WIDE, EXTENDED_DATA, EXTENDED_DATA_ENABLE);

  private Msi() {}

  /** {@return the layout that the two shape bits ask for} */
  public static Layout layout(boolean wide, boolean maskable) {
    int data = wide ? 0x0c : 0x08;
    List<Field> fields = new ArrayList<>(COMMON);
    fields.add(new Register(KEY, "Address", 0x04, 4).whole(RO, HEX8));
    if (wide) {
      fields.add(new Register(KEY, "Upper Address", 0x08, 4).whole(RO, HEX8));
    }
    fields.add(new Register(KEY, "Data", data, 2).whole(RO, HEX4));
    if (maskable) {
      fields.add(new Register(KEY, "Masking", data + 4, 4).whole(RO, HEX8));
      fields.add(new Register(KEY, "Pending", data + 8, 4).whole(RO, HEX8));
    }
    return new Layout(KEY, "MSI", maskable ? data + 12 : data + 4, fields);
  }
}
