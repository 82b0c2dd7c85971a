package dev.adit.pci;

import dev.adit.pci.spec.CapabilityKey;
import dev.adit.pci.spec.Dvsec;
import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Layout;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A capability of an emulated function: its layout and what its fields hold after reset.
 *
 * @param layout the registers
 * @param version the version in the header of an extended capability
 * @param values reset values; fields not named are 0
 * @param fixed fields that the layout lets software write but this function does not have
 */
public record CapabilityImage(Layout layout, int version, Map<Field, Long> values, Set<Field> fixed)
    implements EmulatedCapability {
  public CapabilityImage {
    values = Map.copyOf(values);
    fixed = Set.copyOf(fixed);
  }

  /** {@return a capability whose fields are all 0} */
  public static CapabilityImage of(Layout layout) {
    return new CapabilityImage(layout, 1, Map.of(), Set.of());
  }

  /**
   * {@return this capability with another reset value of one field}
   *
   * @throws IllegalArgumentException if the layout has no such field or the value does not fit
   */
  public CapabilityImage with(Field field, long value) {
    if (!layout.fields().contains(field)) {
      throw new IllegalArgumentException(layout.name() + " has no field " + field.name());
    }
    if (field.get(value << field.low()) != value) {
      throw new IllegalArgumentException(field.name() + " cannot hold " + value);
    }
    Map<Field, Long> changed = new HashMap<>(values);
    changed.put(field, value);
    return new CapabilityImage(layout, version, changed, fixed);
  }

  /** {@return this capability with another version in its extended header} */
  public CapabilityImage withVersion(int newVersion) {
    return new CapabilityImage(layout, newVersion, values, fixed);
  }

  /** {@return this capability with a field that software cannot write, unless {@code supported}} */
  public CapabilityImage fixedUnless(boolean supported, Field field) {
    if (supported) {
      return this;
    }
    Set<Field> more = new HashSet<>(fixed);
    more.add(field);
    return new CapabilityImage(layout, version, values, more);
  }

  @Override
  public CapabilityImage image() {
    return this;
  }

  /** Writes header and reset values at {@code base}. */
  void place(byte[] image, int base, int next) {
    CapabilityKey key = layout.key();
    switch (key.space()) {
      case STANDARD -> {
        image[base] = (byte) key.id();
        image[base + 1] = (byte) next;
      }
      case EXTENDED -> {
        image[base] = (byte) key.id();
        image[base + 1] = (byte) (key.id() >>> 8);
        image[base + 2] = (byte) (version | (next << 4));
        image[base + 3] = (byte) (next >>> 4);
      }
      case HEADER -> throw new IllegalArgumentException("the header is no capability");
    }
    if (key.vendor() != 0) {
      Dvsec.VENDOR.write(image, base, key.vendor());
      Dvsec.LENGTH.write(image, base, layout.size());
      Dvsec.ID.write(image, base, key.vendorId());
    }
    values.forEach((field, value) -> field.write(image, base, value));
  }
}
