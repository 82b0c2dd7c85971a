package dev.adit.pci;

import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Header;
import java.util.ArrayList;
import java.util.List;

/**
 * A function as it was found on a machine or in a dump of one.
 *
 * @param address where it is
 * @param config what could be read of its configuration space
 * @param capabilities its capabilities
 * @param surroundings what the kernel says about it
 */
public record SeenFunction(
    PciAddress address,
    ConfigSpace config,
    CapabilityList capabilities,
    Surroundings surroundings) {
  /** {@return a function, its capability lists walked} */
  public static SeenFunction of(PciAddress address, ConfigSpace config, Surroundings around) {
    return new SeenFunction(address, config, CapabilityList.of(config), around);
  }

  /** {@return the vendor ID, 0xffff if it cannot be read} */
  public int vendor() {
    return config.header(Header.VENDOR_ID);
  }

  /** {@return the device ID, 0xffff if it cannot be read} */
  public int device() {
    return config.header(Header.DEVICE_ID);
  }

  /** {@return base class and sub-class, 16 bits} */
  public int classId() {
    return config.header(Header.CLASS);
  }

  /** {@return the header type: 0 endpoint, 1 bridge, 2 CardBus bridge} */
  public int headerType() {
    return config.header(Header.HEADER_TYPE);
  }

  /** {@return the base address registers that are in use} */
  public List<Bar> bars() {
    return Bar.of(this);
  }

  /** {@return the visible fields of a capability, in the order of its registers} */
  public List<Field> fields(Capability capability) {
    List<Field> visible = new ArrayList<>();
    for (Field field : Layouts.fields(config, capability)) {
      if (config.visible(field.register(), capability.offset())) {
        visible.add(field);
      }
    }
    return visible;
  }

  /** {@return a field of a capability that it has, 0 for one that it has not} */
  public long get(Field field) {
    return capabilities
        .find(field.register().of())
        .filter(found -> config.visible(field.register(), found.offset()))
        .map(found -> config.get(field, found.offset()))
        .orElse(0L);
  }
}
