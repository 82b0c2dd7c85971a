package dev.adit.host.control;

import dev.adit.devices.Family;
import dev.adit.devices.Place;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Section;
import dev.adit.devices.Setting;
import dev.adit.devices.Tree;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * What users can choose about a device beyond its type.
 *
 * @param name how users call it
 * @param chosen what the families of functions declare, by name, as {@link Setting#textIn} writes
 *     it
 * @param imsQuota most message store entries that it may hold; without, what its type needs
 * @param socket who may connect to it
 */
public record DeviceAttributes(
    Optional<String> name, Map<String, String> chosen, OptionalInt imsQuota, SocketAccess socket) {
  /** A device without choices. */
  public static final DeviceAttributes NONE =
      new DeviceAttributes(Optional.empty(), Map.of(), OptionalInt.empty(), SocketAccess.OWNER);

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,31}");
  private static final String QUOTA = "ims-quota";
  private static final int MOST_ENTRIES = 2048;

  /** Keeps the order. */
  public DeviceAttributes {
    chosen = Collections.unmodifiableMap(new LinkedHashMap<>(chosen));
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
            chosen(section),
            optional(section.number(QUOTA, 1, MOST_ENTRIES)),
            SocketAccess.read(section, "socket-"));
    section.end();
    return attributes;
  }

  /**
   * Which family the device will be of is not known here, so each that knows a name may read it.
   */
  private static Map<String, String> chosen(Section section) {
    Map<String, List<Setting<?>>> byName = new LinkedHashMap<>();
    for (Family family : Family.all()) {
      for (Setting<?> setting : family.attributes()) {
        byName.computeIfAbsent(setting.name(), _ -> new ArrayList<>()).add(setting);
      }
    }
    Map<String, String> chosen = new LinkedHashMap<>();
    byName.forEach(
        (name, settings) -> read(section, settings).ifPresent(text -> chosen.put(name, text)));
    return chosen;
  }

  private static Optional<String> read(Section section, List<Setting<?>> settings) {
    RefusedException first = null;
    for (Setting<?> setting : settings) {
      try {
        return setting.textIn(section);
      } catch (RefusedException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
    return Optional.empty();
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

  /** {@return the attributes as they are written: texts by name} */
  public Map<String, String> plain() {
    Map<String, String> plain = new LinkedHashMap<>();
    name.ifPresent(value -> plain.put("name", value));
    plain.putAll(chosen);
    imsQuota.ifPresent(value -> plain.put(QUOTA, Integer.toString(value)));
    plain.putAll(socket.plain("socket-"));
    return plain;
  }
}
