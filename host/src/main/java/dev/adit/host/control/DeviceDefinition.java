package dev.adit.host.control;

import dev.adit.devices.Section;
import dev.adit.devices.Tree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What a virtual device shall be, as it is kept on disk and as users write it. The layout is that
 * of mdevctl: the type as {@code mdev_type}, {@code start}, and {@code attrs}, a list of maps with
 * one name each; with {@code uuid} and {@code parent}, which mdevctl has in the file's name.
 *
 * @param uuid its identity
 * @param parent the function that it is made from
 * @param type which part of the function, such as {@code 1dwq}
 * @param start whether it is started with the server
 * @param attributes everything else
 */
public record DeviceDefinition(
    UUID uuid, String parent, String type, Start start, DeviceAttributes attributes) {
  /** The schema of what {@link #plain} makes. */
  public static final String SCHEMA = "adit.vdev/1";

  private static final Pattern PARENT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,31}");
  private static final Pattern TYPE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,31}");

  /** When a device is started. */
  public enum Start {
    /** With the server. */
    AUTO,
    /** When somebody says so. */
    MANUAL
  }

  /** {@return the UUID in a text, in its usual form} */
  public static Optional<UUID> uuid(String text) {
    if (text.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")) {
      return Optional.of(UUID.fromString(text));
    }
    return Optional.empty();
  }

  /** {@return whether a text may be the name of a function} */
  static boolean isFunctionName(String text) {
    return PARENT.matcher(text).matches();
  }

  /**
   * Reads a definition. What {@code show --json} adds to it is passed over.
   *
   * @throws RefusedException if something is missing or wrong
   */
  public static DeviceDefinition read(Tree tree) {
    Section section = Section.of(tree, "the definition of a device");
    UUID uuid =
        section
            .text("uuid")
            .map(
                text ->
                    uuid(text).orElseThrow(() -> section.wrong("uuid", "'" + text + "' is none")))
            .orElseGet(UUID::randomUUID);
    String parent = section.requiredText("parent", "dsa0");
    if (!isFunctionName(parent)) {
      throw section.wrong("parent", "a function's name has letters, digits, '_' and '-'");
    }
    String type = section.requiredText("mdev_type", "1dwq");
    if (!TYPE.matcher(type).matches()) {
      throw section.wrong("mdev_type", "a type's name has letters, digits, '_', '.' and '-'");
    }
    Start start = section.choice("start", Start.class).orElse(Start.MANUAL);
    if (section.has("schema") && !section.text("schema").orElse("").equals(SCHEMA)) {
      throw section.wrong("schema", "only " + SCHEMA + " is known");
    }
    DeviceAttributes attributes =
        section.tree("attrs").map(DeviceAttributes::read).orElse(DeviceAttributes.NONE);
    section.ignore("state");
    section.end();
    return new DeviceDefinition(uuid, parent, type, start, attributes);
  }

  /** {@return how users call it: its name, or its UUID if it has none} */
  public String label() {
    return attributes.name().orElse(uuid.toString());
  }

  /** {@return the definition as it is written, which {@link #read} reads} */
  public Map<String, Object> plain() {
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("schema", SCHEMA);
    plain.put("uuid", uuid.toString());
    plain.put("parent", parent);
    plain.put("mdev_type", type);
    plain.put("start", Section.spelling(start));
    List<Object> list = new ArrayList<>();
    attributes.plain().forEach((name, value) -> list.add(Map.of(name, value)));
    plain.put("attrs", list);
    return plain;
  }
}
