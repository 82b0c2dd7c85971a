package dev.adit.pci;

import dev.adit.pci.Surroundings.Ids;
import dev.adit.pci.spec.Bridge;
import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Header;
import dev.adit.pci.spec.SrIov;
import java.util.ArrayList;
import java.util.List;

/**
 * A function as it was found on a machine or in a dump of one.
 *
 * @param address where it is
 * @param config what could be read of its configuration space
 * @param capabilities its capabilities
 * @param surroundings what the kernel says about it
 * @param origin where in a file it was read
 */
public record SeenFunction(
    PciAddress address,
    ConfigSpace config,
    CapabilityList capabilities,
    Surroundings surroundings,
    Origin origin) {
  private static final int NO_ID = 0xffff;

  /** {@return a function, its capability lists walked} */
  public static SeenFunction of(PciAddress address, ConfigSpace config, Surroundings around) {
    return new SeenFunction(address, config, CapabilityList.of(config), around, Origin.NONE);
  }

  /** {@return the vendor ID, 0xffff if it cannot be read} */
  public int vendor() {
    int own = config.header(Header.VENDOR_ID);
    return own == NO_ID ? surroundings.ids().map(Ids::vendor).orElse(NO_ID) : own;
  }

  /** {@return the device ID, 0xffff if it cannot be read} */
  public int device() {
    int own = config.header(Header.DEVICE_ID);
    return own == NO_ID ? surroundings.ids().map(Ids::device).orElse(NO_ID) : own;
  }

  /** {@return whether the class is known} */
  public boolean classKnown() {
    return config.visible(Header.CLASS, 0);
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

  /** {@return the base address registers that a SR-IOV capability has for virtual functions} */
  public List<Bar> virtualBars(Capability found) {
    return found.key().equals(SrIov.KEY)
        ? Bar.read(this, found.offset() + SrIov.BAR0, 6, Surroundings.VIRTUAL_BARS)
        : List.of();
  }

  /** {@return the visible fields of control and status, and of a bridge's header} */
  public List<Field> headerFields() {
    List<Field> fields = new ArrayList<>();
    for (Field field : Header.LAYOUT.fields()) {
      int offset = field.register().offset();
      if (offset >= 4 && offset < 8 && config.visible(field, 0)) {
        fields.add(field);
      }
    }
    if (headerType() == 1) {
      for (Field field : Bridge.LAYOUT.fields()) {
        if (config.visible(field, 0)) {
          fields.add(field);
        }
      }
    }
    return fields;
  }

  /** {@return the visible fields of a capability, in the order of its registers} */
  public List<Field> fields(Capability capability) {
    List<Field> visible = new ArrayList<>();
    for (Field field : Layouts.fields(config, capability)) {
      if (config.visible(field, capability.offset())) {
        visible.add(field);
      }
    }
    return visible;
  }

  /** {@return whether the function has the capability of a field, and the field is visible} */
  public boolean sees(Field field) {
    return capabilities
        .find(field.register().of())
        .filter(found -> config.visible(field, found.offset()))
        .isPresent();
  }

  /** {@return a field of a capability that it has, 0 for one that it has not} */
  public long get(Field field) {
    return capabilities
        .find(field.register().of())
        .filter(found -> config.visible(field, found.offset()))
        .map(found -> config.get(field, found.offset()))
        .orElse(0L);
  }
}
