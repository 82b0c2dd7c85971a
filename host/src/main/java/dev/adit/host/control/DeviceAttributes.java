package dev.adit.host.control;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * What users can choose about a device beyond its type.
 *
 * @param name how users call it
 * @param flavour what its guest may configure
 * @param operations bit n leaves opcode n of the function in; without, all of them
 * @param features bits of GENCAP of the function that are left in; without, all of them
 * @param transferShift the largest transfer is 2 to this power; without, as the function has it
 * @param batchShift the largest batch is 2 to this power; without, as the function has it
 * @param imsQuota most message store entries that it may hold; without, what its queues need
 * @param portals how its guest's descriptors come
 * @param socket who may connect to it
 */
public record DeviceAttributes(
    Optional<String> name,
    Optional<Flavour> flavour,
    OptionalLong operations,
    OptionalLong features,
    OptionalInt transferShift,
    OptionalInt batchShift,
    OptionalInt imsQuota,
    Optional<Portals> portals,
    SocketAccess socket) {
  /** A device without choices. */
  public static final DeviceAttributes NONE =
      new DeviceAttributes(
          Optional.empty(),
          Optional.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          Optional.empty(),
          SocketAccess.OWNER);

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,31}");
  private static final Pattern MASK = Pattern.compile("0x[0-9a-fA-F]{1,16}");

  /** What a guest sees of its device's configuration. */
  public enum Flavour {
    /** Its driver configures queue and group within what it was given, as Linux expects. */
    CONFIGURABLE,
    /** The host has configured everything, as the DSA specification wants it (7.5.5). */
    FIXED
  }

  /** How a guest's descriptors come. */
  public enum Portals {
    /** As messages; not with KVM, which cannot emulate the instruction that guests use. */
    TRAP,
    /** By memory that guest and server share, which a thread of the server looks at. */
    MMAP
  }

  /** Reads attributes: a list of maps with one name each, as mdevctl writes them, or one map. */
  static DeviceAttributes read(Tree tree) {
    Tree.Fields merged =
        switch (tree) {
          case Tree.Fields fields -> fields;
          case Tree.Items list -> merge(list);
          case Tree.Leaf leaf ->
              throw RefusedException.at(
                  leaf.place(), "'attrs' must be a list such as [{\"name\": \"fast\"}]");
        };
    Section section = Section.of(merged, "'attrs'");
    DeviceAttributes attributes =
        new DeviceAttributes(
            section.text("name").map(name -> checkName(section, name)),
            section.choice("flavour", Flavour.class),
            mask(section, "operations"),
            mask(section, "features"),
            optional(section.number("transfer-shift", 12, 31)),
            optional(section.number("batch-shift", 1, 15)),
            optional(section.number("ims-quota", 1, 2048)),
            section.choice("portals", Portals.class),
            SocketAccess.read(section, "socket-"));
    section.end();
    return attributes;
  }

  private static Tree.Fields merge(Tree.Items list) {
    LinkedHashMap<String, Tree> values = new LinkedHashMap<>();
    Map<String, Place> keys = new HashMap<>();
    for (Tree item : list.items()) {
      if (!(item instanceof Tree.Fields fields)) {
        throw RefusedException.at(
            item.place(), "an attribute must be a map such as {\"name\": \"fast\"}");
      }
      fields
          .values()
          .forEach(
              (key, value) -> {
                if (values.put(key, value) != null) {
                  throw RefusedException.at(value.place(), "'" + key + "' is there twice");
                }
              });
      keys.putAll(fields.keys());
    }
    return new Tree.Fields(list.place(), values, keys);
  }

  private static String checkName(Section section, String name) {
    if (!NAME.matcher(name).matches() || DeviceDefinition.uuid(name).isPresent()) {
      throw section.wrong(
          "name", "a name has at most 32 letters, digits, '_', '.' and '-', and is no UUID");
    }
    return name;
  }

  private static OptionalInt optional(OptionalLong number) {
    return number.isEmpty() ? OptionalInt.empty() : OptionalInt.of((int) number.getAsLong());
  }

  private static OptionalLong mask(Section section, String key) {
    Optional<String> text = section.text(key);
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    if (!MASK.matcher(text.get()).matches()) {
      throw section.wrong(key, "must be hexadecimal in quotes, for example \"0x3ff\"");
    }
    return OptionalLong.of(Long.parseUnsignedLong(text.get().substring(2), 16));
  }

  /** {@return the attributes as they are written: texts by name} */
  public Map<String, String> plain() {
    Map<String, String> plain = new LinkedHashMap<>();
    name.ifPresent(value -> plain.put("name", value));
    flavour.ifPresent(value -> plain.put("flavour", Section.spelling(value)));
    operations.ifPresent(value -> plain.put("operations", "0x" + Long.toHexString(value)));
    features.ifPresent(value -> plain.put("features", "0x" + Long.toHexString(value)));
    transferShift.ifPresent(value -> plain.put("transfer-shift", Integer.toString(value)));
    batchShift.ifPresent(value -> plain.put("batch-shift", Integer.toString(value)));
    imsQuota.ifPresent(value -> plain.put("ims-quota", Integer.toString(value)));
    portals.ifPresent(value -> plain.put("portals", Section.spelling(value)));
    plain.putAll(socket.plain("socket-"));
    return plain;
  }
}
