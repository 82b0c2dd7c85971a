package dev.adit.cli.control;

import dev.adit.devices.Tree;
import dev.adit.host.control.ControlClient;
import dev.adit.host.control.DeviceDefinition;
import dev.adit.host.control.Documents;
import dev.adit.host.control.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a device shall be: from a file, from options, or from a file with options above it. */
final class DefinitionOptions {
  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = {
        "The definition, as 'show --json' or mdevctl writes it, or a list of them;",
        "JSON or YAML, '-' for standard input."
      })
  private @Nullable Path file;

  @Option(names = "--uuid", paramLabel = "UUID", description = "Its identity (default: a new one).")
  private @Nullable String uuid;

  @Option(
      names = "--parent",
      paramLabel = "FUNCTION",
      description = "The function it is made from (default: the only one).")
  private @Nullable String parent;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "What it is made of; 'adit vdev types' lists them.")
  private @Nullable String type;

  @Option(names = "--name", paramLabel = "NAME", description = "How you call it.")
  private @Nullable String name;

  @Option(names = "--auto", description = "Start it with the server.")
  private boolean auto;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "An attribute, such as socket-group=kvm; repeatable.")
  private Map<String, String> attributes = new LinkedHashMap<>();

  /** {@return whether anything was given} */
  boolean given() {
    return file != null || type != null || parent != null || uuid != null || name != null;
  }

  /** Asks the server for the same with each definition, one after the other. */
  void ask(String verb, boolean dryRun, ControlOptions control, Consumer<View> answered) {
    List<Map<String, Object>> all = definitions(control);
    try (ControlClient client = control.connect()) {
      for (Map<String, Object> each : all) {
        Map<String, Object> arguments = Map.of("definition", each, "dry-run", dryRun);
        answered.accept(new View(client.request(verb, arguments)));
      }
    }
  }

  /** {@return the definitions, checked, as plain values} */
  private List<Map<String, Object>> definitions(ControlOptions control) {
    List<Map<String, Object>> definitions = new ArrayList<>();
    if (file == null) {
      definitions.add(complete(new LinkedHashMap<>(), control));
      return definitions;
    }
    Tree tree = read(file);
    for (Tree each : tree instanceof Tree.Items list ? list.items() : List.of(tree)) {
      if (overrides() || !(each instanceof Tree.Fields fields)) {
        definitions.add(complete(plain(each), control));
      } else if (fields.values().containsKey("parent")) {
        // Read from where it was written, so that messages name the line.
        definitions.add(DeviceDefinition.read(each).plain());
      } else {
        definitions.add(complete(plain(each), control));
      }
    }
    return definitions;
  }

  private boolean overrides() {
    return uuid != null
        || parent != null
        || type != null
        || name != null
        || auto
        || !attributes.isEmpty();
  }

  private static Tree read(Path file) {
    if (!file.toString().equals("-")) {
      return Documents.read(file);
    }
    try {
      return Documents.read("standard input", System.in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> plain(Tree tree) {
    Map<String, Object> plain = new LinkedHashMap<>();
    new View(tree)
        .entries()
        .forEach(
            (key, value) -> {
              Object content = value.plain();
              if (content != null) {
                plain.put(key, content);
              }
            });
    return plain;
  }

  private Map<String, Object> complete(Map<String, Object> plain, ControlOptions control) {
    put(plain, "uuid", uuid);
    put(plain, "parent", parent);
    put(plain, "mdev_type", type);
    if (auto) {
      plain.put("start", "auto");
    }
    if (!plain.containsKey("parent")) {
      put(plain, "parent", onlyFunction(control));
    }
    List<Object> list = new ArrayList<>();
    switch (plain.get("attrs")) {
      case List<?> old -> list.addAll(old);
      case Map<?, ?> old -> old.forEach((key, value) -> list.add(Map.of(key, value)));
      case null -> {}
      default -> list.add("attrs");
    }
    if (name != null) {
      list.add(Map.of("name", name));
    }
    attributes.forEach((key, value) -> list.add(Map.of(key, value)));
    plain.put("attrs", list);
    return DeviceDefinition.read(Json.read("the definition", Json.line(plain))).plain();
  }

  private static void put(Map<String, Object> plain, String key, @Nullable String value) {
    if (value != null) {
      plain.put(key, value);
    }
  }

  /** {@return the name of the function, if the server has one only} */
  private static @Nullable String onlyFunction(ControlOptions control) {
    var names = control.ask("function.list", Map.of()).get("function").entries().sequencedKeySet();
    return names.size() == 1 ? names.getFirst() : null;
  }
}
