package dev.adit.pci;

import dev.adit.pci.spec.Acs;
import dev.adit.pci.spec.Aer;
import dev.adit.pci.spec.Ari;
import dev.adit.pci.spec.Ats;
import dev.adit.pci.spec.CapabilityKey;
import dev.adit.pci.spec.Dvsec;
import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Header;
import dev.adit.pci.spec.Layout;
import dev.adit.pci.spec.Msi;
import dev.adit.pci.spec.Msix;
import dev.adit.pci.spec.Pasid;
import dev.adit.pci.spec.PciExpress;
import dev.adit.pci.spec.PciExpressLink;
import dev.adit.pci.spec.PowerManagement;
import dev.adit.pci.spec.Pri;
import dev.adit.pci.spec.Siov;
import dev.adit.pci.spec.SiovDvsec;
import dev.adit.pci.spec.SrIov;
import dev.adit.pci.spec.Vsec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which fields a capability has, where that depends on what the function is. */
public final class Layouts {
  private static final Map<CapabilityKey, Layout> FIXED =
      Stream.of(
              PowerManagement.LAYOUT,
              Msix.LAYOUT,
              Aer.LAYOUT,
              Acs.LAYOUT,
              Ari.LAYOUT,
              Ats.LAYOUT,
              SrIov.LAYOUT,
              Pri.LAYOUT,
              Pasid.LAYOUT,
              Vsec.LAYOUT,
              Siov.LAYOUT)
          .collect(Collectors.toUnmodifiableMap(Layout::key, layout -> layout));

  private Layouts() {}

  /** {@return the bytes that a capability has at least, if it is a known one; else its header's} */
  static int smallestSize(CapabilityKey key) {
    if (key.equals(PciExpress.KEY)) {
      return PciExpress.ALWAYS;
    }
    Layout layout = FIXED.get(key);
    boolean optionalEnd = key.equals(Aer.KEY);
    return layout == null || optionalEnd ? 4 : layout.size();
  }

  /** {@return the fields of a capability, visible or not; none if only its name is known} */
  public static List<Field> fields(ConfigSpace config, Capability capability) {
    CapabilityKey key = capability.key();
    int at = capability.offset();
    if (key.equals(PciExpress.KEY)) {
      return express(config, at);
    }
    if (key.equals(Msi.KEY)) {
      return Msi.layout(config.get(Msi.WIDE, at) != 0, config.get(Msi.MASKABLE, at) != 0).fields();
    }
    if (key.id() == CapabilityKey.DVSEC && key.vendor() != 0) {
      return designated(config, key, at);
    }
    if (key.equals(Aer.KEY) && config.header(Header.HEADER_TYPE) == 1) {
      // Registers of the root: only below a root port do they mean anything.
      List<Field> fields = new ArrayList<>(Aer.LAYOUT.fields());
      fields.addAll(Aer.ROOT);
      return fields;
    }
    Layout layout = FIXED.get(key);
    return layout == null ? List.of() : layout.fields();
  }

  private static List<Field> designated(ConfigSpace config, CapabilityKey key, int at) {
    List<Field> fields = new ArrayList<>(Dvsec.LAYOUT.fields());
    if (key.equals(SiovDvsec.KEY) && config.get(Dvsec.LENGTH, at) >= SiovDvsec.SIZE) {
      fields.addAll(SiovDvsec.LAYOUT.fields());
    }
    return fields;
  }

  private static List<Field> express(ConfigSpace config, int at) {
    long type = config.get(PciExpress.TYPE, at);
    boolean integrated =
        type == PciExpress.Type.ROOT_COMPLEX_INTEGRATED_ENDPOINT.code()
            || type == PciExpress.Type.ROOT_COMPLEX_EVENT_COLLECTOR.code();
    boolean root =
        type == PciExpress.Type.ROOT_PORT.code()
            || type == PciExpress.Type.ROOT_COMPLEX_EVENT_COLLECTOR.code();
    boolean second = config.get(PciExpress.VERSION, at) >= 2;
    List<Field> fields = new ArrayList<>();
    for (Field field : PciExpress.LAYOUT.fields()) {
      if (second || field.register().offset() < PciExpress.SECOND_VERSION) {
        fields.add(field);
      }
    }
    if (!integrated) {
      fields.addAll(PciExpressLink.LINK);
    }
    if (!integrated && config.get(PciExpress.SLOT_IMPLEMENTED, at) != 0) {
      fields.addAll(PciExpressLink.SLOT);
    }
    if (root) {
      fields.addAll(PciExpressLink.ROOT);
    }
    if (second && !integrated) {
      fields.addAll(PciExpressLink.LINK_2);
    }
    fields.sort((a, b) -> Integer.compare(a.register().offset(), b.register().offset()));
    return fields;
  }
}
