package dev.adit.pci.spec;

import java.util.List;

/**
 * The registers of a capability (or of the header), field by field, in the order of the document.
 *
 * @param key which capability
 * @param name its name, as lspci prints it where lspci prints it
 * @param size bytes, header of the capability included
 * @param fields all fields except the capability's own header
 */
public record Layout(CapabilityKey key, String name, int size, List<Field> fields) {
  public Layout {
    fields = List.copyOf(fields);
    for (Field field : fields) {
      Register register = field.register();
      if (!register.of().equals(key) || register.offset() + register.bytes() > size) {
        throw new IllegalArgumentException(field.name() + " is not in " + name);
      }
    }
  }

  /** {@return the layout of a capability} */
  public static Layout of(CapabilityKey key, String name, int size, Field... fields) {
    return new Layout(key, name, size, List.of(fields));
  }
}
